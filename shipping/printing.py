"""The print queue of each warehouse. A workstation claims labels for a while, prints them, and says so.

Each request prints once: a label that waits or is at a printer is not queued a second time, and whoever holds a claim that
has run out can no longer say that it was printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from shipping.models import PrintJob, PrintState, Shipment
from shipping.models.printing import OPEN

#: How long a workstation may take, in seconds.
LEASE_S = 120
#: Claims after which a label that never came out of a printer waits for a person.
MOST_ATTEMPTS = 5


class NotYours(Exception):
    """The job is not claimed by this workstation (any more); the text tells what became of it."""


class NothingToPrint(Exception):
    """The shipment has no label; the text tells the cure."""


def enqueue(shipment: Shipment, by: str) -> PrintJob:
    """Ask for the label of a shipment once more; the job that is open already where there is one. Raises NothingToPrint."""
    if shipment.stored_label is None:
        raise NothingToPrint(f"{shipment} has no label yet; run PrintShippingLabel first")
    try:
        with transaction.atomic():
            return PrintJob.objects.create(
                tenant_id=shipment.tenant_id, shipment=shipment, store=shipment.store, requested_by=by[:200]
            )
    except IntegrityError:
        return PrintJob.objects.get(shipment=shipment, state__in=OPEN)


def enqueue_once(shipment: Shipment, by: str) -> bool:
    """For steps, which may run again: only what was never asked for. Returns whether it was queued now."""
    if shipment.print_jobs.exists():
        return False
    enqueue(shipment, by)
    return True


def waiting(store_id: int | None) -> QuerySet[PrintJob]:
    """What may be claimed in a warehouse's queue, oldest first."""
    free = Q(state=PrintState.QUEUED) | Q(state=PrintState.CLAIMED, claimed_until__lt=timezone.now())
    place = Q(store__isnull=True) if store_id is None else Q(store=store_id)
    return PrintJob.objects.filter(free, place).order_by("id")


def claim(store_id: int | None, workstation: str, most: int) -> list[PrintJob]:
    """Take up to `most` labels to a printer, oldest first. Two workstations never get the same one."""
    until = timezone.now() + timedelta(seconds=LEASE_S)
    with transaction.atomic():
        _give_up(store_id)
        skip = connection.features.has_select_for_update_skip_locked
        rows = waiting(store_id).select_for_update(skip_locked=skip)
        keys = list(rows.values_list("pk", flat=True)[:most])
        PrintJob.objects.filter(pk__in=keys).update(
            state=PrintState.CLAIMED,
            workstation=workstation,
            claimed_until=until,
            attempts=F("attempts") + 1,
            reason="",
        )
    jobs = PrintJob.objects.filter(pk__in=keys).select_related("shipment__order", "shipment__label")
    return list(jobs.order_by("id"))


def printed(key: int, workstation: str) -> PrintJob:
    """It came out of the printer; saying so twice is all right. Raises NotYours and PrintJob.DoesNotExist."""
    return _end(key, workstation, PrintState.PRINTED, "")


def failed(key: int, workstation: str, reason: str) -> PrintJob:
    """It did not; it waits again. Raises NotYours and PrintJob.DoesNotExist."""
    return _end(key, workstation, PrintState.QUEUED, reason)


def requeue(jobs: Sequence[PrintJob], by: str) -> int:
    """Staff want these printed (again). Returns how many wait now that did not before."""
    return sum(_again(job, by) for job in jobs)


def withdraw(shipment: Shipment, reason: str) -> None:
    """What waits is not printed any more."""
    shipment.print_jobs.filter(state__in=OPEN).update(state=PrintState.FAILED, reason=reason)


def _again(job: PrintJob, by: str) -> bool:
    if job.state in OPEN:
        return False
    before = PrintJob.objects.filter(shipment=job.shipment, state__in=OPEN).exists()
    enqueue(job.shipment, by)
    return not before


def _end(key: int, workstation: str, state: PrintState, reason: str) -> PrintJob:
    with transaction.atomic():
        job = PrintJob.objects.select_for_update().get(pk=key)
        if job.workstation != workstation or not _may_end(job, state):
            raise NotYours(_what_became(job))
        if job.state == PrintState.PRINTED:
            return job
        job.state, job.reason = state, reason
        job.printed_at = timezone.now() if state == PrintState.PRINTED else None
        job.claimed_until = None
        job.save(update_fields=["state", "reason", "printed_at", "claimed_until"])
    return job


def _may_end(job: PrintJob, state: PrintState) -> bool:
    """A claim that ran out still counts while nobody else has taken the label."""
    return job.state == PrintState.CLAIMED or job.state == state == PrintState.PRINTED


def _what_became(job: PrintJob) -> str:
    where = f" at {job.workstation}" if job.workstation else ""
    return f"Label {job.pk} is {job.get_state_display().lower()}{where}; claim labels anew"


def _give_up(store_id: int | None) -> None:
    """Labels that no printer brings out do not hold up the others."""
    waiting(store_id).filter(attempts__gte=MOST_ATTEMPTS).update(
        state=PrintState.FAILED,
        reason=f"It was claimed {MOST_ATTEMPTS} times and never printed; queue it again",
    )

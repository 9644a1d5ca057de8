"""Compares what the simulated vendors executed with what the hub believes, whatever was killed or lost in between.

`check(sandbox)` belongs at the end of every scenario with faults. It judges all tenants of the database.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from connectors import registry
from connectors.models import Effect
from connectors.sandbox import Sandbox
from payments.models import Payment, PaymentState
from tenants.scoping import platform_scope
from workflows.models import OPEN_RUN_STATES, ErrorStatus, Lane, OrderError, WorkflowRun

#: What the ledger calls the contracts' operations.
OPERATIONS = {
    "authorize": "authorize",
    "capture": "capture",
    "cancel": "cancel",
    "refund": "refund",
    "export_order": "export",
    "exchange_order": "export",
    "send_message": "notify",
}
#: Operations of which a success always left an entry: others may have found nothing to do.
TELLING = {"capture", "refund", "export_order", "exchange_order", "send_message"}
MONEY = {"authorize", "capture", "cancel", "refund"}
OPEN_EFFECTS = (Effect.State.CALLING, Effect.State.UNKNOWN, Effect.State.RETRY)


def check(sandbox: Sandbox | str) -> None:
    """Raises AssertionError with everything that does not agree; `sandbox` may be the address of another process."""
    found = problems(sandbox)
    assert found == [], "\n".join(found)


def problems(sandbox: Sandbox | str) -> list[str]:
    books = _books(sandbox)
    with platform_scope("the oracle judges all tenants"):
        return [*_doubles(books), *_effects(books), *_unknown_keys(books), *_payments(books), *_stuck_runs()]


@dataclass(frozen=True)
class Books:
    """The vendors' side: executed effects, and what happened oftener than it may."""

    entries: list[dict[str, Any]]
    doubles: list[dict[str, Any]]

    @cached_property
    def keys(self) -> set[tuple[str, str]]:
        """(operation, idempotency key) of everything executed with a key."""
        return {(entry["operation"], entry["key"]) for entry in self.entries if entry["key"]}

    @cached_property
    def sums(self) -> Mapping[str, Mapping[str, int]]:
        """Minor units by our reference of the payment and operation."""
        sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for entry in self.entries:
            if entry["amount_minor"] is not None:
                sums[entry["reference"]][entry["operation"]] += entry["amount_minor"]
        return sums


def _books(sandbox: Sandbox | str) -> Books:
    if isinstance(sandbox, Sandbox):
        return Books(sandbox.ledger(), sandbox.doubles())
    return Books(_ask(sandbox, "ledger")["entries"], _ask(sandbox, "ledger/doubles")["doubles"])


def _ask(url: str, path: str) -> Any:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        connection.request("GET", f"/_/{path}")
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def _doubles(books: Books) -> Iterator[str]:
    for double in books.doubles:
        yield f"{double['vendor']}: {double['identity']} was {double['rule']} (entries {double['entries']})"


def _effects(books: Books) -> Iterator[str]:
    """A success was executed, a failure was not, and what waits to be repeated was surely not executed either."""
    for effect in Effect.objects.select_related("connector"):
        operation = OPERATIONS.get(effect.operation)
        if operation is None or not _knows_keys(effect):
            continue
        executed = (operation, effect.key) in books.keys
        name = f"effect {effect.operation} of {effect.subject} ({effect.key})"
        if effect.state == Effect.State.SUCCEEDED and effect.operation in TELLING and not executed:
            yield f"{name} says it succeeded; the vendor knows nothing of it"
        if effect.state == Effect.State.FAILED and executed:
            yield f"{name} says it failed; the vendor executed it"
        if effect.state == Effect.State.RETRY and executed and effect.operation in MONEY:
            yield f"{name} says it was surely not executed; the vendor executed it"


def _knows_keys(effect: Effect) -> bool:
    """What vendors without keys executed is told apart by their references; the ledger counts doubles of those."""
    carrier = registry.get(effect.connector.type).idempotency
    return carrier is not None and carrier.covers(effect.operation)


def _unknown_keys(books: Books) -> Iterator[str]:
    """Whatever was executed had its effect written down before, and that effect still has the key."""
    known = {
        (OPERATIONS.get(operation), key) for operation, key in Effect.objects.values_list("operation", "key")
    }
    opening = {key for operation, key in known if operation == "authorize"}
    for operation, key in sorted(books.keys - known):
        if not (operation == "capture" and key in opening):
            yield f"a vendor executed {operation} with key {key}, which no effect has"


def _payments(books: Books) -> Iterator[str]:
    open_subjects = set(Effect.objects.filter(state__in=OPEN_EFFECTS).values_list("subject", flat=True))
    known = set()
    for payment in Payment.objects.all():
        known.add(payment.reference)
        is_open = payment.subject in open_subjects or payment.state in {
            PaymentState.PENDING,
            PaymentState.UNKNOWN,
        }
        yield from _payment(payment, books.sums[payment.reference], is_open)
    for entry in books.entries:
        if entry["operation"] in MONEY and entry["reference"] not in known:
            yield f"{entry['vendor']} holds {entry['operation']} for {entry['reference']!r}, which is no payment of ours"


def _payment(payment: Payment, executed: Mapping[str, int], is_open: bool) -> Iterator[str]:
    """The hub's totals are the vendor's; while an effect is open they may lag behind, never run ahead."""
    refunded = executed["refund"] - executed["refund_returned"]
    captured = executed["capture"] - executed["capture_returned"]
    if not refunded <= captured <= executed["authorize"]:
        yield f"payment {payment.reference}: the vendor moved {dict(executed)}"
    for name, ours, theirs in (
        ("authorised", payment.authorized_minor, executed["authorize"]),
        ("captured", payment.captured_minor, captured),
        ("refunded", payment.refunded_minor + payment.refunding_minor, refunded),
    ):
        if ours > theirs or (ours < theirs and not is_open):
            yield f"payment {payment.reference}: {name} {ours} here, {theirs} at the vendor"
    released = executed["cancel"]
    if released and not is_open and payment.cancelled_minor != released:
        yield f"payment {payment.reference}: released {payment.cancelled_minor} here, {released} at the vendor"


def _stuck_runs() -> Iterator[str]:
    """An open run is looked at again, or somebody is told: nothing waits unseen."""
    moving = Lane.objects.exclude(due_at__isnull=True, claimed_by__isnull=True).values("order_id")
    told = OrderError.objects.filter(status=ErrorStatus.ACTIVE).values("order_id")
    stuck = WorkflowRun.objects.filter(state__in=OPEN_RUN_STATES).exclude(order_id__in=moving)
    for run in stuck.exclude(order_id__in=told):
        yield f"run {run.pk} of order {run.order_id} is {run.state}, and nobody will look at it again"

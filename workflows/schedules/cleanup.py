"""The scheduled clean-up of a tenant's event log, of what went out and came in, and of what its scheduled tasks did."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef

from connectors.compiled import ConnectorConfig
from connectors.schema import Integer, Settings
from connectors.subscriptions.pruning import prune_deliveries
from connectors.webhook_retention import SHORTEST_DAYS, prune_bodies
from eventlog import retention
from tenants.scoping import current_tenant
from workflows.engine.clock import database_now
from workflows.models import OPEN_RUN_STATES, ReceivedMail, ScheduledRun, StepRun, SyncItem, WorkflowRun
from workflows.schedules.types import Leg, Progress, TaskContext, TaskType, register

#: One leg deletes for this long, in seconds, and at most so many runs; then others get their turn.
_LEG_S = 2.0
_BATCH = 1000

_SHORTEST = 7


@register
class CleanUp(TaskType):
    name = "CleanUp"
    label = "Clean up"
    description = (
        "Deletes old events, the requests and responses of calls earlier still, deliveries to event subscriptions, the "
        "bodies of webhooks received, mails of customers, old runs of scheduled tasks, and workflow results of orders."
    )

    class properties(Settings):
        event_days = Integer(
            "EventDays",
            key="EventDays",
            required=False,
            help="Days that events are kept; empty: the installation's.",
        )
        payload_days = Integer(
            "PayloadDays",
            key="PayloadDays",
            required=False,
            help="Days that requests and responses are kept.",
        )
        run_days = Integer(
            "RunDays",
            key="RunDays",
            required=False,
            default=90,
            help="Days that runs of scheduled tasks are kept.",
        )
        delivery_days = Integer(
            "DeliveryDays",
            key="DeliveryDays",
            required=False,
            default=14,
            help="Days that deliveries to event subscriptions are kept.",
        )
        webhook_days = Integer(
            "WebhookDays",
            key="WebhookDays",
            required=False,
            default=SHORTEST_DAYS,
            help="Days that the bodies of webhooks received are kept; their ids stay longer.",
        )
        mail_days = Integer(
            "MailDays",
            key="MailDays",
            required=False,
            help="Days that mails received from customers are kept; empty: as long as their orders.",
        )
        sync_days = Integer(
            "SyncDays",
            key="SyncDays",
            required=False,
            default=90,
            help="Days that the sync state of items is kept that are gone, or were given up.",
        )
        result_days = Integer(
            "WorkflowResultDays",
            key="WorkflowResultDays",
            required=False,
            help="Days that workflow results are kept after their end; empty: for ever.",
        )

    def check(self, properties: Any, connector: ConnectorConfig | None) -> Iterator[str]:
        for name, days in (
            ("EventDays", properties.event_days),
            ("RunDays", properties.run_days),
            ("WorkflowResultDays", properties.result_days),
            ("DeliveryDays", properties.delivery_days),
            ("MailDays", properties.mail_days),
            ("SyncDays", properties.sync_days),
        ):
            if days is not None and days < _SHORTEST:
                yield f"{name}: use at least {_SHORTEST} days."
        if properties.payload_days is not None and properties.payload_days < 1:
            yield "PayloadDays: use at least 1 day."
        if properties.webhook_days < SHORTEST_DAYS:
            yield f"WebhookDays: use at least {SHORTEST_DAYS} days, because vendors repeat webhooks for 30."

    def plan(self, context: TaskContext) -> Leg:
        return Leg()

    def store(self, context: TaskContext, result: Any) -> Progress:
        end, days = time.monotonic() + _LEG_S, context.properties
        tenant_id = current_tenant().pk
        payloads = retention.prune_payloads(
            _days(days.payload_days, settings.CROSSDOCK_EVENT_PAYLOAD_DAYS), end, tenant_id
        )
        events = retention.prune_events(_days(days.event_days, settings.CROSSDOCK_EVENT_DAYS), end, tenant_id)
        deliveries = prune_deliveries(days.delivery_days, end)
        bodies = prune_bodies(days.webhook_days, end)
        runs, results = _delete_runs(days.run_days), _delete_results(days.result_days)
        mails, items = _delete_mails(days.mail_days), _delete_items(days.sync_days)
        return Progress(
            cursor="",
            more=_BATCH in (runs, results, mails, items) or time.monotonic() >= end,
            counts={
                "payloads deleted": payloads,
                "events deleted": events,
                "deliveries deleted": deliveries,
                "webhook bodies deleted": bodies,
                "runs deleted": runs,
                "results deleted": results,
                "mails deleted": mails,
                "sync states deleted": items,
            },
        )


def _days(own: int | None, installation: int) -> int:
    return installation if own is None else own


def _delete_results(days: int | None) -> int:
    """Ended workflow runs with their steps, but none of which a step is still to be tried again."""
    if days is None:
        return 0
    old = WorkflowRun.objects.exclude(state__in=OPEN_RUN_STATES)
    old = old.filter(finished_at__lt=database_now() - timedelta(days=days))
    waits = StepRun.objects.filter(run=OuterRef("pk"), due_at__isnull=False)
    ids = list(old.filter(~Exists(waits)).order_by("pk").values_list("pk", flat=True)[:_BATCH])
    WorkflowRun.objects.filter(pk__in=ids).delete()
    return len(ids)


def _delete_mails(days: int | None) -> int:
    if days is None:
        return 0
    old = ReceivedMail.objects.filter(received_at__lt=database_now() - timedelta(days=days))
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:_BATCH])
    ReceivedMail.objects.filter(pk__in=ids).delete()
    return len(ids)


def _delete_items(days: int) -> int:
    """Of items that are gone, or that nobody tries any more. What is in sync stays: it tells what was sent last."""
    old = SyncItem.objects.filter(state__in=[SyncItem.State.GONE, SyncItem.State.FAILED], next_try_at=None)
    old = old.filter(seen_at__lt=database_now() - timedelta(days=days))
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:_BATCH])
    SyncItem.objects.filter(pk__in=ids).delete()
    return len(ids)


def _delete_runs(days: int) -> int:
    old = ScheduledRun.objects.exclude(state__in=ScheduledRun.OPEN)
    old = old.filter(created_at__lt=database_now() - timedelta(days=days))
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:_BATCH])
    ScheduledRun.objects.filter(pk__in=ids).delete()
    return len(ids)

"""What steps would do to an order now, without doing it: for each step its connector and what would be sent, redacted.

Steps are planned in a transaction that is rolled back; nothing is sent, and neither effects nor events are written. Every
step is planned as the order stands now: what earlier steps of the same run would change is not foreseen.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import Error as DatabaseError
from django.db import transaction
from django.utils import timezone

from connectors.calls import CallContext, CallSpec
from connectors.contracts.common import OrderDocument
from connectors.effect_rules import UNCERTAIN, Action, Intent, decide
from connectors.errors import ProviderError
from connectors.models import Effect
from connectors.rehearsal import Rehearsal, rehearse
from connectors.resolution import ResolutionError
from connectors.runtime import TenantRuntime, runtime
from connectors.schema import SettingsError
from workflows import resuming
from workflows.documents import order_documents
from workflows.engine.plan import choose_connector
from workflows.models import Order, RunKind, StepRun, Trigger, WorkflowRun
from workflows.origins import origin_of
from workflows.resuming import Does, Item, Outline
from workflows.steps import registry
from workflows.steps.base import Plan, Result, StepContext

log = logging.getLogger(__name__)

_REFUSALS = (ResolutionError, SettingsError, registry.UnknownStep)


class Standing(StrEnum):
    """What was done before about the same business action, and what a call would therefore come to."""

    FIRST = "first"
    RETRY = "retry"
    ASKED = "asked"
    DONE = "done"
    BUSY = "busy"
    AGAIN = "again"


_STANDINGS = {
    Action.DONE: Standing.DONE,
    Action.BUSY: Standing.BUSY,
    Action.NEW_EPOCH: Standing.RETRY,
    Action.NEW_ORDINAL: Standing.AGAIN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPreview:
    """One call. `standing` AGAIN means that it succeeded before and would happen once more; `reference` is the
    provider's of that. ASKED: it is not known whether an earlier try was executed, which is found out first."""

    connector: str
    operation: str
    subject: str
    write: bool
    standing: Standing
    reference: str
    rehearsal: Rehearsal

    @property
    def is_made(self) -> bool:
        return self.standing not in (Standing.DONE, Standing.BUSY)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPreview:
    """One step. `does` tells whether it would run at all; `result` is what it would end with where it calls nobody.

    `connector_name`, `rule` and `trace` tell which connector would serve it and why. Conditions are not judged, because
    they look at results that are not there yet.
    """

    position: int
    name: str
    connector: str
    connector_id: str
    stop_on_error: bool
    conditions: tuple[str, ...]
    does: Does
    connector_name: str = ""
    rule: str = ""
    trace: tuple[str, ...] = ()
    result: Result | None = None
    calls: tuple[CallPreview, ...] = ()


def dry_run(order: Order, status: str, *, live: TenantRuntime | None = None) -> list[StepPreview]:
    """The steps of a status, as if the order entered it now; of the configuration in force unless `live` is given.

    Raises InvalidData for a status that the order's type does not have.
    """
    live = live or runtime(order.tenant_id)
    return preview(order, resuming.outline_status(order, status, live), status=status, live=live)


def preview(order: Order, outline: Outline, *, status: str, live: TenantRuntime) -> list[StepPreview]:
    """What the steps of a run to come would do."""
    with transaction.atomic():
        drafts = _Planner(order, status, live).plan(outline.items)
        transaction.set_rollback(True)
    earlier = _earlier([spec for draft in drafts for spec in draft.specs])
    now = timezone.now()
    return [draft.shown(earlier, now) for draft in drafts]


@dataclass(slots=True)
class _Draft:
    """A planned step. `origin` is what its effects would carry."""

    item: Item
    row: StepRun
    origin: str = ""
    specs: tuple[CallSpec, ...] = ()
    result: Result | None = None

    def shown(self, earlier: dict[tuple[int, str, str], list[Effect]], now: datetime) -> StepPreview:
        config = self.item.config
        return StepPreview(
            position=config.position,
            name=config.name,
            connector=config.connector,
            connector_id=config.connector_id,
            stop_on_error=config.stop_on_error,
            conditions=config.conditions,
            does=self.item.does,
            connector_name=self.row.connector_name,
            rule=self.row.rule,
            trace=tuple(self.row.trace),
            result=self.result,
            calls=tuple(_call(spec, self.origin, earlier, now) for spec in self.specs),
        )


class _Planner:
    """Plans steps in a transaction that somebody rolls back."""

    def __init__(self, order: Order, status: str, live: TenantRuntime) -> None:
        self.order = order
        self.live = live
        self.document = order_documents([order.pk])[order.pk]
        self.run = WorkflowRun(
            order=order,
            order_type=order.order_type,
            status=status,
            generation=live.generation,
            kind=RunKind.MANUAL,
            trigger=Trigger.STAFF,
        )

    def plan(self, items: Sequence[Item]) -> list[_Draft]:
        self.run.save(force_insert=True)
        return [self._draft(item) for item in items]

    def _draft(self, item: Item) -> _Draft:
        row = item.row()
        row.tenant_id, row.order_id, row.run = self.order.tenant_id, self.order.pk, self.run
        if item.does is Does.STAYS and item.was is not None:
            return _Draft(item, row, result=Result.success(item.was.message))
        row.save(force_insert=True)
        draft = _Draft(item, row, origin=origin_of(row.act_id or row.pk))
        with transaction.atomic():
            outline = self._outline(item, row, self.document)
        draft.specs, draft.result = outline.calls, outline.result
        if not draft.specs and draft.result is None:
            draft.result = Result.success()
        return draft

    def _outline(self, item: Item, row: StepRun, document: OrderDocument) -> Plan:
        try:
            implementation = registry.get(item.config.name)
            connector = choose_connector(implementation, item.config, self.live, document, row)
            context = StepContext(
                order=document,
                config=item.config,
                runtime=self.live,
                properties=implementation.properties.compile({}, item.config.properties),
                run_id=self.run.pk,
                step_run_id=row.pk,
                status=self.run.status,
                act_id=row.act_id or row.pk,
                connector=connector,
            )
            return implementation.plan(context)
        except ProviderError as error:
            return Plan.done(Result.error(error.message))
        except _REFUSALS as error:
            return Plan.done(Result.error(str(error)))
        except DatabaseError:
            raise
        except Exception:
            log.exception("step %s cannot be planned for a dry run", item.config.name)
            return Plan.done(Result.error("Internal error while planning; the log has the details"))


def _earlier(specs: Sequence[CallSpec]) -> dict[tuple[int, str, str], list[Effect]]:
    """The effects of the same business actions; one statement."""
    writes = [spec for spec in specs if spec.write]
    found: dict[tuple[int, str, str], list[Effect]] = defaultdict(list)
    if writes:
        rows = Effect.objects.filter(
            subject__in={spec.subject for spec in writes},
            operation__in={spec.operation for spec in writes},
            connector_id__in={spec.connector.id for spec in writes},
        )
        for row in rows:
            found[row.connector_id, row.operation, row.subject].append(row)
    return found


def _call(
    spec: CallSpec, origin: str, earlier: dict[tuple[int, str, str], list[Effect]], now: datetime
) -> CallPreview:
    intent = Intent(spec, CallContext(), origin, owner="dry run")
    standing, row, key = _standing(intent, earlier.get(intent.identity, []), now)
    silent = standing in (Standing.DONE, Standing.BUSY)
    return CallPreview(
        connector=spec.connector.display_name or spec.connector.name,
        operation=spec.operation,
        subject=spec.subject,
        write=spec.write,
        standing=standing,
        reference=row.provider_reference if row is not None else "",
        rehearsal=Rehearsal() if silent else rehearse(spec, key),
    )


def _standing(intent: Intent, rows: Sequence[Effect], now: datetime) -> tuple[Standing, Effect | None, str]:
    """What the call would come to, the effect that this rests on, and the idempotency key that it would carry."""
    if not rows or not intent.spec.write:
        return Standing.FIRST, None, intent.key(1, 1)
    action, row = decide(intent, rows, now)
    keys = {
        Action.NEW_EPOCH: intent.key(row.ordinal, row.epoch + 1),
        Action.NEW_ORDINAL: intent.key(row.ordinal + 1, 1),
    }
    adopted = Standing.ASKED if row.state in UNCERTAIN else Standing.RETRY
    return _STANDINGS.get(action, adopted), row, keys.get(action, row.key)

"""Planning one step: its configuration, its connector, and what it wants called."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import Error as DatabaseError

from connectors.calls import CallContext, Prepared
from connectors.compiled import ConnectorConfig
from connectors.contracts.common import OrderDocument
from connectors.effects import is_in_doubt
from connectors.errors import Misconfigured, ProviderError
from connectors.resolution import Resolution, ResolutionError, resolve
from connectors.runtime import TenantRuntime, runtime
from connectors.schema import SettingsError
from tenants.scoping import tenant_scope
from workflows.chart import StepConfig, chart_of
from workflows.engine import shipments
from workflows.engine.ad_hoc import ad_hoc_config
from workflows.engine.book import Book
from workflows.engine.claim import Ticket
from workflows.engine.policy import DEATHS_ALLOWED
from workflows.models import StepRun, StepState, WorkflowRun
from workflows.origins import origin_of
from workflows.problems import OrderBusy
from workflows.scopes import refusal
from workflows.steps import registry
from workflows.steps.base import Plan, Result, Step, StepContext

log = logging.getLogger(__name__)


def plan_step(ticket: Ticket, document: OrderDocument, book: Book) -> Plan:
    """Count the attempt, then ask the step what to call. A step that cannot be planned ends in Error."""
    step = ticket.step
    if step is None:
        raise RuntimeError("nothing to plan")
    ticket.number = document.number
    if step.deaths >= DEATHS_ALLOWED:
        return Plan.done(Result.error(f"Parked: its worker died {DEATHS_ALLOWED} times while it ran"))
    begins = step.started_at is None
    _count_attempt(step, book)
    try:
        return _plan(ticket, step, document, begins=begins)
    except (Misconfigured, ResolutionError, SettingsError, registry.UnknownStep) as error:
        return Plan.done(Result.error(str(error)))
    except ProviderError as error:
        return Plan.done(Result.error(error.message))
    except (DatabaseError, OrderBusy):
        raise
    except Exception:
        log.exception("step %s of run %s cannot be planned", step.name, step.run_id)
        return Plan.done(Result.error("Internal error while planning; the log has the details"))


def run_of(ticket: Ticket) -> WorkflowRun:
    """The run that the ticket's step belongs to, which for a detached retry is an older one."""
    step = ticket.step
    if step is None:
        raise RuntimeError("no step in flight")
    return ticket.run if ticket.run is not None and ticket.run.pk == step.run_id else step.run


def call_context(ticket: Ticket) -> CallContext:
    context: StepContext = ticket.context
    return CallContext(
        order_id=context.order.id,
        order_number=context.order.number,
        market=context.order.market,
        store=context.order.store,
        run_id=context.run_id,
        step_run_id=context.step_run_id,
        step=context.config.name,
        actor=context.actor,
    )


def origin(ticket: Ticket) -> str:
    """What the effects of an act carry: the same on each of its tries, and when it is resumed."""
    return origin_of(ticket.context.act)


def wanted(calls: Sequence[Prepared], *, settle_only: bool) -> list[Prepared]:
    """All calls, or of a called-off step only those of which it is not known whether they were executed."""
    if not settle_only:
        return list(calls)
    found = [call for call in calls if call.uncertain]
    for call in found:
        object.__setattr__(call, "settle_only", True)
    return found


def done_before(ticket: Ticket) -> Result:
    """What the ticket's step says where its act has done before what it wants called."""
    with tenant_scope(ticket.tenant_id):
        return registry.get(ticket.context.config.name).done_before(ticket.context)


def _plan(ticket: Ticket, step: StepRun, document: OrderDocument, *, begins: bool) -> Plan:
    """Its conditions count when it `begins`: a retry is not about what has become of other steps since. Where it does not
    run for such an order any more, what may have been executed is still found out."""
    run = run_of(ticket)
    live = runtime(run.tenant_id, run.generation)
    config = _config(live, run, step)
    implementation = registry.get(step.name)
    mine = [other for other in ticket.steps if other.run_id == run.pk]
    unmet = _unmet_condition(config, mine, step) if begins else ""
    if unmet:
        return Plan.done(Result.skipped(unmet))
    if config.per_shipment:
        document = shipments.narrowed(ticket, step, document)
        if not step.shipment:
            return Plan.done(Result.skipped("The order has no shipment"))
    refused = "" if step.settle_only else refusal(config.scopes, document)
    if refused and (begins or not is_in_doubt(origin_of(step.act_id or step.pk))):
        return Plan.done(Result.skipped(refused))
    step.settle_only = step.settle_only or bool(refused)
    connector = choose_connector(implementation, config, live, document, step)
    ticket.context = StepContext(
        order=document,
        config=config,
        runtime=live,
        properties=implementation.properties.compile({}, config.properties),
        run_id=run.pk,
        step_run_id=step.pk,
        status=run.status,
        actor=run.actor,
        act_id=step.act_id or step.pk,
        connector=connector,
        shipment=step.shipment,
        called_off=step.settle_only,
    )
    with tenant_scope(run.tenant_id):
        return implementation.plan(ticket.context)


def _config(live: TenantRuntime, run: WorkflowRun, step: StepRun) -> StepConfig:
    if step.settings is not None:
        return ad_hoc_config(step)
    status = chart_of(live, run.order_type).statuses[run.status]
    return next(config for config in status.steps if config.position == step.position)


def choose_connector(
    implementation: Step, config: StepConfig, live: TenantRuntime, document: OrderDocument, step: StepRun
) -> ConnectorConfig | None:
    if not implementation.needs_connector(config):
        return None
    asked = (config.connector, config.connector_id, document.market, document.market_groups, document.store)
    try:
        found = live.derived(("connector", *asked), lambda: _resolved(live, *asked))
    except ResolutionError as error:
        step.trace = list(error.trace)
        raise
    chosen = found.connector
    step.rule, step.trace = found.rule, list(found.trace)
    step.connector_name = chosen.display_name or chosen.connector_id or chosen.name
    return found.connector


def _resolved(
    live: TenantRuntime, name: str, connector_id: str, market: str, groups: Iterable[str], store: str
) -> Resolution:
    return resolve(
        live.connectors.values(),
        name=name,
        connector_id=connector_id,
        market=market,
        market_groups=groups,
        store=store,
    )


def _unmet_condition(config: StepConfig, steps: Sequence[StepRun], step: StepRun) -> str:
    """Conditions look at the results of all earlier steps of the run; every condition given must hold."""
    earlier = {other.state for other in steps if other.position < step.position}
    bad = {StepState.ERROR, StepState.WARNING}
    holds = {
        "success": not earlier & bad,
        "warning": StepState.WARNING in earlier,
        "error": StepState.ERROR in earlier,
    }
    missing = [name for name in config.conditions if not holds[name.lower()]]
    return f"Condition not met: {', '.join(missing)}" if missing else ""


def count_death(ticket: Ticket) -> bool:
    """Whether the ticket's step was under way in a worker that died; once for each claim."""
    step, died = ticket.step, False
    if step is not None and ticket.orphaned and step.state == StepState.RUNNING:
        step.deaths += 1
        died = True
    ticket.orphaned = False
    return died


def _count_attempt(step: StepRun, book: Book) -> None:
    step.state = StepState.RUNNING
    step.attempts += 1
    step.started_at = step.started_at or book.now
    book.step(step)


#: What counting a try changes of a step.
Before = tuple[str, int, datetime | None]


def before(step: StepRun) -> Before:
    return step.state, step.attempts, step.started_at


def take_back(step: StepRun, before: Before) -> None:
    """The try that was counted is not made yet."""
    step.state, step.attempts, step.started_at = before

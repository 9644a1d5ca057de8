"""Acts on the order itself: change status, run and resume workflows, single steps, export again, tell the customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors import registry as implementations
from connectors.compiled import ConnectorConfig
from connectors.contracts.erp import OrderExporter
from connectors.contracts.notification import Notifier
from connectors.runtime import TenantRuntime
from tenants.models import Right
from workflows import acts, orders, resuming
from workflows.acts import ActStep, Asked
from workflows.by_hand import Choice, Flag, Input, Offer, OrderAct, Started, StepAct, Subject, register
from workflows.by_hand.base import moves_money, started
from workflows.chart import Status, StepConfig
from workflows.models import NotificationTemplate, RunState, StepState, WorkflowRun
from workflows.problems import InvalidData, NotPossible
from workflows.resuming import Outline

_ALL = "all"
_NO_CHART = "Its order type is not published any more; publish it again."
_DONE = (StepState.SUCCESS, StepState.WARNING)
VERSIONS = Choice(
    name="versions",
    label="Configuration",
    options=(("then", "As when the run began"), ("newest", "As published now")),
    help="Steps and connectors.",
)
REPEAT = Flag(
    name="repeat",
    label="Also repeat what succeeded",
    help="Exports and messages are then sent once more. Money is never taken or given back twice.",
)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a step goes: `value` names it in forms."""

    value: str
    words: str
    step: ActStep


@register
class ExportAgain(StepAct):
    name = "export"
    label = "Export again"
    icon = "upload"

    def offer(self, subject: Subject) -> Offer:
        targets = _targets(subject, "ExportOrder", OrderExporter)
        if not targets:
            return Offer.refused("No published connector takes orders; publish one that exports orders.")
        names = " and ".join(target.words for target in targets)
        return Offer(
            says=(f"Sends the whole order to {names}, also where it has been sent before.",),
            inputs=_receiver(targets, "Send it to"),
        )

    def steps(self, subject: Subject, values: Mapping[str, Any]) -> list[ActStep]:
        return _chosen(_targets(subject, "ExportOrder", OrderExporter), values)


@register
class TellCustomer(StepAct):
    name = "notify"
    label = "Send notification"
    icon = "mail"

    def offer(self, subject: Subject) -> Offer:
        targets = _targets(subject, "Notification", Notifier)
        if not targets:
            return Offer.refused("No published connector sends messages; publish one, such as SendGrid.")
        return Offer(
            says=("Sends the customer one message, whatever has been sent before.",),
            inputs=(
                *_receiver(targets[:1] if len(targets) == 1 else targets, "Send it by", several=False),
                _TEMPLATE,
            ),
        )

    def steps(self, subject: Subject, values: Mapping[str, Any]) -> list[ActStep]:
        (step,) = _chosen(_targets(subject, "Notification", Notifier), values)
        template = values.get("template")
        if not template:
            return [step]
        _known_template(template)
        properties = {**step.properties, "Template": template}
        return [
            ActStep(
                name=step.name,
                connector=step.connector,
                connector_id=step.connector_id,
                properties=properties,
            )
        ]


@register
class ChangeStatus(OrderAct):
    name = "status"
    label = "Change status"
    icon = "swap_horiz"

    def offer(self, subject: Subject) -> Offer:
        if subject.chart is None:
            return Offer.refused(_NO_CHART)
        here = subject.order.status
        known = subject.chart.statuses
        names = subject.chart.followers(here) if here in known else tuple(known)
        if not names:
            return Offer.refused(f"No status may follow {here}.")
        options = tuple((name, _words(known[name])) for name in names)
        workflow = Flag(
            name="run_workflow",
            label="Run the workflow of the new status",
            initial=True,
            help="Without it the order only gets the status, and no step runs.",
        )
        return Offer(
            says=(f"The order is in {_words(known[here]) if here in known else here}.",),
            inputs=(Choice(name="status", label="New status", options=options), workflow),
        )

    def start(self, subject: Subject, values: Mapping[str, Any], asked: Asked) -> Started:
        order, wanted = subject.order, values["status"]
        if order.status == wanted:
            return Started(f"The order is in {wanted} already.", fresh=False)
        run = orders.change_status(
            order,
            wanted,
            actor=asked.actor,
            reason=asked.reason,
            run_workflow=values["run_workflow"],
            trigger=asked.trigger,
        )
        return Started(f"The order went to {wanted}{'' if run else '; no workflow runs'}.", run)

    def outline(self, subject: Subject, values: Mapping[str, Any]) -> Outline | None:
        if not values["run_workflow"]:
            return None
        return resuming.outline_status(subject.order, values["status"], subject.live)

    def status(self, subject: Subject, values: Mapping[str, Any]) -> str:
        return str(values["status"])


@register
class RunWorkflow(OrderAct):
    name = "workflow"
    label = "Run workflow"
    group = "Workflow"
    icon = "account_tree"

    def offer(self, subject: Subject) -> Offer:
        if subject.chart is None:
            return Offer.refused(_NO_CHART)
        statuses = [
            status for status in subject.chart.statuses.values() if any(step.active for step in status.steps)
        ]
        if not statuses:
            return Offer.refused("No status of its order type has steps.")
        options = tuple((status.name, _words(status)) for status in statuses)
        here = subject.order.status
        initial = here if here in dict(options) else ""
        return Offer(
            says=("Runs all steps of a status as they are published now. The order keeps its status.",),
            inputs=(Choice(name="status", label="Steps of", options=options, initial=initial), REPEAT),
        )

    def start(self, subject: Subject, values: Mapping[str, Any], asked: Asked) -> Started:
        act = acts.run_again(subject.order, asked, status=values["status"], repeat=values["repeat"])
        return started(act.run.title, act)

    def right_for(self, subject: Subject, values: Mapping[str, Any]) -> Right:
        assert subject.chart is not None
        steps = subject.chart.status(values["status"]).steps
        return _right([step.name for step in steps if step.active])

    def outline(self, subject: Subject, values: Mapping[str, Any]) -> Outline | None:
        last = resuming.last_run(subject.order, values["status"])
        return resuming.outline_again(
            subject.order, values["status"], last, subject.live, repeat=values["repeat"]
        )

    def status(self, subject: Subject, values: Mapping[str, Any]) -> str:
        return str(values["status"])


@register
class Resume(OrderAct):
    name = "resume"
    label = "Resume from failed step"
    group = "Workflow"
    icon = "resume"

    def offer(self, subject: Subject) -> Offer:
        run = subject.failed
        if run is None:
            return Offer.refused("No run of this order has failed.")
        if run.state == RunState.WAITING:
            return Offer(says=(f"{run.title} waits to be tried again; it is tried at once.",))
        left = [step.name for step in subject.steps if step.state not in _DONE]
        kept = [step.name for step in subject.steps if step.state in _DONE]
        says = [f"Goes on with {run.title} of {run.created_at:%d %b %H:%M}: runs {', '.join(left)}."]
        if kept:
            says.append(f"Stays done: {', '.join(kept)}.")
        return Offer(says=tuple(says), inputs=(VERSIONS,))

    def start(self, subject: Subject, values: Mapping[str, Any], asked: Asked) -> Started:
        act = acts.resume(_failed(subject), asked, newest=values.get("versions") == "newest")
        return started(act.run.title, act)

    def right_for(self, subject: Subject, values: Mapping[str, Any]) -> Right:
        return _right([step.name for step in subject.steps if step.state not in _DONE])

    def outline(self, subject: Subject, values: Mapping[str, Any]) -> Outline | None:
        run = _failed(subject)
        if run.state == RunState.WAITING:
            return None
        run.order = subject.order
        return resuming.outline_resume(run, self.live(subject, values))

    def live(self, subject: Subject, values: Mapping[str, Any]) -> TenantRuntime:
        return subject.live if values.get("versions") == "newest" else acts.versions(_failed(subject))

    def status(self, subject: Subject, values: Mapping[str, Any]) -> str:
        return _failed(subject).status


@register
class RunStep(StepAct):
    """Any step of the order's type, with its connector and properties, whatever its conditions say."""

    name = "step"
    label = "Run single step"
    group = "Workflow"
    icon = "step_over"

    def offer(self, subject: Subject) -> Offer:
        steps = list(subject.chart_steps())
        if not steps:
            return Offer.refused("Its order type has no steps.")
        options = tuple((_place(status, step), _step_words(status, step)) for status, step in steps)
        here = next(
            (_place(status, step) for status, step in steps if status.name == subject.order.status), ""
        )
        return Offer(
            says=(
                "Runs one step of the order's type now, whatever its conditions say and whatever was done before.",
            ),
            inputs=(Choice(name="step", label="Step", options=options, initial=here),),
        )

    def steps(self, subject: Subject, values: Mapping[str, Any]) -> list[ActStep]:
        return [_as_act(self._config(subject, values))]

    def told(self, subject: Subject, values: Mapping[str, Any]) -> str:
        config = self._config(subject, values)
        return f"{config.name}{f' ({config.connector_id or config.connector})' if config.connector else ''} by hand"

    def right_for(self, subject: Subject, values: Mapping[str, Any]) -> Right:
        return _right([self._config(subject, values).name])

    def _config(self, subject: Subject, values: Mapping[str, Any]) -> StepConfig:
        found = {_place(status, step): step for status, step in subject.chart_steps()}
        if values["step"] not in found:
            raise InvalidData({"step": ["The order type has no such step any more; choose again."]})
        return found[values["step"]]


class _Template(Input):
    """The name of a notification template; which ones there are is looked up when it is used."""


_TEMPLATE = _Template(
    name="template",
    label="Notification template",
    help="Its name; empty takes the one that fits the order's status.",
)


def _targets(subject: Subject, step: str, contract: type) -> list[Target]:
    """Where the chart sends it, and where else it could go."""
    found: dict[tuple[str, str], Target] = {}
    for _, config in subject.chart_steps():
        if config.name == step:
            key = (config.connector.lower(), config.connector_id.lower())
            found.setdefault(key, _target(config.connector_id or config.connector, _as_act(config), subject))
    taken = {key[1] for key in found if key[1]} | {key[0] for key in found if not key[1]}
    for connector in _capable(subject, contract):
        if {connector.connector_id.lower(), connector.name.lower()} & taken:
            continue
        act = ActStep(name=step, connector=connector.name, connector_id=connector.connector_id)
        found.setdefault(
            (connector.name.lower(), connector.connector_id.lower()),
            _target(act.connector_id or act.connector, act, subject),
        )
    return list(found.values())


def _target(value: str, step: ActStep, subject: Subject) -> Target:
    named = [
        item.display_name
        for item in subject.live.connectors.values()
        if item.connector_id and item.connector_id.lower() == step.connector_id.lower() and item.display_name
    ]
    return Target(value, named[0] if named else value, step)


def _capable(subject: Subject, contract: type) -> Iterator[ConnectorConfig]:
    for connector in subject.live.connectors.values():
        if not connector.retired and issubclass(implementations.get(connector.slug), contract):
            yield connector


def _receiver(targets: list[Target], label: str, *, several: bool = True) -> tuple[Input, ...]:
    if len(targets) < 2:
        return ()
    options = tuple((target.value, target.words) for target in targets)
    if several:
        options = ((_ALL, "All of them"), *options)
    return (Choice(name="to", label=label, options=options),)


def _chosen(targets: list[Target], values: Mapping[str, Any]) -> list[ActStep]:
    if not targets:
        raise NotPossible("No published connector can do this")
    wanted = values.get("to") or targets[0].value
    return [target.step for target in targets if wanted in (_ALL, target.value)]


def _known_template(name: str) -> None:
    if not NotificationTemplate.objects.filter(name__iexact=name, is_active=True).exists():
        raise InvalidData(
            {"template": [f"There is no active notification template {name}; choose another name."]}
        )


def _as_act(config: StepConfig) -> ActStep:
    return ActStep(
        name=config.name,
        connector=config.connector,
        connector_id=config.connector_id,
        properties=config.properties,
    )


def _failed(subject: Subject) -> WorkflowRun:
    if subject.failed is None:
        raise NotPossible("No run of this order has failed")
    return subject.failed


def _right(names: list[str]) -> Right:
    return Right.ACT_MONEY if moves_money(names) else Right.ACT


def _words(status: Status) -> str:
    return status.display_name or status.name


def _place(status: Status, step: StepConfig) -> str:
    return f"{status.name}/{step.position}"


def _step_words(status: Status, step: StepConfig) -> str:
    through = step.connector_id or step.connector
    return f"{_words(status)} > {step.position}. {step.name}{f' ({through})' if through else ''}"

"""Export an order again, or tell the customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors import registry as implementations
from connectors.compiled import ConnectorConfig
from connectors.contracts.erp import OrderExporter
from connectors.contracts.notification import Notifier
from workflows.acts import ActStep
from workflows.by_hand import Choice, Input, Offer, StepAct, Subject, register
from workflows.models import NotificationTemplate
from workflows.order_acts.shared import as_act
from workflows.problems import InvalidData, NotPossible

_ALL = "all"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a step goes: `value` names it in forms."""

    value: str
    words: str
    step: ActStep


class _Template(Input):
    """The name of a notification template; which ones there are is looked up when it is used."""


_TEMPLATE = _Template(
    name="template",
    label="Notification template",
    help="Its name; empty takes the one that fits the order's status.",
)


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
            says=("Sends the customer one message at once, whatever has been sent before.",),
            inputs=(
                *_receiver(targets, "Send it by", several=False),
                _TEMPLATE,
            ),
        )

    def steps(self, subject: Subject, values: Mapping[str, Any]) -> list[ActStep]:
        (step,) = _chosen(_targets(subject, "Notification", Notifier), values)
        properties = {**step.properties, "Immediately": "true"}
        template = values.get("template")
        if template:
            _known_template(template)
            properties["Template"] = template
        return [
            ActStep(
                name=step.name,
                connector=step.connector,
                connector_id=step.connector_id,
                properties=properties,
            )
        ]


def _targets(subject: Subject, step: str, contract: type) -> list[Target]:
    """Where the chart sends it, and where else it could go."""
    found: dict[tuple[str, str], Target] = {}
    for _, config in subject.chart_steps():
        if config.name == step:
            key = (config.connector.lower(), config.connector_id.lower())
            found.setdefault(key, _target(config.connector_id or config.connector, as_act(config), subject))
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

"""Order types with their statuses and steps, and step groups, as documents."""
# mypy: disable-error-code="type-arg, call-arg, assignment"

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from rest_framework import serializers

from connectors.as_code.checks import clean, clean_all, refuse_twice
from connectors.as_code.sections import Coded, PublishableSection, Section, register
from connectors.as_code.shapes import CodesField, TextField, default_of, fields_of
from connectors.validation import ended, suggest
from tenants.apikit import OpenJSONField, StrictSerializer
from tenants.scoping import current_tenant
from workflows.models import GroupStep, OrderType, StepGroup
from workflows.models.chart import CONDITIONS, PLACES
from workflows.publication import group_document

_LISTS = tuple(f"{word}_for_{place}" for place in PLACES for word in ("enabled", "disabled"))
_MOST_STATUSES, _MOST_STEPS = 200, 200


class _StepFields(StrictSerializer):
    """What steps of statuses and of groups have in common. Empty lists mean everywhere; a disabled one wins."""

    connector = TextField(max_length=80, help_text="A connector's Name or Type.")
    connector_id = TextField(max_length=80, help_text="One of several that share it.")
    active = serializers.BooleanField(default=True)
    error_status = TextField(max_length=80)
    next_status = TextField(max_length=80)
    properties = serializers.DictField(child=OpenJSONField(), default=dict)
    conditions = serializers.ListField(child=serializers.ChoiceField(CONDITIONS), default=list, max_length=3)
    is_invisible = serializers.BooleanField(default=False)
    per_shipment = serializers.BooleanField(default=False)

    def get_fields(self) -> dict[str, Any]:
        own: dict[str, Any] = dict(super().get_fields())
        first: dict[str, Any] = {name: own.pop(name) for name in ("name", "step_group") if name in own}
        return {**first, **own, **{name: CodesField() for name in _LISTS}}


class GroupStepShape(_StepFields):
    name = TextField(required=True, max_length=80)


class StepShape(_StepFields):
    """A step, or a step group in its place: then the group's StopOnError holds."""

    name = TextField(max_length=80, help_text="Such as CapturePayments.")
    step_group = TextField(max_length=80, help_text="Instead of a name.")
    stop_on_error = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs["name"]) == bool(attrs["step_group"]):
            raise serializers.ValidationError({"name": "Send either a name or a step_group."})
        if attrs["step_group"] and attrs["stop_on_error"]:
            text = "The step group's own StopOnError holds; leave this out."
            raise serializers.ValidationError({"stop_on_error": text})
        return attrs


class StatusShape(StrictSerializer):
    name = TextField(required=True, max_length=80)
    display_name = TextField(max_length=120)
    allowed_next = CodesField(help_text="Names of statuses; empty allows every one.")
    is_canceled = serializers.BooleanField(default=False)
    is_completed = serializers.BooleanField(default=False)
    active = serializers.BooleanField(default=True)
    next_status = TextField(max_length=80)
    steps = StepShape(many=True, default=list, max_length=_MOST_STEPS)


class OrderTypeShape(StrictSerializer):
    """Statuses and steps in their order; new orders enter the first status that is active."""

    name = TextField(required=True, max_length=80)
    is_default = serializers.BooleanField(default=False)
    disable_workflow = serializers.BooleanField(default=False)
    statuses = StatusShape(many=True, default=list, max_length=_MOST_STATUSES)


class StepGroupShape(StrictSerializer):
    name = TextField(required=True, max_length=80)
    stop_on_error = serializers.BooleanField(default=False)
    steps = GroupStepShape(many=True, default=list, max_length=_MOST_STEPS)


@register
class StepGroups(Section):
    """They have no drafts of their own: order types publish a copy of those that they use."""

    name = "step_groups"
    noun = "step group"
    shape = StepGroupShape
    model: ClassVar[type[models.Model]] = StepGroup
    position = 40

    def encode(self, row: StepGroup) -> Coded:
        return encode_group(group_document(row))

    def write(self, row: StepGroup | None, document: Coded, user: Any) -> StepGroup:
        group = row or StepGroup(tenant=current_tenant())
        _set(group, {"name": document["name"], "stop_on_error": document["stop_on_error"]}, user)
        present = sorted(group.steps.all(), key=lambda step: (step.position, step.pk))
        for place, values in enumerate(document["steps"]):
            step = present[place] if place < len(present) else GroupStep(group=group, tenant=group.tenant)
            _set(step, {**values, "position": place + 1}, user)
        for step in present[len(document["steps"]) :]:
            step.delete()
        return group

    def check(self, row: StepGroup, given: Coded) -> None:
        clean(row)
        clean_all((step, f"steps.{place}") for place, step in enumerate(_in_order(row.steps)))


@register
class OrderTypes(PublishableSection):
    name = "order_types"
    noun = "order type"
    shape = OrderTypeShape
    model: ClassVar[Any] = OrderType
    position = 80

    def encode_document(self, document: Mapping[str, Any]) -> Coded:
        own = {name: document.get(name, False) for name in ("name", "is_default", "disable_workflow")}
        return {**own, "statuses": [_status(status) for status in document["statuses"]]}

    def decode(self, document: Coded) -> dict[str, Any]:
        groups = {group.name.casefold(): group_document(group) for group in StepGroup.objects.all()}
        statuses = [
            {**status, "steps": [_step_document(step, groups) for step in status["steps"]]}
            for status in document["statuses"]
        ]
        return {**document, "statuses": statuses}

    def settle(self, present: Coded | None, wanted: Coded) -> Coded:
        refuse_twice(wanted["statuses"], "statuses", "name")
        groups = list(StepGroup.objects.values_list("name", flat=True))
        statuses = [
            {**status, "steps": list(_steps(status["steps"], f"statuses.{place}.steps", groups))}
            for place, status in enumerate(wanted["statuses"])
        ]
        return {**wanted, "statuses": statuses}

    def check(self, row: OrderType, given: Coded) -> None:
        clean(row)
        clean_all(_placed(row))

    def doubts(self) -> Iterable[str]:
        yield from super().doubts()
        groups = {group.name.casefold(): group_document(group) for group in StepGroup.objects.all()}
        for row in self.rows():
            for copy in _copies(row.live.document if row.live else {}):
                if groups.get(copy["name"].casefold()) != copy:
                    yield f"order type {row} runs an older copy of step group {copy['name']}; publish it"

    def first(self, document: Mapping[str, Any]) -> bool:
        """The new default comes after the former one has stopped being it."""
        return not document["is_default"]


def encode_group(document: Mapping[str, Any]) -> Coded:
    """A step group as order types publish it."""
    own = {name: document[name] for name in ("name", "stop_on_error")}
    return {**own, "steps": [_filled(GroupStepShape, step) for step in document["group"]]}


def _copies(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The step groups as an order type has published them."""
    for status in document.get("statuses", ()):
        for step in status.get("steps", ()):
            if "group" in step:
                yield {name: step[name] for name in ("name", "stop_on_error", "group")}


def _status(document: Mapping[str, Any]) -> Coded:
    steps = [_step(step) for step in document.get("steps", ())]
    return {**_filled(StatusShape, document), "steps": steps}


def _step(document: Mapping[str, Any]) -> Coded:
    if "group" not in document:
        return _filled(StepShape, document)
    own = {**document, "name": "", "step_group": document["name"], "stop_on_error": False}
    return _filled(StepShape, own)


def _filled(shape: type[serializers.Serializer], document: Mapping[str, Any]) -> Coded:
    """In the order of the shape; documents of earlier days lack what takes its default."""
    return {
        name: document[name] if name in document else default_of(field)
        for name, field in fields_of(shape).items()
    }


def _step_document(step: Coded, groups: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    own = {name: value for name, value in step.items() if name != "step_group"}
    return {**own, **groups[step["step_group"].casefold()]} if step["step_group"] else own


def _steps(steps: Iterable[Coded], place: str, groups: list[str]) -> Iterator[Coded]:
    known = {name.casefold(): name for name in groups}
    for number, step in enumerate(steps):
        group = step["step_group"]
        if group and group.casefold() not in known:
            text = f"There is no step group {group!r}; {ended(suggest(group, groups))}"
            raise ValidationError({f"{place}.{number}.step_group": [text]})
        yield {**step, "step_group": known[group.casefold()] if group else ""}


def _placed(row: OrderType) -> Iterator[tuple[Any, str]]:
    for number, status in enumerate(_in_order(row.statuses)):
        yield status, f"statuses.{number}"
        for place, step in enumerate(_in_order(status.steps)):
            yield step, f"statuses.{number}.steps.{place}"


def _in_order(manager: Any) -> list[Any]:
    return sorted(manager.all(), key=lambda row: (row.position, row.pk))


def _set(row: Any, values: Mapping[str, Any], user: Any) -> None:
    if row.pk is not None and all(getattr(row, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(row, name, value)
    row._history_user = user
    row.save()

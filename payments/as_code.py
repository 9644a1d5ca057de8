"""Payment methods as documents."""
# mypy: disable-error-code="type-arg, call-arg, assignment"

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rest_framework import serializers

from connectors.as_code.checks import spelled
from connectors.as_code.refs import Refs
from connectors.as_code.sections import Coded, PublishableSection, register
from connectors.as_code.shapes import CodesField, TextField
from connectors.gateways.publication import checked, publish_with_connector
from connectors.models import Publication, Publishable
from payments.models import PaymentMethod
from tenants.apikit import OpenJSONField, StrictSerializer
from tenants.models import Market


class PaymentMethodShape(StrictSerializer):
    """What a merchant offers at checkout over a connector of Category Payment."""

    name = TextField(required=True, max_length=100, help_text="Orders name their payment method by it.")
    payment_method_name = TextField(
        max_length=100, help_text="What shoppers and staff read; empty takes the name."
    )
    connector = TextField(
        required=True, max_length=100, help_text="Its Connector ID, or its Type where it has none."
    )
    valid_on_markets = CodesField(help_text="Codes; empty means all markets.")
    options = serializers.DictField(child=OpenJSONField(allow_null=True), default=dict)


@register
class PaymentMethods(PublishableSection):
    name = "payment_methods"
    noun = "payment method"
    shape = PaymentMethodShape
    model: ClassVar[Any] = PaymentMethod
    position = 60

    def encode_document(self, document: Mapping[str, Any]) -> Coded:
        names = ("name", "payment_method_name", "connector", "valid_on_markets", "options")
        return {**{name: document[name] for name in names}, "connector": Refs().text(document["connector"])}

    def decode(self, document: Coded) -> dict[str, Any]:
        return {**document, "connector": Refs().pk(document["connector"], "connector")}

    def settle(self, present: Coded | None, wanted: Coded) -> Coded:
        refs = Refs()
        return {
            **wanted,
            "payment_method_name": wanted["payment_method_name"] or wanted["name"],
            "connector": refs.text(refs.pk(wanted["connector"], "connector")),
            "valid_on_markets": spelled(Market, wanted["valid_on_markets"], "valid_on_markets"),
        }

    def publish(self, row: Any, **options: Any) -> Publication:
        return publish_with_connector(row, **options)

    def checked(self, row: Any) -> Sequence[Any]:
        return checked(row)

    def parts(self, row: Any) -> Sequence[Publishable]:
        return [row, row.connector]

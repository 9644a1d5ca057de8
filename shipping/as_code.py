"""Shipping providers with their options and accounts as documents."""
# mypy: disable-error-code="type-arg, call-arg, assignment"

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from rest_framework import serializers

from connectors.as_code.checks import clean, clean_all, refuse_twice, spelled
from connectors.as_code.refs import Refs
from connectors.as_code.sections import Coded, PublishableSection, register
from connectors.as_code.shapes import CodesField, TextField
from connectors.contracts.shipping import PDF
from connectors.gateways.publication import checked, publish_with_connector
from connectors.models import Publication, Publishable
from shipping.models import ShippingProvider
from shipping.models.provider import DELIVERY_TYPES, HEAVIEST, LABEL_FORMATS, LONGEST
from tenants.apikit import OpenJSONField, StrictSerializer
from tenants.models import Market, Store

_LARGEST = 2_000_000_000


def _flag() -> serializers.BooleanField:
    return serializers.BooleanField(default=False)


def _measure(most: int) -> serializers.IntegerField:
    return serializers.IntegerField(default=0, min_value=0, max_value=most)


class PercentField(serializers.DecimalField):
    """A percentage as text with two decimals."""

    def __init__(self, *, most: int) -> None:
        super().__init__(max_digits=6, decimal_places=2, min_value=0, max_value=most, default=Decimal("0.00"))

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return str(Decimal(super().run_validation(data)).quantize(Decimal("0.01")))


class OptionShape(StrictSerializer):
    """One way to ship. Grams and millimetres; `product` is the carrier's own code."""

    name = TextField(required=True, max_length=100, help_text="Orders name their shipping option by it.")
    label = TextField(max_length=200, help_text="What shoppers read.")
    description = TextField(max_length=500)
    product = TextField(max_length=100)
    return_product = TextField(max_length=100)
    services = CodesField()
    position = serializers.IntegerField(default=0, min_value=0, max_value=_LARGEST)
    is_default = _flag()
    service_point_required = _flag()
    get_service_points = _flag()
    delivery_type = serializers.ChoiceField(DELIVERY_TYPES, default="", allow_blank=True)
    delivery_time = TextField(max_length=100)
    prices = serializers.ListField(child=OpenJSONField(), default=list)
    free_from = serializers.DictField(child=OpenJSONField(), default=dict)
    tax_rate = PercentField(most=100)
    get_price_from_provider = _flag()
    add_tax_on_provider_price = _flag()
    profit_percent = PercentField(most=1000)
    price_connector = serializers.CharField(
        max_length=100,
        default=None,
        allow_null=True,
        help_text="Who tells the price, where another than books.",
    )
    price_product = TextField(max_length=100)
    checkout_codes = CodesField()
    label_format = serializers.ChoiceField(LABEL_FORMATS, default=PDF)
    hide_from_api = _flag()
    weight = _measure(HEAVIEST)
    length = _measure(LONGEST)
    width = _measure(LONGEST)
    height = _measure(LONGEST)
    store = TextField(max_length=50, help_text="Code of the store that sends; empty takes the order's.")


class AccountShape(StrictSerializer):
    """Which account books the shipments of a market, a store, or both."""

    market = TextField(max_length=50)
    store = TextField(max_length=50)
    connector = TextField(required=True, max_length=100)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["market"] and not attrs["store"]:
            raise serializers.ValidationError("This is for nobody; name a market, a store, or both.")
        return attrs


class ShippingProviderShape(StrictSerializer):
    """What a merchant ships with, over a connector of Category Shipping."""

    name = TextField(required=True, max_length=100)
    connector = TextField(
        required=True, max_length=100, help_text="Its Connector ID, or its Type where it has none."
    )
    valid_on_markets = CodesField(help_text="Codes; empty means all markets.")
    properties = serializers.DictField(child=OpenJSONField(), default=dict)
    shipment_options = OptionShape(many=True, default=list, max_length=300)
    accounts = AccountShape(many=True, default=list, max_length=300)


@register
class ShippingProviders(PublishableSection):
    name = "shipping_providers"
    noun = "shipping provider"
    shape = ShippingProviderShape
    model: ClassVar[Any] = ShippingProvider
    position = 70

    def encode_document(self, document: Mapping[str, Any]) -> Coded:
        refs = Refs()
        return {
            "name": document["name"],
            "connector": refs.text(document["connector"]),
            "valid_on_markets": document["valid_on_markets"],
            "properties": document["properties"],
            "shipment_options": [_option(row, refs) for row in document["shipment_options"]],
            "accounts": _sorted(
                {**row, "connector": refs.text(row["connector"])} for row in document.get("accounts", ())
            ),
        }

    def decode(self, document: Coded) -> dict[str, Any]:
        refs = Refs()
        options = [
            {
                **row,
                "price_connector": _pk(
                    refs, row["price_connector"], f"shipment_options.{place}.price_connector"
                ),
            }
            for place, row in enumerate(document["shipment_options"])
        ]
        accounts = [
            {**row, "connector": refs.pk(row["connector"], f"accounts.{place}.connector")}
            for place, row in enumerate(document["accounts"])
        ]
        connector = refs.pk(document["connector"], "connector")
        return {**document, "connector": connector, "shipment_options": options, "accounts": accounts}

    def settle(self, present: Coded | None, wanted: Coded) -> Coded:
        refs = Refs()
        refuse_twice(wanted["shipment_options"], "shipment_options", "name")
        refuse_twice(wanted["accounts"], "accounts", "market", "store")
        options = [_settled(row, place, refs) for place, row in enumerate(wanted["shipment_options"])]
        accounts = [_account(row, place, refs) for place, row in enumerate(wanted["accounts"])]
        return {
            **wanted,
            "connector": refs.text(refs.pk(wanted["connector"], "connector")),
            "valid_on_markets": spelled(Market, wanted["valid_on_markets"], "valid_on_markets"),
            "shipment_options": sorted(options, key=lambda row: (row["position"], row["name"])),
            "accounts": _sorted(accounts),
        }

    def check(self, row: ShippingProvider, given: Coded) -> None:
        clean(row)
        stored = {option.name.casefold(): option for option in row.shipment_options.all()}
        clean_all(
            (stored[option["name"].casefold()], f"shipment_options.{place}")
            for place, option in enumerate(given["shipment_options"])
        )
        clean_all((account, "accounts") for account in row.accounts.all())

    def publish(self, row: Any, **options: Any) -> Publication:
        return publish_with_connector(row, **options)

    def checked(self, row: Any) -> Sequence[Any]:
        return checked(row)

    def parts(self, row: Any) -> Sequence[Publishable]:
        return [row, row.connector]


def _option(row: Mapping[str, Any], refs: Refs) -> Coded:
    """Documents of earlier versions lack what takes its default."""
    price = row.get("price_connector")
    known = OptionShape().fields
    told = {**_defaults(), **{name: value for name, value in row.items() if name in known}}
    return {**told, "price_connector": None if price is None else refs.text(price)}


def _defaults() -> Coded:
    return dict(OptionShape().run_validation({"name": "-"}))


def _settled(row: Coded, place: int, refs: Refs) -> Coded:
    here = f"shipment_options.{place}"
    pk = _pk(refs, row["price_connector"], f"{here}.price_connector")
    store = _code(Store, row["store"], f"{here}.store")
    return {**row, "price_connector": None if pk is None else refs.text(pk), "store": store}


def _account(row: Coded, place: int, refs: Refs) -> Coded:
    here = f"accounts.{place}"
    return {
        "market": _code(Market, row["market"], f"{here}.market"),
        "store": _code(Store, row["store"], f"{here}.store"),
        "connector": refs.text(refs.pk(row["connector"], f"{here}.connector")),
    }


def _pk(refs: Refs, text: str | None, place: str) -> int | None:
    return refs.pk(text, place) if text else None


def _code(model: type[Any], code: str, place: str) -> str:
    return "".join(spelled(model, [code] if code else [], place))


def _sorted(accounts: Any) -> list[Coded]:
    return sorted(accounts, key=lambda row: (row["market"], row["store"]))

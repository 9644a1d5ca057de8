"""A published shipping option: its document and its compiled form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connectors.contracts.shipping import PDF
from shipping.models import ShipmentOption
from shipping.prices import PriceRules, read_prices, read_thresholds

_FIELDS = (
    "name",
    "label",
    "description",
    "product",
    "return_product",
    "services",
    "is_default",
    "service_point_required",
    "get_service_points",
    "delivery_type",
    "delivery_time",
    "prices",
    "free_from",
    "get_price_from_provider",
    "add_tax_on_provider_price",
    "price_product",
    "checkout_codes",
    "label_format",
    "hide_from_api",
    "weight",
    "length",
    "width",
    "height",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageSize:
    """Grams and millimetres; 0 for not measured."""

    weight: int
    length: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionConfig:
    """`product` and `services` are the carrier's codes; `store` is a code, "" for the order's own.

    `price_connector` is the id of the connector that tells the price where another one than books; `price_product` is
    the product's code there. `checkout_codes` are what delivery checkouts call it.
    """

    name: str
    label: str
    product: str
    description: str = ""
    return_product: str = ""
    services: tuple[str, ...] = ()
    is_default: bool = False
    service_point_required: bool = False
    get_service_points: bool = False
    delivery_type: str = ""
    delivery_time: str = ""
    price_rules: PriceRules = field(default_factory=PriceRules)
    get_price_from_provider: bool = False
    price_connector: int | None = None
    price_product: str = ""
    checkout_codes: tuple[str, ...] = ()
    label_format: str = PDF
    hide_from_api: bool = False
    package: PackageSize
    store: str = ""


def option_document(row: ShipmentOption) -> dict[str, Any]:
    """Percentages are strings, the price's connector is its id, the store its code."""
    values = {name: getattr(row, name) for name in _FIELDS}
    return {
        **values,
        "tax_rate": str(row.tax_rate),
        "profit_percent": str(row.profit_percent),
        "price_connector": row.price_connector_id,
        "position": row.position,
        "store": row.store.code if row.store else "",
    }


def compile_option(document: Mapping[str, Any]) -> OptionConfig:
    """Of documents of earlier versions too, which know less."""
    sizes = {name: document[name] for name in ("weight", "length", "width", "height")}
    return OptionConfig(
        name=document["name"],
        label=document["label"] or document["name"],
        description=document.get("description", ""),
        product=document["product"],
        return_product=document["return_product"],
        services=tuple(document["services"]),
        is_default=document["is_default"],
        service_point_required=document["service_point_required"],
        get_service_points=document.get("get_service_points", False),
        delivery_type=document.get("delivery_type", ""),
        delivery_time=document.get("delivery_time", ""),
        price_rules=_rules(document),
        get_price_from_provider=document.get("get_price_from_provider", False),
        price_connector=document.get("price_connector"),
        price_product=document.get("price_product", ""),
        checkout_codes=tuple(document.get("checkout_codes", ())),
        label_format=document.get("label_format", PDF),
        hide_from_api=document.get("hide_from_api", False),
        package=PackageSize(**sizes),
        store=document["store"],
    )


def _rules(document: Mapping[str, Any]) -> PriceRules:
    return PriceRules(
        prices=read_prices(document.get("prices", ())),
        free_from=read_thresholds(document.get("free_from", {})),
        tax_rate=Decimal(document.get("tax_rate", "0")),
        add_tax=document.get("add_tax_on_provider_price", False),
        profit_percent=Decimal(document.get("profit_percent", "0")),
    )

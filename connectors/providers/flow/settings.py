"""What an administrator fills in for Flow, and what of Flow's requests has to be completed from its own reference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.schema import Date, Field, Group, Secret, Settings, Text, Url
from tenants.money import MoneyError, exponent

_UID = re.compile(r"[A-Za-z0-9_-]+")
_CALL = re.compile(r"(POST|PUT|PATCH) (/[A-Za-z0-9_{}/.-]+)")
_NAMES = re.compile(r"\{([^{}]*)\}")

#: The requests that are completed by the merchant, and what may stand in braces in their paths.
CALLS: Mapping[str, frozenset[str]] = {
    "OrderCreate": frozenset({"storeUid"}),
    "ProductCreate": frozenset({"storeUid"}),
    "ProductUpdate": frozenset({"storeUid", "productUid"}),
    "PriceSet": frozenset({"storeUid", "productUid"}),
    "CustomerCreate": frozenset({"storeUid"}),
    "CustomerUpdate": frozenset({"storeUid", "customerUid"}),
}
#: The name of the list of lines in an order's body.
LINES = "OrderLines"
#: Fields of an order that has been read, by our names for them.
READ = ("Sku", "Quantity", "LineTotal", "VatRate", "OrderTotal", "PaymentName", "PaymentAmount", "PaymentId")
DEMANDED = ("Sku", "Quantity", "LineTotal", "OrderTotal")


class Uid(Text):
    def convert(self, raw: Any) -> str:
        text = super().convert(raw)
        if not _UID.fullmatch(text):
            raise ValueError("must be a Uid as Flow shows it: letters, digits, dashes and underscores")
        return text


class Uids(Field):
    """Uids, comma separated: a tuple of texts."""

    def convert(self, raw: Any) -> tuple[str, ...]:
        uids = [part.strip() for part in str(raw).split(",") if part.strip()]
        if not all(_UID.fullmatch(uid) for uid in uids):
            raise ValueError("must be Uids as Flow shows them, comma separated")
        return tuple(uids)


class Words(Field):
    """Flow's own words, comma separated, compared without case: a frozenset in upper case."""

    def convert(self, raw: Any) -> frozenset[str]:
        return frozenset(part.strip().upper() for part in str(raw).split(",") if part.strip())


class Currency(Text):
    def convert(self, raw: Any) -> str:
        code = super().convert(raw).upper()
        try:
            exponent(code)
        except MoneyError as error:
            raise ValueError(str(error)) from None
        return code


class Calls(Group):
    """Method and path of each request, and the name of the list of lines."""

    def convert(self, raw: Any) -> dict[str, str]:
        given = {str(key).casefold(): str(text).strip() for key, text in super().convert(raw).items()}
        known = {name.casefold(): name for name in (*CALLS, LINES)}
        strange = sorted(set(given) - set(known))
        if strange:
            raise ValueError(f"has no {', '.join(strange)}; use {', '.join(known.values())}")
        return {
            known[key]: text if known[key] == LINES else _call(known[key], text)
            for key, text in given.items()
        }


class Names(Group):
    """Where in an order of Flow's something is, as a path with dots, by our name for it."""

    def convert(self, raw: Any) -> dict[str, str]:
        given = {str(key).casefold(): str(text).strip() for key, text in super().convert(raw).items()}
        known = {name.casefold(): name for name in READ}
        strange = sorted(set(given) - set(known))
        if strange:
            raise ValueError(f"has no {', '.join(strange)}; use {', '.join(READ)}")
        return {known[key]: text for key, text in given.items() if text}


def _call(name: str, text: str) -> str:
    found = _CALL.fullmatch(text)
    if not found:
        raise ValueError(f"{name} must be method and path, such as POST /customers")
    strange = set(_NAMES.findall(found[2])) - CALLS[name]
    if strange:
        allowed = ", ".join(f"{{{item}}}" for item in sorted(CALLS[name]))
        raise ValueError(f"{name} cannot fill in {', '.join(sorted(strange))}; its path may hold {allowed}")
    return text


class FlowSettings(Settings):
    token = Secret(
        "Integration token", column="bearer_token", help="Of the integration user; Flow shows it once."
    )
    tenant_uid = Uid("TenantUid", help="The tenant's Uid, as Flow Admin shows it.")
    host = Url(
        "Host", column="host", required=False, help="Empty: api.flowretail.com, with Is Test its stage."
    )
    currency = Currency(
        "Currency", help="Of the tenant's amounts, such as NOK; Flow's answers do not name it."
    )
    store_uids = Uids("StoreUids", help="Stores whose receipts and stock are read, comma separated.")
    warehouse_uids = Uids(
        "WarehouseUids",
        required=False,
        default=(),
        help="Read the stock of these warehouses instead of the stores'.",
    )
    order_type = Text(
        "FlowOrderType",
        key="FlowOrderType",
        required=False,
        default="",
        help="Order type of receipts; empty: that of the import task.",
    )
    import_orders_from = Date(
        "ImportOrdersFrom", required=False, help="The first import takes receipts since this day, else all."
    )
    delivered_states = Words(
        "DeliveredStates",
        required=False,
        default=frozenset(),
        help="Words of deliveryState that say that all goods were handed over.",
    )
    cancelled_states = Words(
        "CancelledStates",
        required=False,
        default=frozenset(),
        help="Words of orderState that call an order off.",
    )
    return_types = Words(
        "ReturnTypes",
        required=False,
        default=frozenset(),
        help="Words of type that make an order a return; negative quantities do so by themselves.",
    )
    read_fields = Names("Fields read", group="FlowFields", help="Where an order holds what is read of it.")
    calls = Calls("Requests", group="FlowCalls", help="Method and path of requests that write.")
    order_values = Group(
        "Order values", group="FlowOrderValues", help="Further fields of orders that are made."
    )
    product_values = Group("Product values", group="FlowProductValues", help="Further fields of products.")
    customer_values = Group(
        "Customer values", group="FlowCustomerValues", help="Further fields of customers."
    )
    price_values = Group("Price values", group="FlowPriceValues", help="Further fields of prices.")
    webhook_token = Secret(
        "WebhookToken", required=False, help="What Flow sends along in the header X-Crossdock-Token."
    )

"""What an administrator fills in for Front Systems, and the plugin page."""

from __future__ import annotations

import re
from typing import Any

from connectors.contracts.erp import owner_setting
from connectors.schema import Choice, Date, Field, Integer, Json, Secret, Settings, Text, Url

#: What a web sale may be paid with: Front Systems' numbers, and what they stand for.
PAYMENT_TYPES = {
    5: "gift card",
    6: "invoice",
    7: "PayEx",
    10: "Vipps",
    115: "NetAxept",
    116: "Dibs",
    117: "cash on delivery",
    124: "Klarna invoice",
    125: "Klarna account",
    128: "bonus points",
    141: "Collector",
}
_CURRENCY = re.compile(r"[A-Z]{3}")


class Ids(Field):
    """Numbers that Front Systems gives, comma separated: a tuple of texts."""

    def convert(self, raw: Any) -> tuple[str, ...]:
        numbers = [part.strip() for part in str(raw).split(",") if part.strip()]
        if not all(number.isascii() and number.isdecimal() for number in numbers):
            raise ValueError(
                "must be numbers as Front Systems shows them, comma separated, such as 1446, 1450"
            )
        return tuple(numbers)


class Id(Integer):
    """A number that Front Systems gives, above 0."""

    def convert(self, raw: Any) -> int:
        number = super().convert(raw)
        if number < 1:
            raise ValueError("must be a number above 0, as Front Systems shows it")
        return number


class Words(Field):
    """Names, comma separated, compared without case: a frozenset in lower case."""

    def convert(self, raw: Any) -> frozenset[str]:
        return frozenset(part.strip().casefold() for part in str(raw).split(",") if part.strip())


class Currency(Text):
    def convert(self, raw: Any) -> str:
        code = super().convert(raw).upper()
        if not _CURRENCY.fullmatch(code):
            raise ValueError("must be a currency code of three letters, such as NOK")
        return code


class PaymentTypes(Json):
    """Our payment methods in lower case, each with a payment type of Front Systems."""

    def convert(self, raw: Any) -> dict[str, int]:
        given = super().convert(raw)
        if not isinstance(given, dict):
            raise ValueError('must be JSON such as {"Vipps": 10, "Klarna": 124}')
        known = ", ".join(f"{number} ({name})" for number, name in PAYMENT_TYPES.items())
        for method, number in given.items():
            if isinstance(number, bool) or number not in PAYMENT_TYPES:
                raise ValueError(f"has {number!r} for {method}; Front Systems takes {known}")
        return {str(method).casefold(): int(number) for method, number in given.items()}


class FrontSystemsSettings(Settings):
    api_key = Secret("API key", column="bearer_token", help="Portal, Admin, Integration users.")
    subscription_key = Secret(
        "Subscription key", column="client_app_secret", help="The key of Front Systems' API gateway."
    )
    host = Url("Host", column="host", required=False, help="Only where Front Systems names another address.")
    order_type = Text(
        "FrontSystemsOrderType",
        key="FrontSystemsOrderType",
        required=False,
        default="",
        help="Order type of what comes from the tills, such as PosFront; empty: that of the import task.",
    )
    import_orders = Choice(
        "ImportOrders",
        choices=("tills", "all"),
        default="tills",
        help="tills: what was rung up at a till; all: web sales that others have sent, too.",
    )
    import_orders_from = Date(
        "ImportOrdersFrom",
        required=False,
        help="The first import takes sales since this day; empty: since the day before.",
    )
    payment_method = Text(
        "PaymentMethod",
        default="PointOfSale",
        help="Name here of what was paid at a till: sales are read without the means of payment.",
    )
    stock_ids = Ids(
        "StockIds",
        required=False,
        default=(),
        help="Stock locations whose sales and stock are imported, comma separated; empty: all.",
    )
    stock_id = Id(
        "StockId", required=False, help="The stock location where a store has no FrontSystemsStockId."
    )
    pickup_order_types = Words(
        "PickupOrderTypes",
        required=False,
        default=frozenset({"online-pickupinstore"}),
        help="Order types that are paid online and collected in a store (BOPIS), comma separated.",
    )
    reserve_order_types = Words(
        "ReserveOrderTypes",
        required=False,
        default=frozenset(),
        help="Order types that are reserved online and paid in a store (ROPIS), comma separated.",
    )
    web_sale_order_types = Words(
        "WebSaleOrderTypes",
        required=False,
        default=frozenset(),
        help="Order types that are booked as finished web sales. All others are sent from a store (BOSS).",
    )
    store_id = Id(
        "StoreId", required=False, help="The store that books web sales; empty: that of the stock location."
    )
    web_customer_id = Id(
        "WebCustomerId",
        required=False,
        help="The customer of all web sales; empty: the buyer, found by phone or e-mail or made.",
    )
    payment_types = PaymentTypes(
        "PaymentTypes",
        required=False,
        default={},
        help='What web sales are paid with: {"Vipps": 10, "Klarna": 124}.',
    )
    stock_owner = owner_setting("Front Systems")
    stock_level = Choice(
        "StockLevel",
        choices=("total", "available"),
        default="total",
        help="What is imported: all that is there, or what is not reserved in Front Systems.",
    )
    price_list = Text(
        "PriceList", required=False, default="", help="Name of the price list of prices that name none."
    )
    currency = Currency("Currency", default="NOK", help="Currency of price lists and products, such as NOK.")

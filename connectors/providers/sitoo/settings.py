"""What an administrator fills in for Sitoo, and the plugin page."""

from __future__ import annotations

import re
from typing import Any

from connectors.contracts.erp import owner_setting
from connectors.schema import Choice, Date, Field, Integer, Secret, Settings, Text, Url

_ACCOUNT = re.compile(r"/v2/accounts/(?P<number>[^/]+)(?:/.*)?$")


class Numbers(Field):
    """Whole numbers, comma separated: a tuple of texts."""

    def convert(self, raw: Any) -> tuple[str, ...]:
        numbers = [part.strip() for part in str(raw).split(",") if part.strip()]
        if not all(number.isascii() and number.isdecimal() for number in numbers):
            raise ValueError("must be numbers as Sitoo shows them, comma separated, such as 1, 2")
        return tuple(numbers)


class Number(Integer):
    """A number that Sitoo gives, above 0."""

    def convert(self, raw: Any) -> int:
        number = super().convert(raw)
        if number < 1:
            raise ValueError("must be a number above 0, as Sitoo shows it")
        return number


class Account(Text):
    def convert(self, raw: Any) -> str:
        text = super().convert(raw)
        if not (text.isascii() and text.isdecimal()):
            raise ValueError("must be the account's number, such as 1500; Sitoo shows it in the base URL")
        return text


class Words(Field):
    """Names, comma separated, compared without case: a frozenset in lower case."""

    def convert(self, raw: Any) -> frozenset[str]:
        return frozenset(part.strip().casefold() for part in str(raw).split(",") if part.strip())


class SitooSettings(Settings):
    api_id = Text("API ID", column="username", help="Such as 10020-140.")
    api_password = Secret("API password", column="password")
    account_number = Account("AccountNumber", help="The number in the base URL, behind accounts/.")
    eshop_id = Number("EshopId", default=1, help="The site's whole number; nearly always 1.")
    host = Url(
        "Host", column="host", required=False, help="The base URL that Sitoo shows with the API password."
    )
    order_type = Text(
        "SitooOrderType",
        key="SitooOrderType",
        required=False,
        default="",
        help="Order type of what comes from the tills, such as PosSitoo; empty: that of the import task.",
    )
    import_orders = Choice(
        "ImportOrders",
        choices=("tills", "all"),
        default="tills",
        help="tills: what was rung up at a till; all: also web orders that others have made in Sitoo.",
    )
    import_orders_from = Date(
        "ImportOrdersFrom", required=False, help="The first import takes orders since this day, else all."
    )
    pickup_order_types = Words(
        "PickupOrderTypes",
        required=False,
        default=frozenset({"online-pickupinstore"}),
        help="Order types that are collected in a store, comma separated; all others are sent from there.",
    )
    external_id_prefix = Text(
        "ExternalIdPrefix", required=False, default="", help="In front of our order number in Sitoo."
    )
    shipping_sku = Text(
        "ShippingSku", required=False, default="", help="SKU of the row for the shipping fee, if it has one."
    )
    stock_owner = owner_setting("Sitoo")
    warehouse_ids = Numbers(
        "WarehouseIds", required=False, default=(), help="Warehouses whose stock is imported; empty: all."
    )
    warehouse_id = Numbers(
        "WarehouseId", required=False, default=(), help="The warehouse where a store has no SitooWarehouseId."
    )
    stock_level = Choice(
        "StockLevel",
        choices=("total", "available"),
        default="total",
        help="What is imported: all that is there, or what is not reserved in Sitoo.",
    )
    product_group_id = Number(
        "ProductGroupId",
        required=False,
        help="vatid of new products; empty: the goods group of the product's VAT rate.",
    )
    price_list_id = Number(
        "PriceListId", default=1, help="The price list of prices that name none; 1 is the default one."
    )
    webhook_password = Secret(
        "WebhookPassword", required=False, help="Password of the HTTP Basic login of Sitoo's event calls."
    )


def base_url(host: str, account: str) -> str:
    """The host without /v2/accounts/…, which every call gets. Raises ValueError where it names another account."""
    found = _ACCOUNT.search(host)
    if found and found["number"] != account:
        raise ValueError(
            f"Host is that of account {found['number']}, AccountNumber is {account}; correct one"
        )
    return host[: found.start()] if found else host


GUIDE = """
In Sitoo Back Office create an API user (API ID and password), at best one for each system that calls. Allow the public IP
addresses of this installation for it: calls from elsewhere are refused as if the password were wrong. Enter API ID and
password as Username and Password, the number behind accounts/ of the base URL as AccountNumber, the site as EshopId
(nearly always 1). Where Sitoo shows another base URL than api.mysitoo.com, enter it as Host. With Is Test the sandbox
api-sandbox.mysitoo.com is called. One connector for each Sitoo account, enabled for its market.

Stores and warehouses: give each store here the external id SitooWarehouseId with the number of its warehouse in Sitoo, or
SitooWarehouseId-{market code}, such as SitooWarehouseId-NOR, where a store has another warehouse for each market. It tells
which store a sale belongs to, where an online order is collected or sent from, and whose stock a level is.

ImportOrders takes sales and returns of the tills, each receipt once, in the order of Sitoo's order numbers; orders that
were open are read again until they are closed or cancelled. A receipt with goods both ways becomes a sale and a return,
told apart by -R behind the number, and settled with each other as the payment Exchange. Amounts include tax and add up to
Sitoo's total to the cent; fees and rounding are rows of their own (CHECKOUT-FEE, ROUNDING). Rows without article number
get PRODUCT-{product id} or POS-ITEM; a Field Mapping of SkuId can name another field of the row (productid, sku,
productname, productattributes, unitlabel, externalinput, vouchercode). SitooOrderType names the order type here. Bookings
and receipts that are parked at a till are not taken.

Sitoo can call this connector's webhook address at once (Events SPI): ask for it with HTTP Basic, any user name, and the
password that you enter as WebhookPassword. An event is only a hint: the order is read from Sitoo before anything is
believed. Keep the import beside it.

ExportOrder makes the order in Sitoo, under our number as external id (letters, digits, dash, underscore, 40 at most), which
is looked for before anything is made. An order of one of the PickupOrderTypes goes without delivery address, so that the
till offers it for collection; every other one is to be sent from the store. It names the store's warehouse, the prices
including tax, discounts, and what is paid or reserved. A second ExportOrder changes contact and addresses that differ while
the order is open in Sitoo.

Stock has one owner: StockOwner Sitoo opens ImportInventory only, Crossdock ExportInventory only. Virtual warehouses, which
Sitoo recommends for that, are set directly; all others by a movement of the difference to what Sitoo shows, so let nobody
else count there meanwhile.

Products are exported by SKU; new ones need a product group with their VAT rate, or ProductGroupId. Prices go into
PriceListId, or the list that a price names by number or name, in that list's currency and including tax. Customers are found
by e-mail address, which Sitoo demands; staff of Sitoo are never changed nor imported. Field Mapping of exports fills
further fields, such as custom1.
"""

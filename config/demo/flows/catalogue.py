"""Products, prices and stock come from Business Central and go to a shop at Shopify, whose customers come in; one of its
orders is called off, another is paid, given back and credited, and both systems are told of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.demo.charts import Status, Step
from config.demo.flows.base import Flow, at_vendor, task
from config.demo.ground import PRODUCTS
from config.demo.merchant import Merchant
from config.demo.play import order_body
from config.demo.story import Story
from config.demo.vendors import Vendors
from connectors.models import Connector
from tenants.models import Store, Tenant

_BOOKS, _SHOP, _PLACE = "catalogue-books", "catalogue-shop", "nordic-outdoor-lamps"
_COMPANY = "5f0f2d8e-0c4c-4f6f-9a55-6f1d2c3b4a59"
_SECRET, _TOKEN = "bc~nordicOutdoorLamps5a1f", "shpat_nordicOutdoorLamps3c7e"
_SKU, _STORE, _JOURNAL = "LAMP-1", "LMP", "CARDS"
_SALE, _CALLED_OFF = "Given back in the shop", "Called off in the shop"
_STORY = Story(
    number="CAT-2002", title="given back", market="NOR", amount="749.00", order_type=_SALE, path=()
)
_TASKS = (
    ("Products of the books", "ImportProducts", "books"),
    ("Prices of the books", "ImportPrices", "books"),
    ("Stock of the books", "ImportInventory", "books"),
    ("Products to the shop", "ExportProducts", "shop"),
    ("Prices to the shop", "ExportPrices", "shop"),
    ("Stock to the shop", "ExportInventory", "shop"),
    ("Customers of the shop", "ImportCustomers", "shop"),
    ("Orders of the lamp shop", "ImportOrders", "shop"),
)
_PAID = "Paid invoices of the books"
_PRICE = {"unitPrice": "399.00", "priceIncludesTax": True}


class Catalogue(Flow):
    title = "goods from Business Central to Shopify; an order is called off, another given back and credited"
    secrets = (_SECRET, _TOKEN)

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        return {"catalogue books": _books(), "catalogue shop": _shop()}

    def charts(self) -> Mapping[str, Sequence[Status]]:
        def books(name: str) -> Step:
            return Step(name, "Dynamics365", _BOOKS)

        def shop(name: str) -> Step:
            return Step(name, "Shopify", _SHOP)

        paid = (
            Step("CapturePayments", stop_on_error=True),
            books("ExportInvoices"),
            books("ExportPayments"),
        )
        back = (
            Step("RefundPayments", stop_on_error=True),
            books("CreateCreditNote"),
            shop("ExportRefunds"),
            shop("ExportOrderStatus"),
        )
        return {
            _SALE: (
                Status("New", (), (Step("AuthorizePayment", stop_on_error=True), books("ExportOrder"))),
                Status("Paid", (), paid),
                Status("Given back", (), back),
            ),
            _CALLED_OFF: (
                Status("New", (), ()),
                Status("Called off", (), (shop("ExportOrderStatus"), shop("ExportCancellation"))),
            ),
        }

    def set_up(self, found: Mapping[str, Connector]) -> None:
        place = {"name": "Lamps", "is_warehouse": True, "country": "NO", "external_ids": {_SHOP: "Oslo"}}
        Store.objects.create(tenant=Tenant.objects.get(), code=_STORE, **place)
        properties = {
            "ImportInventory": {"Store": _STORE},
            "ExportInventory": {"Store": _STORE},
            "ImportOrders": {"NumberPrefix": "CAT-", "OrderType": _CALLED_OFF},
        }
        for name, kind, where in _TASKS:
            task(name, kind, found[f"catalogue {where}"], properties.get(kind))
        task(_PAID, "ImportPaidInvoices", found["catalogue books"])

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        items = [
            {"number": _SKU, "displayName": "Reading lamp", "inventory": 7, **_PRICE},
            {"number": "TENT-2", "displayName": PRODUCTS["TENT-2"], "inventory": 3},
        ]
        vendors.tell("dynamics365/items", {"tenant": _BOOKS, "items": items})
        vendors.tell("dynamics365/setup", {"tenant": _BOOKS, "journals": [_JOURNAL]})
        person = {"email": "ola@lamps.example", "first_name": "Ola", "last_name": "Nordmann"}
        vendors.tell(f"shopify/shops/{_PLACE}/customers", {"customers": [person]})
        vendors.tell(f"shopify/shops/{_PLACE}/orders", _sold("#2001", paid=False))

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        for name in (name for name, kind, _ in _TASKS if kind.startswith("Import")):
            yield from merchant.task_went_well(name)
        yield from _called_off(merchant, vendors)
        yield from _given_back(merchant, vendors)
        yield from _sent(merchant, vendors)


def _books() -> dict[str, Any]:
    address = at_vendor("dynamics365")
    return {
        "type": "dynamics365",
        "connector_id": _BOOKS,
        "display_name": "Books of the lamps",
        "host": address,
        "tenant_url": address,
        "oauth_tenant": _BOOKS,
        "client_app_id": "crossdock",
        "client_app_secret": _SECRET,
        "properties": {
            "CompanyId": _COMPANY,
            "PostCreditMemos": "true",
            "PaymentJournals": {"*": _JOURNAL},
        },
    }


def _shop() -> dict[str, Any]:
    return {
        "type": "shopify",
        "connector_id": _SHOP,
        "display_name": "Lamps in Norway",
        "host": at_vendor(f"shopify/{_PLACE}"),
        "field_mapping": {"Name": "title", "SkuId": "sku", "Brand": "vendor"},
        "properties": {
            "ShopifyUrl": f"{_PLACE}.myshopify.com",
            "AccessToken": _TOKEN,
            "OrderPrimaryStore": _STORE,
            "LocationId": "Oslo",
            "ShopifyFullProductExport": "true",
        },
    }


def _sold(name: str, *, paid: bool) -> dict[str, Any]:
    """Paid by invoice, which Shopify only keeps a record of."""
    lines = [{"sku": "TENT-2", "name": "Tent for two", "price": _STORY.amount, "quantity": 1}]
    return {"name": name, "lines": lines, "paid": paid, "gateway": "manual"}


def _sent(merchant: Merchant, vendors: Vendors) -> Iterator[str]:
    """Exports leave what has changed in the latest half minute to their next run, so they may have to run once more."""
    complaints: list[str] = []

    def everything_is_there() -> bool:
        complaints[:] = [said for name in exports for said in merchant.task_went_well(name)]
        complaints.extend(_goods(vendors))
        return not complaints

    exports = [name for name, kind, _ in _TASKS if kind.startswith("Export")]
    merchant.comes_true(everything_is_there)
    yield from complaints


def _goods(vendors: Vendors) -> Iterator[str]:
    shop = vendors.look(f"_/shopify/shops/{_PLACE}")
    variants = {one["sku"]: one for product in shop["products"] for one in product["variants"]}
    if _SKU not in variants or variants[_SKU]["price"] != "399.00":
        yield f"the shop has {_SKU} as {variants.get(_SKU)}"
    if shop["stock"].get(_SKU, {}).get("Oslo") != 7:
        yield f"the shop's stock of {_SKU} is {shop['stock'].get(_SKU)}"


def _called_off(merchant: Merchant, vendors: Vendors) -> Iterator[str]:
    yield from _moved(merchant, "CAT-2001", "Called off")
    order = _in_shop(vendors, "#2001")["order"]
    if not order["cancelled_at"] or order["tags"] != "Status: Called off":
        yield f"the shop was not told that #2001 is called off, its tags are {order['tags']!r}"


def _given_back(merchant: Merchant, vendors: Vendors) -> Iterator[str]:
    sold = vendors.tell(f"shopify/shops/{_PLACE}/orders", _sold("#2002", paid=True))["order"]
    known = {"store": _STORE, "external_ids": {_SHOP: str(sold["id"])}}
    merchant.place({**order_body(_STORY), **known})
    merchant.settled(_STORY.number)
    yield from _moved(merchant, _STORY.number, "Paid")
    vendors.tell("dynamics365/journals/post", {"tenant": _BOOKS, "code": _JOURNAL})
    yield from merchant.task_went_well(_PAID)
    if not merchant.order(_STORY.number)["properties"].get("InvoicePaid"):
        yield f"nobody was told that the invoice of {_STORY.number} is paid"
    yield from _moved(merchant, _STORY.number, "Given back")
    books = vendors.look(f"_/dynamics365/books?tenant={_BOOKS}")
    memos = [(memo["status"], memo["totalAmountIncludingTax"]) for memo in books["credit_memos"]]
    refunds = [item["amounts"] for item in _in_shop(vendors, "#2002")["refunds"]]
    if (memos, refunds) != ([("Open", 749)], [[_STORY.amount]]):
        yield f"of {_STORY.number} the books have credit memos {memos}, the shop refunds {refunds}"


def _moved(merchant: Merchant, number: str, status: str) -> Iterator[str]:
    merchant.move(number, status)
    for step in merchant.settled(number)[0]["steps"]:
        if step["state"] != "success":
            yield f"{number}: {step['name']} ended {step['state']}: {step['message']}"


def _in_shop(vendors: Vendors, name: str) -> dict[str, Any]:
    orders = vendors.look(f"_/shopify/shops/{_PLACE}")["orders"]
    found: dict[str, Any] = next(item for item in orders if item["order"]["name"] == name)
    return found

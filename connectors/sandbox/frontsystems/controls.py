"""What shoppers, staff and time do to a tenant: the control API under /_/frontsystems/tenants/<name>/."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from connectors.sandbox.core.router import Router
from connectors.sandbox.frontsystems import catalog, orders
from connectors.sandbox.frontsystems.events import Events
from connectors.sandbox.frontsystems.tenant import STORES, Json, Tenant, till_time

routes = Router()
Tenants = Callable[[str], Tenant]


@routes.route("GET", "/tenants/{name}")
def show(tenants: Tenants, events: Events, data: Json, name: str) -> Json:
    tenant = tenants(name)
    return {
        "sales": list(tenant.sales.values()),
        "orders": list(tenant.orders.values()),
        "web_sales": list(tenant.web_sales.values()),
        "products": tenant.products,
        "prices": tenant.prices,
        "customers": list(tenant.customers.values()),
        "stock": {f"{stock}/{gtin}": str(pieces) for (stock, gtin), pieces in tenant.levels.items()},
        "counts": tenant.counts,
        "told": list(events.deliveries),
    }


@routes.route("POST", "/tenants/{name}/sales")
def ring_up(tenants: Tenants, events: Events, data: Json, name: str) -> Json:
    """A sale at a till: {"lines": [{"gtin", "name", "pieces", "price", "full"}], "stock", "voided", "web"}.

    Negative pieces come back; `price` is that of a piece with tax, after discount. A sale that is voided has no rows.
    """
    tenant, at = tenants(name), till_time()
    number, stock = next(tenant.numbers), data.get("stock", 1)
    voided = bool(data.get("voided"))
    lines = [] if voided else data["lines"]
    total = sum((Decimal(str(line["price"])) * line["pieces"] for line in lines), Decimal(0))
    sale = {
        "SALEID": number,
        "STOREID_FK": STORES[stock],
        "POSID_FK": 9000 + stock,
        "SaleDate": f"{at.date()}T00:00:00",
        "SaleDateTime": at.isoformat(timespec="milliseconds"),
        "Total": f"{total:.2f}",
        "IsVoided": voided,
        "IsComplete": not voided,
        "IsTest": False,
        "IsWeb": bool(data.get("web")),
    }
    tenant.sales[number] = sale
    tenant.rows += [_row(tenant, sale, stock, line) for line in lines]
    about = {"saleId": number, "saleDateTime": sale["SaleDateTime"], "storeId": STORES[stock]}
    events.emit(tenant, "SaleCreated", about)
    return sale


@routes.route("POST", "/tenants/{name}/products")
def stock_up(tenants: Tenants, events: Events, data: Json, name: str) -> Json:
    """{"items": [{"gtin", "name", "levels": {"1": "5"}}]}"""
    tenant = tenants(name)
    for item in data["items"]:
        if tenant.size(item["gtin"]) is None:
            sizes = [{"gtin": item["gtin"], "label": item.get("label", "One size")}]
            named = {"name": item.get("name", item["gtin"]), "groupName": "Goods", "isDiscontinued": False}
            catalog.put(tenant, {"extId": item["gtin"], "productSizes": sizes, **named})
        for stock, pieces in item.get("levels", {}).items():
            tenant.levels[int(stock), item["gtin"]] = Decimal(str(pieces))
    return {"products": len(tenant.products)}


@routes.route("POST", "/tenants/{name}/customers")
def enter(tenants: Tenants, events: Events, data: Json, name: str) -> Json:
    """Somebody is entered by hand; with "isEmployee" it is staff."""
    return {"customerid": catalog.put_customer(tenants(name), data)}


@routes.route("POST", "/tenants/{name}/orders/{number}")
def handle(tenants: Tenants, events: Events, data: Json, name: str, number: str) -> Json:
    """Staff change fields of an order, such as {"status": "Picked"}."""
    order = orders.named(tenants(name), number)
    order.update(data)
    return order


@routes.route("POST", "/tenants/{name}/callbacks")
def call_back(tenants: Tenants, events: Events, data: Json, name: str) -> Json:
    """{"url", "event", "times"}"""
    tenants(name).callbacks.append(data)
    return {"callbacks": len(tenants(name).callbacks)}


def _row(tenant: Tenant, sale: Json, stock: int, line: Json) -> Json:
    gtin, price = line["gtin"], Decimal(str(line["price"]))
    full = Decimal(str(line.get("full", price)))
    place = (stock, gtin)
    if place in tenant.levels:
        tenant.levels[place] -= line["pieces"]
    known = tenant.size(gtin)
    return {
        "SALESLINEID": next(tenant.numbers),
        **{name: sale[name] for name in ("SALEID", "STOREID_FK", "SaleDate", "SaleDateTime")},
        "STOCKID_FK": stock,
        "PRODUCTID_FK": known[0]["productid"] if known else 0,
        "CUSTOMERID_FK": line.get("customer", 0),
        "Qty": f"{line['pieces']:.2f}",
        "Price": f"{price:.2f}",
        "FullPrice": f"{full:.2f}",
        "Discount": f"{full - price:.2f}",
        "VATPercent": line.get("vat", "0.250"),
        "Currency": "NOK",
        "IsVoided": False,
        "EAN": gtin,
        "Name": line.get("name", gtin),
        "Brand": "Own",
        "Group": "Goods",
        "SizeLabel": "One size",
        "FirstName": "Kari",
        "LastName": "Nordmann",
        "Email": "kari@buyer.example",
    }

"""An order as GraphQL shows it: every field that callers of the sandbox may ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.shopify.call import gid
from connectors.sandbox.shopify.shop import Fulfilment, FulfilmentOrder, Json, Order, Shop


def order_node(shop: Shop, order: Order) -> Json:
    body = order.body
    return {
        "id": body["admin_graphql_api_id"],
        "legacyResourceId": str(body["id"]),
        **_camel(body, "name note email phone test"),
        "createdAt": body["created_at"],
        "updatedAt": body["updated_at"],
        "processedAt": body["processed_at"],
        "cancelledAt": body["cancelled_at"],
        "cancelReason": _upper(body["cancel_reason"]),
        "tags": [tag.strip() for tag in body["tags"].split(",") if tag.strip()],
        "displayFinancialStatus": _upper(body["financial_status"]),
        "currencyCode": body["currency"],
        "presentmentCurrencyCode": body["presentment_currency"],
        "taxesIncluded": body["taxes_included"],
        "sourceName": body["source_name"],
        "discountCodes": [item["code"] for item in body["discount_codes"]],
        "paymentGatewayNames": body["payment_gateway_names"],
        **_totals(body),
        "taxLines": [_tax(body, tax) for tax in body["tax_lines"]],
        "customAttributes": _pairs(body["note_attributes"]),
        "customer": _customer(body["customer"]),
        "billingAddress": _address(body.get("billing_address")),
        "shippingAddress": _address(body.get("shipping_address")),
        "shippingLines": {"nodes": [_shipping(body, line) for line in body["shipping_lines"]]},
        "transactions": [_transaction(item) for item in order.transactions],
        **shipping_state(shop, order),
    }


def line_node(body: Json, line: Json) -> Json:
    return {
        "id": gid("LineItem", line["id"]),
        **_camel(line, "sku name title quantity"),
        "variantTitle": line.get("variant_title"),
        "vendor": line.get("vendor"),
        "currentQuantity": line["current_quantity"],
        "requiresShipping": line.get("requires_shipping", True),
        "isGiftCard": line.get("gift_card", False),
        "originalUnitPriceSet": _bag(body, line["price"]),
        "discountAllocations": _shares(body, line),
        "taxLines": [_tax(body, tax) for tax in line.get("tax_lines", ())],
        "customAttributes": _pairs(line.get("properties", ())),
        "variant": _reference(line.get("variant_id")),
        "product": _reference(line.get("product_id")),
    }


def shipping_state(shop: Shop, order: Order) -> Json:
    """Fulfilments and fulfilment orders."""
    return {
        "fulfillments": [_fulfilment(item) for item in order.fulfilments],
        "fulfillmentOrders": {
            "nodes": [_fulfilment_order(shop, order, item) for item in order.fulfilment_orders]
        },
    }


def status_of(order: Order, part: FulfilmentOrder) -> str:
    if order.body["cancelled_at"]:
        return "CANCELLED"
    if part.held:
        return "ON_HOLD"
    left = {line: order.left(part, line) for line in part.lines}
    if not any(left.values()):
        return "CLOSED"
    return "OPEN" if left == part.lines else "IN_PROGRESS"


def part_line(part: FulfilmentOrder, line: int) -> str:
    """The number of a line within a fulfilment order."""
    return f"{part.id}{line}"


def _fulfilment(item: Fulfilment) -> Json:
    tracking = {"company": item.company or None, "number": item.number or None, "url": item.url or None}
    return {
        "id": gid("Fulfillment", item.id),
        "status": item.status,
        "trackingInfo": [tracking] if item.number or item.url else [],
        "fulfillmentLineItems": _whole(
            {"quantity": pieces, "lineItem": {"id": gid("LineItem", line)}}
            for line, pieces in item.pieces.items()
        ),
    }


def _fulfilment_order(shop: Shop, order: Order, part: FulfilmentOrder) -> Json:
    status = status_of(order, part)
    actions = {"OPEN": ["CREATE_FULFILLMENT", "HOLD"], "IN_PROGRESS": ["CREATE_FULFILLMENT"]}
    actions["ON_HOLD"] = ["RELEASE_HOLD"]
    return {
        "id": gid("FulfillmentOrder", part.id),
        "status": status,
        "assignedLocation": {
            "name": shop.locations[part.location],
            "location": {"id": gid("Location", part.location)},
        },
        "supportedActions": [{"action": name} for name in actions.get(status, [])],
        "lineItems": _whole(
            {
                "id": gid("FulfillmentOrderLineItem", part_line(part, line)),
                "remainingQuantity": order.left(part, line),
                "lineItem": {"id": gid("LineItem", line)},
            }
            for line in part.lines
        ),
    }


def _whole(nodes: Any) -> Json:
    return {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": list(nodes)}


def _totals(body: Json) -> Json:
    """Current totals are those of the sale where the seed tells none."""
    named = {
        "TotalPriceSet": "total_price",
        "TotalTaxSet": "total_tax",
        "TotalDutiesSet": "total_duties",
        "TotalAdditionalFeesSet": "total_additional_fees",
    }
    now = {f"current{name}": body.get(f"current_{field}", body.get(field)) for name, field in named.items()}
    sold = {
        "totalPriceSet": body["total_price"],
        "totalTaxSet": body["total_tax"],
        "totalOutstandingSet": body.get("total_outstanding", "0.00"),
        "totalTipReceivedSet": body["total_tip_received"],
        "originalTotalDutiesSet": body.get("original_total_duties"),
        "originalTotalAdditionalFeesSet": body.get("original_total_additional_fees"),
    }
    return {name: None if value is None else _bag(body, value) for name, value in {**now, **sold}.items()}


def _bag(body: Json, amount: Any) -> Json:
    money = {"amount": str(amount), "currencyCode": body["currency"]}
    return {"shopMoney": money, "presentmentMoney": money}


def _tax(body: Json, tax: Json) -> Json:
    return {"title": tax.get("title", ""), "rate": tax.get("rate"), "priceSet": _bag(body, tax["price"])}


def _shares(body: Json, item: Json) -> list[Json]:
    return [
        {"allocatedAmountSet": _bag(body, share["amount"])} for share in item.get("discount_allocations", ())
    ]


def _shipping(body: Json, line: Json) -> Json:
    discounts = sum((Decimal(share["amount"]) for share in line.get("discount_allocations", ())), Decimal(0))
    current = line.get("current_discounted_price", Decimal(line["price"]) - discounts)
    return {
        "id": gid("ShippingLine", line["id"]),
        "title": line["title"],
        "code": line.get("code"),
        "originalPriceSet": _bag(body, line["price"]),
        "currentDiscountedPriceSet": _bag(body, current),
        "discountAllocations": _shares(body, line),
        "taxLines": [_tax(body, tax) for tax in line.get("tax_lines", ())],
    }


def _transaction(item: Json) -> Json:
    parent = item.get("parent_id")
    return {
        "id": gid("OrderTransaction", item["id"]),
        "kind": _upper(item["kind"]),
        "status": _upper(item["status"]),
        "gateway": item["gateway"],
        "amountSet": _bag({"currency": item["currency"]}, item["amount"]),
        "parentTransaction": {"id": gid("OrderTransaction", parent)} if parent else None,
    }


def _customer(customer: Json | None) -> Json | None:
    if not customer:
        return None
    phone = customer.get("phone")
    return {
        "legacyResourceId": str(customer["id"]),
        "firstName": customer.get("first_name"),
        "lastName": customer.get("last_name"),
        "defaultEmailAddress": {"emailAddress": customer["email"]} if customer.get("email") else None,
        "defaultPhoneNumber": {"phoneNumber": phone} if phone else None,
    }


def _address(address: Json | None) -> Json | None:
    if not address:
        return None
    return {
        **_camel(address, "company address1 address2 zip city phone"),
        "firstName": address.get("first_name"),
        "lastName": address.get("last_name"),
        "provinceCode": address.get("province_code"),
        "countryCodeV2": address.get("country_code"),
    }


def _pairs(pairs: Any) -> list[Json]:
    return [{"key": pair["name"], "value": pair["value"]} for pair in pairs]


def _reference(number: Any) -> Json | None:
    return {"legacyResourceId": str(number)} if number else None


def _camel(item: Json, names: str) -> Json:
    """Fields that are called the same in both APIs."""
    return {name: item.get(name) for name in names.split()}


def _upper(word: str | None) -> str | None:
    return word.upper() if word else None

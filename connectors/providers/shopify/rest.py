"""An order as webhooks bring it (REST JSON) in the form of the GraphQL answer, so that both are read by one reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]

#: GraphQL's name of a total, and the REST field with the same; "…_set" holds both currencies, the plain one is older.
_TOTALS = {
    "totalPriceSet": "total_price",
    "totalTaxSet": "total_tax",
    "totalOutstandingSet": "total_outstanding",
    "totalTipReceivedSet": "total_tip_received",
    "originalTotalDutiesSet": "original_total_duties",
    "originalTotalAdditionalFeesSet": "original_total_additional_fees",
    "currentTotalPriceSet": "current_total_price",
    "currentTotalTaxSet": "current_total_tax",
    "currentTotalDutiesSet": "current_total_duties",
    "currentTotalAdditionalFeesSet": "current_total_additional_fees",
}


def node_of(body: Json) -> dict[str, Any]:
    """The order of a webhook's body, wrapped or not. Raises what a strange body breaks; see contracts.base.reading."""
    order = body["order"] if isinstance(body.get("order"), Mapping) else body
    return {
        "id": order.get("admin_graphql_api_id") or f"gid://shopify/Order/{order['id']}",
        "legacyResourceId": _id(order["id"]),
        "name": order["name"],
        "updatedAt": order["updated_at"],
        "processedAt": order.get("processed_at") or order["created_at"],
        "cancelledAt": order.get("cancelled_at"),
        "cancelReason": _capital(order.get("cancel_reason")),
        "test": order.get("test"),
        "note": order.get("note"),
        "tags": [tag.strip() for tag in (order.get("tags") or "").split(",") if tag.strip()],
        "email": order.get("email") or order.get("contact_email"),
        "phone": order.get("phone"),
        "displayFinancialStatus": _capital(order.get("financial_status")),
        "currencyCode": order["currency"],
        "presentmentCurrencyCode": order.get("presentment_currency") or order["currency"],
        "taxesIncluded": order["taxes_included"],
        "sourceName": order.get("source_name"),
        "discountCodes": [item["code"] for item in order.get("discount_codes") or ()],
        "paymentGatewayNames": order.get("payment_gateway_names") or [order.get("gateway")],
        **{name: _money(order, field) for name, field in _totals(order).items()},
        "taxLines": _taxes(order, order),
        "customAttributes": _attributes(order.get("note_attributes")),
        "customer": _customer(order.get("customer")),
        "billingAddress": _address(order.get("billing_address")),
        "shippingAddress": _address(order.get("shipping_address")),
        "lineItems": {"nodes": [_line(order, line) for line in order["line_items"]]},
        "shippingLines": {"nodes": _shipping_lines(order)},
        "transactions": _transactions(order),
    }


def _totals(order: Json) -> dict[str, str]:
    """Bodies of old versions tell no current totals: then the order is as it was sold."""
    if "current_total_price" in order:
        return _TOTALS
    return {name: field.replace("current_", "") for name, field in _TOTALS.items()}


def _line(order: Json, line: Json) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/LineItem/{_id(line['id'])}",
        "sku": line.get("sku"),
        "name": line.get("name") or line["title"],
        "title": line["title"],
        "variantTitle": line.get("variant_title"),
        "vendor": line.get("vendor"),
        "quantity": line["quantity"],
        "currentQuantity": line.get("current_quantity", line["quantity"]),
        "requiresShipping": line.get("requires_shipping"),
        "isGiftCard": bool(line.get("gift_card")),
        "originalUnitPriceSet": _money(line, "price", order),
        "discountAllocations": _discounts(order, line),
        "taxLines": _taxes(order, line),
        "customAttributes": _attributes(line.get("properties")),
        "variant": _reference(line.get("variant_id")),
        "product": _reference(line.get("product_id")),
    }


def _shipping_lines(order: Json) -> list[dict[str, Any]]:
    return [
        {
            "id": f"gid://shopify/ShippingLine/{line.get('id') or ''}",
            "title": line["title"],
            "code": line.get("code"),
            "originalPriceSet": _money(line, "price", order),
            "currentDiscountedPriceSet": _money(line, "current_discounted_price", order),
            "discountAllocations": _discounts(order, line),
            "taxLines": _taxes(order, line),
        }
        for line in order.get("shipping_lines") or ()
        if not line.get("is_removed")
    ]


def _transactions(order: Json) -> list[dict[str, Any]] | None:
    """None where the body tells none, as Shopify's own webhooks do not."""
    if not isinstance(order.get("transactions"), list):
        return None
    return [
        {
            "id": f"gid://shopify/OrderTransaction/{_id(item['id'])}",
            "kind": _capital(item["kind"]),
            "status": _capital(item["status"]),
            "gateway": item.get("gateway"),
            "amountSet": _bag(item["amount"], item.get("currency") or order["currency"]),
            "parentTransaction": {"id": f"gid://shopify/OrderTransaction/{item['parent_id']}"}
            if item.get("parent_id")
            else None,
        }
        for item in order["transactions"]
    ]


def _money(item: Json, field: str, order: Json | None = None) -> dict[str, Any] | None:
    """From "<field>_set" where it is there, else from the plain field in the shop's currency; None without both."""
    both = item.get(f"{field}_set")
    if both:
        money = both["shop_money"]
        return _bag(money["amount"], money["currency_code"])
    value = item.get(field)
    return None if value is None else _bag(value, (order or item)["currency"])


def _bag(value: Any, currency: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": str(value), "currencyCode": currency}}


def _discounts(order: Json, item: Json) -> list[dict[str, Any]]:
    return [
        {"allocatedAmountSet": _money(share, "amount", order)}
        for share in item.get("discount_allocations") or ()
    ]


def _taxes(order: Json, item: Json) -> list[dict[str, Any]]:
    return [
        {"rate": tax.get("rate"), "priceSet": _money(tax, "price", order)}
        for tax in item.get("tax_lines") or ()
    ]


def _attributes(pairs: Any) -> list[dict[str, Any]]:
    """REST calls the key "name"; values may be numbers."""
    return [
        {"key": pair["name"], "value": None if pair["value"] is None else str(pair["value"])}
        for pair in pairs or ()
    ]


def _customer(customer: Json | None) -> dict[str, Any] | None:
    if not customer:
        return None
    return {
        "legacyResourceId": _id(customer["id"]),
        "firstName": customer.get("first_name"),
        "lastName": customer.get("last_name"),
        "defaultEmailAddress": {"emailAddress": customer.get("email")},
        "defaultPhoneNumber": {"phoneNumber": customer.get("phone")},
    }


def _address(given: Json | None) -> dict[str, Any] | None:
    if not given:
        return None
    same = ("company", "address1", "address2", "zip", "city", "phone")
    return {
        **{name: given.get(name) for name in same},
        "firstName": given.get("first_name"),
        "lastName": given.get("last_name"),
        "provinceCode": given.get("province_code"),
        "countryCodeV2": given.get("country_code"),
    }


def _reference(number: Any) -> dict[str, str] | None:
    return {"legacyResourceId": str(number)} if number else None


def _id(number: Any) -> str:
    """Raises TypeError for what is no id."""
    if isinstance(number, bool) or not isinstance(number, int | str) or not str(number).isdecimal():
        raise TypeError(f"{number!r} is no id")
    return str(number)


def _capital(word: Any) -> str | None:
    return word.upper() if word else None

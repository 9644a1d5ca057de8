"""Rules: what Crossdock can judge about a cart by itself. The Name chooses the rule; nobody is called.

The rules themselves need the hub's stock, products and customers and are in workflows/checkout; here is what each may be
told.
"""

from __future__ import annotations

from connectors.contracts.base import Category, Provider
from connectors.schema import Choice, Names, Number, Settings

#: The names of the rules, each with what it judges.
RULES = {
    "inventoryValidator": "cart",
    "inventoryAtpValidator": "cart",
    "activeProductsValidator": "cart",
    "nullPriceValidator": "cart",
    "recalculateCartPricesValidator": "cart",
    "discountValidator": "cart",
    "salesLimitationValidator": "cart",
    "paymentsValidator": "cart",
    "shipmentValidator": "cart",
    "inactiveCustomerValidator": "customer",
    "requiredFieldsValidator": "customer",
    "addressValidator": "address",
}


class RuleSettings(Settings):
    severity = Choice(
        "Severity", key="Severity", choices=("Error", "Warning"), default="Error", required=False
    )
    order_types = Names(
        "OrderType", key="OrderType", required=False, default=(), help="Only these order types; empty: all."
    )
    required_fields = Names(
        "Field",
        key="Field",
        required=False,
        default=(),
        help="Of requiredFieldsValidator: customer.phone, shipping.line1, store, properties.Project …",
    )
    countries = Names(
        "Countries",
        key="Countries",
        required=False,
        default=(),
        help="Of addressValidator: where is sold to.",
    )
    max_quantity = Number(
        "MaxQuantity",
        key="MaxQuantity",
        required=False,
        help="Of salesLimitationValidator: most pieces of a product; a product's property MaxQuantity wins.",
    )
    max_discount = Number(
        "MaxDiscountPercent", key="MaxDiscountPercent", required=False, help="Of discountValidator."
    )


class Rules(Provider):
    slug, label, category = "rules", "Built-in rules", Category.OTHER
    names = tuple(RULES)
    local, hub_itself = True, True
    settings = RuleSettings
    guide = f"""
Each published connector of this Type judges carts at checkout by the rule that its Name says, in the markets that it is
enabled for: {", ".join(RULES)}. What it finds blocks the cart, or with Severity Warning is only told.

inventoryValidator looks at what stores have on hand, inventoryAtpValidator at what of it is not reserved; products of which
no stock was ever reported pass. recalculateCartPricesValidator finds prices that are not the product's own.
discountValidator needs MaxDiscountPercent, requiredFieldsValidator needs Field. inactiveCustomerValidator finds customers
whose property Inactive is true.
"""

"""What Shopify is asked, as GraphQL of version 2026-07. Each document has an operation name of its own.

Amounts are asked for in the shop's currency only. Page sizes keep a query's calculated cost below the limit of 1,000.
"""

from __future__ import annotations

_MONEY = "{ shopMoney { amount currencyCode } }"
_TAXES = f"{{ rate priceSet {_MONEY} }}"
_DISCOUNTS = f"{{ allocatedAmountSet {_MONEY} }}"
_ADDRESS = "{ firstName lastName company address1 address2 zip city provinceCode countryCodeV2 phone }"
_ATTRIBUTES = "{ key value }"

_LINES = f"""{{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        id sku name title variantTitle vendor quantity currentQuantity requiresShipping isGiftCard
        originalUnitPriceSet {_MONEY}
        discountAllocations {_DISCOUNTS}
        taxLines {_TAXES}
        customAttributes {_ATTRIBUTES}
        variant {{ legacyResourceId }}
        product {{ legacyResourceId }}
      }}
    }}"""

SHOP = """
query CheckShop {
  shop { name myshopifyDomain currencyCode }
}
"""

ORDERS = f"""
query ReadOrders($first: Int!, $after: String, $query: String) {{
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{
      id legacyResourceId name updatedAt processedAt cancelledAt cancelReason test note tags email phone
      displayFinancialStatus currencyCode presentmentCurrencyCode taxesIncluded sourceName discountCodes
      paymentGatewayNames
      totalPriceSet {_MONEY}
      totalTaxSet {_MONEY}
      totalOutstandingSet {_MONEY}
      totalTipReceivedSet {_MONEY}
      originalTotalDutiesSet {_MONEY}
      originalTotalAdditionalFeesSet {_MONEY}
      currentTotalPriceSet {_MONEY}
      currentTotalTaxSet {_MONEY}
      currentTotalDutiesSet {_MONEY}
      currentTotalAdditionalFeesSet {_MONEY}
      taxLines {_TAXES}
      customAttributes {_ATTRIBUTES}
      customer {{
        legacyResourceId firstName lastName
        defaultEmailAddress {{ emailAddress }}
        defaultPhoneNumber {{ phoneNumber }}
      }}
      billingAddress {_ADDRESS}
      shippingAddress {_ADDRESS}
      lineItems(first: 50) {_LINES}
      shippingLines(first: 10) {{
        nodes {{
          id title code
          originalPriceSet {_MONEY}
          currentDiscountedPriceSet {_MONEY}
          discountAllocations {_DISCOUNTS}
          taxLines {_TAXES}
        }}
      }}
      transactions(first: 50) {{ id kind status gateway amountSet {_MONEY} parentTransaction {{ id }} }}
    }}
  }}
}}
"""

ORDER_LINES = f"""
query ReadOrderLines($id: ID!, $after: String) {{
  order(id: $id) {{
    lineItems(first: 100, after: $after) {_LINES}
  }}
}}
"""

LOCATIONS = """
query ReadLocations {
  locations(first: 250) { nodes { id name } }
}
"""


def _items(name: str, more: str) -> str:
    return f"""
query {name}($query: String!, $after: String) {{
  inventoryItems(first: 100, after: $after, query: $query) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ id sku {more} }}
  }}
}}
"""


ITEMS = _items("FindStockItems", "")
LEVELS = _items(
    "ReadStockLevels",
    'inventoryLevels(first: 50) { nodes { location { id } quantities(names: ["available"]) { name quantity } } }',
)

SET_STOCK = """
mutation SetStock($input: InventorySetQuantitiesInput!, $idempotencyKey: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $idempotencyKey) {
    inventoryAdjustmentGroup { id }
    userErrors { code field message }
  }
}
"""

SHIPPING_STATE = """
query ReadFulfilments($id: ID!) {
  order(id: $id) {
    name cancelledAt
    fulfillments(first: 50) {
      id status
      trackingInfo(first: 10) { number }
      fulfillmentLineItems(first: 100) { pageInfo { hasNextPage } nodes { quantity lineItem { id } } }
    }
    fulfillmentOrders(first: 10) {
      nodes {
        id status
        assignedLocation { name location { id } }
        supportedActions { action }
        lineItems(first: 250) { pageInfo { hasNextPage } nodes { id remainingQuantity lineItem { id } } }
      }
    }
  }
}
"""

FULFIL = """
mutation CreateFulfilment($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id status }
    userErrors { field message }
  }
}
"""

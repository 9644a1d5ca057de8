"""What Shopify is asked about products, customers and webhooks, and told of them, as GraphQL of version 2026-07.

Page sizes keep a query's calculated cost below the limit of 1,000.
"""

from __future__ import annotations

_VARIANT = """{
  id legacyResourceId sku title barcode price compareAtPrice
  selectedOptions { name value }
  inventoryItem { id measurement { weight { unit value } } }
}"""
_PRODUCT = """
  id legacyResourceId title descriptionHtml vendor productType status tags handle onlineStoreUrl updatedAt
  hasOnlyDefaultVariant
"""
_VARIANTS = f"{{ pageInfo {{ hasNextPage endCursor }} nodes {_VARIANT} }}"
_SHOP = "shop { currencyCode taxesIncluded }"
_ERRORS = "userErrors { code field message }"

PRODUCTS = f"""
query ReadProducts($first: Int!, $after: String, $query: String) {{
  {_SHOP}
  products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ {_PRODUCT} variants(first: 10) {_VARIANTS} }}
  }}
}}
"""

MORE_VARIANTS = f"""
query ReadVariants($id: ID!, $after: String) {{
  product(id: $id) {{ variants(first: 100, after: $after) {_VARIANTS} }}
}}
"""

FIND_VARIANTS = f"""
query FindVariants($query: String!, $after: String) {{
  {_SHOP}
  productVariants(first: 50, after: $after, query: $query) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ id legacyResourceId sku title barcode price compareAtPrice
      selectedOptions {{ name value }}
      inventoryItem {{ id measurement {{ weight {{ unit value }} }} }}
      product {{ {_PRODUCT} }} }}
  }}
}}
"""

FIND_HANDLE = f"""
query FindHandle($identifier: ProductIdentifierInput!) {{
  productByIdentifier(identifier: $identifier) {{ {_PRODUCT} variants(first: 100) {_VARIANTS} }}
}}
"""

CUSTOMERS = """
query ReadCustomers($first: Int!, $after: String, $query: String) {
  customers(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id legacyResourceId firstName lastName note tags locale state taxExempt updatedAt
      defaultEmailAddress { emailAddress marketingState }
      defaultPhoneNumber { phoneNumber }
      defaultAddress { firstName lastName company address1 address2 zip city provinceCode countryCodeV2 phone }
    }
  }
}
"""

UPDATE_PRODUCT = """
mutation UpdateProduct($product: ProductUpdateInput!) {
  productUpdate(product: $product) {
    product { id }
    userErrors { field message }
  }
}
"""

SET_PRODUCT = f"""
mutation SetProduct($identifier: ProductSetIdentifiers!, $input: ProductSetInput!) {{
  productSet(identifier: $identifier, input: $input, synchronous: true) {{
    product {{ id variants(first: 100) {{ nodes {{ id legacyResourceId sku }} }} }}
    {_ERRORS}
  }}
}}
"""

ADD_VARIANTS = f"""
mutation AddVariants($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {{
  productVariantsBulkCreate(productId: $productId, variants: $variants, strategy: DEFAULT) {{
    productVariants {{ id legacyResourceId sku }}
    {_ERRORS}
  }}
}}
"""

SET_VARIANTS = f"""
mutation SetVariants($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {{
  productVariantsBulkUpdate(productId: $productId, variants: $variants) {{
    productVariants {{ id }}
    {_ERRORS}
  }}
}}
"""

WEBHOOKS = """
query ReadWebhooks($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id topic uri }
  }
}
"""

SUBSCRIBE = """
mutation Subscribe($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
    webhookSubscription { id }
    userErrors { field message }
  }
}
"""

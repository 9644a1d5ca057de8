"""What Shopify is asked and told of one order: what it shows of our status, its cancellation, its refunds.

Page sizes keep a query's calculated cost below the limit of 1,000.
"""

from __future__ import annotations

#: So many refunds and transactions of an order are read; with more of them nobody could be sure to have seen ours.
MOST_REFUNDS, MOST_TRANSACTIONS = 30, 50

SHOWN = """
query ReadShownStatus($id: ID!) {
  order(id: $id) { id name tags note }
}
"""

ADD_TAGS = """
mutation AddTags($id: ID!, $tags: [String!]!) {
  tagsAdd(id: $id, tags: $tags) {
    node { id }
    userErrors { field message }
  }
}
"""

REMOVE_TAGS = """
mutation RemoveTags($id: ID!, $tags: [String!]!) {
  tagsRemove(id: $id, tags: $tags) {
    node { id }
    userErrors { field message }
  }
}
"""

SET_NOTE = """
mutation SetNote($input: OrderInput!) {
  orderUpdate(input: $input) {
    order { id }
    userErrors { field message }
  }
}
"""

SET_METAFIELD = """
mutation SetMetafield($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) {
    metafields { id }
    userErrors { code field message }
  }
}
"""

CANCELLATION = """
query ReadCancellation($id: ID!) {
  order(id: $id) { id name cancelledAt }
}
"""

CANCEL = """
mutation CancelOrder(
  $orderId: ID!, $reason: OrderCancelReason!, $restock: Boolean!, $notifyCustomer: Boolean, $staffNote: String
) {
  orderCancel(
    orderId: $orderId, reason: $reason, restock: $restock, notifyCustomer: $notifyCustomer, staffNote: $staffNote,
    refundMethod: { originalPaymentMethodsRefund: false }
  ) {
    job { id done }
    orderCancelUserErrors { code field message }
  }
}
"""

CANCELLING = """
query ReadCancelling($id: ID!, $job: ID!) {
  job(id: $job) { id done }
  order(id: $id) { id name cancelledAt }
}
"""

REFUNDS = f"""
query ReadRefunds($id: ID!) {{
  order(id: $id) {{
    id name currencyCode presentmentCurrencyCode
    lineItems(first: 100) {{ nodes {{ id unfulfilledQuantity }} }}
    transactions(first: {MOST_TRANSACTIONS}) {{
      id kind status gateway manualPaymentGateway
      amountSet {{ shopMoney {{ amount currencyCode }} }}
      parentTransaction {{ id }}
    }}
    refunds(first: {MOST_REFUNDS}) {{
      id note
      transactions(first: 10) {{ nodes {{ id status }} }}
    }}
  }}
}}
"""

REFUND = """
mutation RefundOrder($input: RefundInput!, $idempotencyKey: String!) {
  refundCreate(input: $input) @idempotent(key: $idempotencyKey) {
    refund {
      id note
      transactions(first: 10) { nodes { id status } }
    }
    userErrors { field message }
  }
}
"""

"""The setup guide of a receiver of webhooks."""

from __future__ import annotations

GUIDE = """
Enter the receiver's address as Host, or as property Url when it carries order fields: https://example.com/orders/{number}
(fields go into path and query, not into the host name). HttpMethod is POST unless set otherwise; properties of the Key
Group RequestHeaders become headers. Set a Signing Secret (whsec_ and 24 to 64 bytes in base64) to have every request
signed as a Standard Webhook. The body is {"type": ..., "reference": ..., "Value": {the order}}; of ExportPayments the
Value is the money that moved: number (of the order), currency, kind (capture or refund), amount, total,
payment_method, provider, provider_id, occurred_at; of ExportShipments it is the shipment as it stands: number, reference,
carrier, consignment, tracking_number, tracking_url, state, tracking_state, parcels.

The receiver answers 200 to 299 within the connector's Timeout, and treats a webhook-id that it has seen as done. It may
answer with JSON: externalId (or id) is kept as the order's external id; from a WebhookWorkflowStep the other fields are
written to the order; to a validation it answers {"errors": [...], "warnings": [...]}, both empty where all is well. A
check for fraud (type fraud.validate) has to get such an answer. Property Validates names what it judges at checkout, of
customer, address, cart and fraud (types customer.validate and so on; the Value is the cart in the shape of an order); a
connector with the Name webhookOrderValidator judges the cart.

A receiver that answers in words of its own is read by Field Mapping: Property is ours, Connector Property the path in the
answer. ExternalId, Errors, Warnings and Message have a meaning of their own (document.no for ExternalId); Tags,
Properties.…, Billing.…, Shipping.…, Customer.Email and Customer.Phone are written to the order, from exports too. With
such a mapping nothing else of an answer is taken.
"""

"""The setup guide of a described service."""

from __future__ import annotations

GUIDE = """
Enter the service's address as Host, and how to log in: Bearer Token, Username and Password, ApiKeyHeader with ApiKey, or
TokenUrl with Client App ID and Secret. Then describe, as properties of type JSON, what the service can do; what is not
described is not offered.

ExportOrder, ExportInvoice, ExportPayment and ExportShipment are objects with method, path, query, headers, body, encoding
(json or form), success, id, changes and find. Texts hold fields in braces: {number}, {customer.email}, {lines.0.sku},
{properties.Gift}; {phone?} may be empty; {total|number}, |integer, |minor, |date, |upper, |lower turn a value. A list of
lines is {"$each": "lines", "$do": {"sku": "{sku}", "qty": "{quantity|integer}"}}. Without body the connector's Field
Mapping makes it (Lines to order.items, Lines.SKU to code), and without that our own order goes out. id says where the
answer has the new id, such as data.id; success {"field": "ok", "equals": true} is for services that answer 200 to
failures; changes, such as {"properties.ErpStatus": "data.status"}, are written back to the order. A payment has also
kind, amount, total, payment_method, provider, provider_id and occurred_at, a shipment {shipment.tracking_number} and the
like.

So that nothing is done twice: enter IdempotencyHeader where the service takes a key, and describe find: {"path":
"/orders", "query": {"ref": "{reference}"}, "items": "data", "match": "ref", "id": "id"}; lag_s where its search lags behind.
Without either, an order whose answer was lost waits for a person.

Errors {"message": "error.text", "code": "error.code", "kinds": {"BUSY": "retry", "DUPLICATE": "done"}} says where
failures are told and which codes mean retry, rejected, misconfigured or done before.

ImportOrders is {"path": "/orders", "query": {"since": "{since}", "page": "{page}"}, "items": "data"}: {since} is the
latest change taken in, less overlap_s (300); pages go by {page} from first (1), or by next, the path to the next cursor
({cursor}) or address in the answer, with keep true where the last cursor serves for the next run. Orders have the shape
of the order API, or the Field Mapping leads to their fields. Test {"path": "/me"} is what Test connection asks.
"""

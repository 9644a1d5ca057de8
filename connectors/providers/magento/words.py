"""Magento's words: states of orders, and what a person has to do there."""

from __future__ import annotations

from enum import StrEnum


class Standing(StrEnum):
    """How far an order is. UNPAID: the shop still waits for the payment, or for somebody to approve it."""

    OPEN = "open"
    UNPAID = "unpaid"
    HELD = "held"
    DONE = "done"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


#: By `state`, of which every shop has these; a `status` is the shop's own word for one of them.
STATES = {
    "new": Standing.OPEN,
    "processing": Standing.OPEN,
    "pending_payment": Standing.UNPAID,
    "payment_review": Standing.UNPAID,
    "holded": Standing.HELD,
    "complete": Standing.DONE,
    "closed": Standing.REFUNDED,
    "canceled": Standing.CANCELLED,
}


def standing(state: object) -> Standing:
    return STATES.get(str(state), Standing.UNKNOWN)


GUIDE = """
For Magento Open Source and Adobe Commerce 2.4 on a server of their own (REST API V1). Adobe Commerce as a Cloud
Service logs in by Adobe IMS and is refused.

In the Magento admin open System > Integrations, add one for this hub and give it the resources Sales (Operations with
orders, invoices, shipments, credit memos), Catalog > Inventory > Products, Customers > All Customers and Stores >
Inventory (Sources); save and activate it. Magento then shows four keys: Consumer Key goes into Client App ID,
Consumer Secret into Client App Secret, Access Token into Bearer Token, Access Token Secret into the property
AccessTokenSecret. Each request is signed with them (OAuth 1.0a, HMAC-SHA256), which needs both clocks to agree within
ten minutes. Host is the shop's address; https://shop.example, https://shop.example/rest/ and
https://shop.example/rest/default are all good. Without a store view in it, the property StoreView tells which one
(all, unless set): what is written under all holds for every store view.

Authentication = Bearer sends the Access Token alone, without the three other keys. Magento 2.4.4 and later takes it
only where Stores > Configuration > Services > OAuth > Allow OAuth Access Tokens to be used as standalone Bearer
tokens is set to Yes. Authentication = Admin logs in with user name and password of an admin user, and again after
four hours or when the token is refused; it cannot work while two-factor authentication is on for that user.

Magento tells nobody of new orders, so let ImportOrders run every few minutes. Each run takes what was changed since
the last one, two minutes more, oldest change first; what is known and unchanged is skipped. Orders that wait for
payment (pending_payment, payment_review) come in once they are paid, unless ImportUnpaidOrders is true. The state and
status of Magento are the properties State and Status of the order.

Lines are the articles that the shopper chose: of a configurable product the variant with its price; of a bundle with
prices of its parts those parts, else the bundle. Gift wrapping and custom fees become lines of their own
(GIFT-WRAPPING, GIFT-WRAPPING-ITEMS, GIFT-CARD-PRINTED, CUSTOM-FEE); gift cards, store credit and reward points are
payments. An order whose parts do not add up to its total is refused by name, and stops no other.

Properties with the Key Group MagentoStores lead store ids of Magento (Key) to stores here, else OrderPrimaryStore is
taken. CustomerIdField (phone or email) is what the customer's number is here. IsMagentoSkuModifiedByOptions = true
takes the article's own SKU where Magento has hung those of custom options onto it. IsShipmentMethodInKlarnaExtensions
= true takes the shipping method from the extension attribute that KlarnaShippingAttribute names. Field Mapping: each
row puts a field of Magento's order line (Connector Property, such as name, product_type, weight) into SkuId, Name or
another property here.

Nothing is told to the shop unless it is switched on. IsExportShipOrderEnabled: ExportOrder makes a shipment with its
tracking number, at most one for each number; Key Group MagentoCarriers leads carriers here to Magento's (ups, usps,
fedex, dhl), else the carrier is custom with its name. SourceCode is the inventory source that goods leave from.

IsExportInvoiceEnabled: ExportInvoices invoices all that is not invoiced yet, and takes the money through the shop's
payment method unless IsInvoiceCaptured is false. IsExportStatusEnabled: statuses are shown as the step names them, or
by Key Group MagentoStatuses. A status has to be assigned in Magento to the state that the order is in (Stores > Order
Status); holded puts it on hold.

Cancelling gives the goods back to the shop's stock always. Refunds become credit memos: lines and freight are what
they were sold for, and an adjustment makes up the difference to the amount; paying out goes by the order's one
invoice.

Shipments, invoices and credit memos carry our reference in a comment that shoppers do not see, by which they are
found again when an answer was lost. A refund that Magento was to pay out and that cannot be found waits for a person.

Stock is set and read by inventory source: the location that a level names, else SourceCode. Whole shops without
Inventory Management (MSI) are not supported. Articles are made or changed by their SKU; a new one needs name and
price and gets AttributeSetId.

Catalogue prices are in the shop's base currency, with tax unless PricesIncludeTax is false; a price with a price
before it becomes a special price, one without ends it. Key Group MagentoMarkets leads markets to the ids of store
views whose price it is (0, unless set: all).

With IsAsync = true articles and stock go into Magento's queue, which needs the consumer async.operations.all to run;
the hub waits for its result, and nothing counts as done before.
"""

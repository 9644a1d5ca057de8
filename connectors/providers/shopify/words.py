"""Shopify's settings and what a person has to do there."""

from __future__ import annotations

import re
from typing import Any

from connectors.schema import Boolean, Date, Field, Integer, Secret, Settings, Text

_SHOP = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
_METAFIELD = re.compile(r"[A-Za-z0-9_-]{2,255}\.[A-Za-z0-9_-]{2,64}")


class ShopDomain(Field):
    """The shop's own domain at Shopify, as "nordstore.myshopify.com"; nothing else is ever called with its token."""

    def convert(self, raw: Any) -> str:
        domain = str(raw).strip().lower().removeprefix("https://").removesuffix("/")
        if not _SHOP.fullmatch(domain):
            raise ValueError("must be the shop's address at Shopify, such as nordstore.myshopify.com")
        return domain


class Metafield(Field):
    def convert(self, raw: Any) -> str:
        text = str(raw).strip()
        if not _METAFIELD.fullmatch(text):
            raise ValueError("must be a namespace and a key with a dot between them, such as custom.status")
        return text


class ShopifySettings(Settings):
    shopify_url = ShopDomain(
        "ShopifyUrl", help="nordstore.myshopify.com, also where shoppers see another domain."
    )
    access_token = Secret("AccessToken", help="Admin API access token of the shop's custom app: shpat_…")
    webhook_secret = Secret(
        "WebhookSecret", required=False, help="The app's client secret; Shopify signs its webhooks with it."
    )
    order_primary_store = Text(
        "OrderPrimaryStore", required=False, help="Code of the store that imported orders belong to."
    )
    product_primary_store = Text(
        "ProductPrimaryStore",
        required=False,
        help="Code of a store: only products whose property PrimaryStore names it are exported.",
    )
    full_product_export = Boolean(
        "ShopifyFullProductExport",
        key="ShopifyFullProductExport",
        required=False,
        default=False,
        help="Crossdock is the product master: products that Shopify does not have are made there.",
    )
    only_new_as_draft = Boolean(
        "ShopifyProductExportOnlyForNewProductsAsDraft",
        key="ShopifyProductExportOnlyForNewProductsAsDraft",
        required=False,
        default=False,
        help="Products are only made, as drafts; what is there is left alone.",
    )
    with_external_id = Boolean(
        "ShopifyProductsWithExternalIdEnabled",
        key="ShopifyProductsWithExternalIdEnabled",
        required=False,
        default=True,
        help="Keep Shopify's id of each product; false knows products by their SKU only.",
    )
    location_id = Text(
        "LocationId",
        required=False,
        help="Name or number of the location whose stock is set where none is told.",
    )
    notify_customer = Boolean(
        "NotifyCustomer",
        required=False,
        default=False,
        help="Let Shopify tell the customer of each fulfilment.",
    )
    status_tag_prefix = Text(
        "StatusTagPrefix",
        required=False,
        default="Status: ",
        help="Goes before the status that is shown as a tag; tags that begin with it are ours.",
    )
    status_metafield = Metafield(
        "StatusMetafield", required=False, help="Also keep the status in this metafield, as custom.status."
    )
    import_orders_from = Date(
        "ImportOrdersFrom",
        required=False,
        help="The first import takes orders changed since this day, else all.",
    )
    orders_per_page = Integer("OrdersPerPage", required=False, default=10)
    products_per_page = Integer("ProductsPerPage", required=False, default=20)
    host = Text(
        "Host", column="host", required=False, help="Only for a simulator; else ShopifyUrl is called."
    )


GUIDE = """
In the Shopify admin open Settings > Apps > Develop apps and create an app for this hub. Give it the Admin API scopes
read_orders, write_orders, read_all_orders (for orders older than 60 days), read_customers, read_inventory, write_inventory,
read_locations, read_merchant_managed_fulfillment_orders, write_merchant_managed_fulfillment_orders,
read_assigned_fulfillment_orders and write_assigned_fulfillment_orders, and install it. The access token (shpat_…) goes
into AccessToken, the client secret into WebhookSecret, the shop's myshopify.com address into ShopifyUrl.

Register this connector's webhook address on its page Webhook: that subscribes the app to orders/create, orders/updated
and orders/cancelled, signed with its client secret. Shopify deletes subscriptions after some failed deliveries; a scheduled
task CheckWebhooks, daily, finds that and subscribes again. Webhooks may get lost, so keep the scheduled import running
beside them; each run looks five minutes back and skips what is known. Webhooks do not
name transactions: a payment that came with one has the amounts that the order's state implies, and no number.

Amounts are in the shop's currency, tax included. An order is taken as it is now: pieces that were removed or given back
are left out; a cancelled order is taken as it was sold. Duties, additional fees and tips become lines of their own
with the SKUs DUTIES, ADDITIONAL-FEES and TIP. An order whose lines do not add up to its total is refused by name, and stops
no other. Articles without SKU need one in Shopify, or a Field Mapping of SkuId.

Field Mapping: each row puts a field of Shopify's order line (Connector Property: sku, title, name, variantTitle, vendor,
productId, variantId, requiresShipping, isGiftCard, or the name of one of the line's own attributes) into SkuId, Name or
any other property of ours, such as Brand from vendor.

Products: each variant is one product here, known by its SKU; articles without SKU are skipped by name. Field Mapping
names title (product_title), body_html, vendor, product_type, status, tags, handle, barcode, variant_title, product_id,
variant_id, and options such as Size. ImportProducts, ExportProducts and ExportPrices need the scopes read_products and
write_products, ImportCustomers read_customers. Exports change what Shopify has; with ShopifyFullProductExport they also
make products (their handle is made of the SKU, or of the property Parent for variants, whose property Options tells them
apart), with ShopifyProductExportOnlyForNewProductsAsDraft they only make drafts. A Field Mapping to a name such as
custom.colour fills a metafield. Images go along with new products only. ExportProducts leaves prices of products that
are there to ExportPrices, which takes prices with tax in the shop's currency. Descriptions are HTML. Shopify tells no
deletions by polling: a full compare finds them.

ExportOrderStatus shows the order's status as a tag, such as Status: Shipped (property StatusTagPrefix; the former one
is taken off), and the step's Comment as the order's note, once. With StatusMetafield it is kept there too. Shoppers see
neither, and Shopify mails nobody about them. ExportCancellation calls the order off and waits until Shopify says that it
is; the Reason customer, declined, fraud, inventory or staff is told as such, any other as a staff note. It gives no
money back; reservations are released. ExportRefunds records a refund, with our reference at the end of its note, once: on
payments that were taken by hand (a manual payment method). What was paid through a payment gateway Shopify would pay out
itself, so that a refund of it that names no lines is refused. These three need the scope write_orders.

Stock is set as "available" at the location that a level names, else at LocationId, else at the shop's only location. The
article has to be stocked at that location in Shopify. A fulfilment is told with carrier, tracking number and address; one
with the same tracking number is never made twice.
"""

"""What an administrator fills in."""

from __future__ import annotations

from typing import Any

from connectors.schema import Boolean, Choice, Date, Group, Integer, Secret, Settings, Text, Url

#: Settings that each way needs, with their labels.
WAYS = {
    "OAuth": ("consumer_key", "consumer_secret", "access_token", "access_token_secret"),
    "Bearer": ("access_token",),
    "Admin": ("username", "password"),
}


class Between(Integer):
    def __init__(self, label: str, least: int, most: int, **options: Any) -> None:
        super().__init__(label, **options)
        self.least, self.most = least, most

    def convert(self, raw: Any) -> int:
        number = super().convert(raw)
        if not self.least <= number <= self.most:
            raise ValueError(f"must be a whole number from {self.least} to {self.most}")
        return number


class MagentoSettings(Settings):
    host = Url("Host", column="host", help="The shop's address, such as https://shop.example/rest/.")
    is_test = Boolean("Is Test", column="is_test", required=False, default=False)
    authentication = Choice(
        "Authentication",
        choices=tuple(WAYS),
        default="OAuth",
        help="OAuth: all four keys of an integration. Bearer: its access token alone. Admin: user name and password.",
    )
    consumer_key = Text(
        "Consumer Key", column="client_app_id", required=False, default="", help="For Authentication = OAuth."
    )
    consumer_secret = Secret(
        "Consumer Secret", column="client_app_secret", required=False, help="For Authentication = OAuth."
    )
    access_token = Secret(
        "Access Token", column="bearer_token", required=False, help="For Authentication = OAuth and Bearer."
    )
    access_token_secret = Secret("AccessTokenSecret", required=False, help="For Authentication = OAuth.")
    username = Text(
        "Username", column="username", required=False, default="", help="For Authentication = Admin."
    )
    password = Secret("Password", column="password", required=False, help="For Authentication = Admin.")
    store_view = Text(
        "StoreView",
        required=False,
        default="all",
        help="Code of the store view in the address; all: of every one.",
    )
    order_primary_store = Text(
        "OrderPrimaryStore", required=False, help="Code of the store of imported orders."
    )
    stores = Group("Stores", group="MagentoStores", help="Magento's store id (Key) to the code of our store.")
    import_orders_from = Date(
        "ImportOrdersFrom",
        required=False,
        help="The first import takes orders changed since this day, else all.",
    )
    import_unpaid_orders = Boolean(
        "ImportUnpaidOrders",
        required=False,
        default=False,
        help="Also take orders in the states pending_payment and payment_review.",
    )
    page_size = Between(
        "PageSize", 1, 300, required=False, default=50, help="Records on one page of what is read, 1 to 300."
    )
    customer_id_field = Choice(
        "CustomerIdField",
        choices=("phone", "email"),
        default="phone",
        help="What the customer's number is here.",
    )
    is_magento_sku_modified_by_options = Boolean(
        "IsMagentoSkuModifiedByOptions",
        required=False,
        default=False,
        help="The shop hangs SKUs of custom options onto the article's; take the article's own.",
    )
    is_shipment_method_in_klarna_extensions = Boolean(
        "IsShipmentMethodInKlarnaExtensions",
        required=False,
        default=False,
        help="The shopper chose the shipping method inside Klarna's checkout.",
    )
    klarna_shipping_attribute = Text(
        "KlarnaShippingAttribute",
        required=False,
        default="",
        help="Extension attribute of orders in which the shop's Klarna module keeps that method.",
    )
    is_export_invoice_enabled = Boolean(
        "IsExportInvoiceEnabled",
        required=False,
        default=False,
        help="ExportInvoices may invoice in the shop.",
    )
    is_invoice_captured = Boolean(
        "IsInvoiceCaptured",
        required=False,
        default=True,
        help="The invoice takes the money through the shop's own payment method.",
    )
    is_export_ship_order_enabled = Boolean(
        "IsExportShipOrderEnabled", required=False, default=False, help="The shop is told of shipments."
    )
    is_export_status_enabled = Boolean(
        "IsExportStatusEnabled", required=False, default=False, help="The shop is told of statuses."
    )
    statuses = Group("Statuses", group="MagentoStatuses", help="Our status (Key) to the code of Magento's.")
    carriers = Group("Carriers", group="MagentoCarriers", help="Our carrier (Key) to Magento's carrier code.")
    notify_customer = Boolean(
        "NotifyCustomer",
        required=False,
        default=False,
        help="Let Magento mail the customer about shipments and invoices.",
    )
    source_code = Text(
        "SourceCode", required=False, default="default", help="Inventory source where none is told."
    )
    prices_include_tax = Boolean(
        "PricesIncludeTax",
        required=False,
        default=True,
        help="Whether the shop's catalogue prices include tax.",
    )
    market_stores = Group(
        "Market Stores",
        group="MagentoMarkets",
        help="Our market (Key) to the store id that prices are set for.",
    )
    attribute_set_id = Between(
        "AttributeSetId",
        1,
        2**31 - 1,
        required=False,
        default=4,
        help="Of articles that are made in the shop.",
    )
    brand_attribute = Text(
        "BrandAttribute", required=False, default="", help="Attribute code, such as brand."
    )
    gtin_attribute = Text("GtinAttribute", required=False, default="", help="Attribute code, such as ean.")
    is_async = Boolean(
        "IsAsync",
        required=False,
        default=False,
        help="Hand batches over to the shop's queue (async.operations.all) and wait for it.",
    )

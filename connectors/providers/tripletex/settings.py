"""What an administrator fills in."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.schema import Boolean, Choice, Group, Integer, Secret, Settings, Text, Url

METHODS, VAT_CODES = "TripletexPaymentMethods", "TripletexVatCodes"


class VatCodes(Group):
    """Numbers of VAT types by rate in percent."""

    def convert(self, raw: Any) -> dict[str, Any]:
        return {_rate(str(key)): _code(str(key), str(value)) for key, value in super().convert(raw).items()}


class TripletexSettings(Settings):
    consumer_token = Secret("ConsumerToken", help="The token of the integration, from Tripletex.")
    employee_token = Secret("EmployeeToken", help="The key that the company has made for the integration.")
    company_id = Integer(
        "CompanyId",
        required=False,
        default=0,
        help="0 is the employee's own company; an accountant enters the client's company id.",
    )
    host = Url("Host", column="host", required=False)
    is_test = Boolean("Is Test", column="is_test", required=False, default=False, help="The test service.")
    webhook_secret = Secret(
        "WebhookSecret",
        required=False,
        help="What webhooks are signed with; registering the address sets it.",
    )
    payment_methods = Group(
        "Payment methods",
        group=METHODS,
        help="Key: a payment method's name; value: id or name of the payment type in Tripletex.",
    )
    vat_codes = VatCodes(
        "VAT codes",
        group=VAT_CODES,
        help="Key: a rate in percent such as 25; value: the number of the VAT type, such as 3.",
    )
    export_per_shipment = Boolean(
        "ExportPerShipment",
        required=False,
        default=False,
        help="true makes one order for each shipment; lines name theirs by their property Shipment.",
    )
    send_to_customer = Boolean(
        "SendToCustomer",
        required=False,
        default=False,
        help="true has Tripletex send invoices and credit notes to the customer.",
    )
    send_type = Choice(
        "SendType",
        choices=("CustomerDefault", "EMAIL", "EHF", "AVTALEGIRO", "EFAKTURA", "VIPPS", "PAPER", "MANUAL"),
        default="CustomerDefault",
        help="How they are sent, where SendToCustomer is true.",
    )
    create_products = Boolean(
        "CreateProducts", required=False, default=True, help="false refuses orders with unknown SKUs."
    )
    shipping_product = Text(
        "ShippingProduct",
        required=False,
        default="",
        help="Number of the shipping fee's product; empty makes a line without one.",
    )
    customer_number = Integer(
        "CustomerNumber", required=False, help="The one customer of all orders; empty makes one for each."
    )
    reference_prefix = Text(
        "ReferencePrefix", required=False, default="", help="Goes before the order number."
    )
    invoices_due_in_days = Integer(
        "InvoicesDueInDays", required=False, help="Days until invoices are due; empty is Tripletex's choice."
    )
    department_id = Integer("DepartmentId", required=False, help="Department of new orders, by its id.")
    stock_from = Choice(
        "StockFrom",
        choices=("Products", "Inventories"),
        default="Products",
        help="Inventories reads the stock of each warehouse, known by its id there.",
    )
    stock_quantity = Choice(
        "StockQuantity",
        choices=("Available", "InStock"),
        default="Available",
        help="Of Products: Available is without what is reserved in Tripletex.",
    )
    invoice_days = Integer(
        "InvoiceDays",
        required=False,
        default=90,
        help="So many days back invoices are looked at for whether they are paid.",
    )
    order_fields = Group("Order Fields", group="OrderFields", help="Further fields of new orders.")
    customer_fields = Group(
        "Customer Fields", group="CustomerFields", help="Further fields of new customers."
    )
    product_fields = Group("Product Fields", group="ProductFields", help="Further fields of new products.")


def _rate(text: str) -> str:
    try:
        rate = Decimal(text.strip().rstrip("%").strip())
    except InvalidOperation:
        rate = Decimal(-1)
    if not rate.is_finite() or not 0 <= rate < 100:
        raise ValueError(f"{text} is no rate; use a number of percent such as 25")
    return f"{rate.normalize():f}"


def _code(rate: str, text: str) -> str:
    code = text.strip()
    if not re.fullmatch(r"[0-9A-Za-z-]{1,10}", code):
        raise ValueError(f"{rate} names {code or 'nothing'}; enter the number of a VAT type, such as 3")
    return code

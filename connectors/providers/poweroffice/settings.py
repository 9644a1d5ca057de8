"""What an administrator fills in."""

from __future__ import annotations

import re
from typing import Any

from connectors.schema import Boolean, Choice, Group, Integer, Secret, Settings, Text, Url
from connectors.schema.fields import FALSE, TRUE

#: Further fields that hold a whole number; those that end in Id hold one too.
_NUMBERS = frozenset(
    {
        "PaymentTerm",
        "StandardSalesAccount",
        "OptionalSalesAccount",
        "SalesPersonEmployeeNumber",
        "ImportedOrderNo",
        "RelatedInvoiceNo",
    }
)
#: Every field that holds yes or no begins with one of these words.
_FLAG = re.compile(r"(Is|Use|Send|DoNot|Transfer)[A-Z]")
#: Go gives out no more records on one page.
_MOST_OF_A_PAGE = 20_000
#: Key of the account of lines without VAT.
FREE = "free"


def typed(field: str, value: Any) -> Any:
    """A value as the vendor's field of that name takes it. Raises ValueError with the cure."""
    text = str(value).strip()
    if field in _NUMBERS or field.endswith("Id"):
        if not re.fullmatch(r"[0-9]{1,18}", text):
            raise ValueError(f"{field} is {text!r}; enter a whole number such as 14")
        return int(text)
    if _FLAG.match(field):
        if text.casefold() not in TRUE | FALSE:
            raise ValueError(f"{field} is {text!r}; enter true or false")
        return text.casefold() in TRUE
    return value


class Fields(Group):
    """Fields of the vendor by their names."""

    def convert(self, raw: Any) -> dict[str, Any]:
        return {name: typed(name, value) for name, value in super().convert(raw).items()}


class Accounts(Group):
    """Account numbers of the ledger."""

    def convert(self, raw: Any) -> dict[str, Any]:
        found = {str(key).strip(): str(value).strip() for key, value in super().convert(raw).items()}
        for key, account in found.items():
            self.check_key(key)
            if not re.fullmatch(r"[1-9][0-9]{3,7}", account):
                raise ValueError(f"{key} names {account or 'nothing'}; enter an account number such as 1920")
        return found

    def check_key(self, key: str) -> None:
        """Raises ValueError for a key that this group does not have."""


class SalesAccounts(Accounts):
    def check_key(self, key: str) -> None:
        if key != FREE and not re.fullmatch(r"[0-9]{1,2}(\.[0-9]+)?", key):
            raise ValueError(f"{key} is no VAT rate; use a percentage such as 25, or {FREE}")


class PageSize(Integer):
    def convert(self, raw: Any) -> int:
        size = super().convert(raw)
        if not 1 <= size <= _MOST_OF_A_PAGE:
            raise ValueError(f"must be from 1 to {_MOST_OF_A_PAGE}")
        return size


class PowerOfficeSettings(Settings):
    application_key = Secret("Application Key", key="ApplicationKey", help="That of the integration.")
    client_key = Secret(
        "Client App Secret", column="client_app_secret", help="The company's Client Key for the integration."
    )
    subscription_key = Secret(
        "Subscription Key", key="SubscriptionKey", help="Of the product in PowerOffice's developer portal."
    )
    host = Url("Host", column="host", required=False)
    is_test = Boolean(
        "Is Test", column="is_test", required=False, default=False, help="Use a company of the demo."
    )
    payment_accounts = Accounts(
        "Payment methods",
        group="PowerOfficePaymentMethods",
        help="Key: a payment method's name; value: the account on which its money arrives, such as 1920.",
    )
    sales_accounts = SalesAccounts(
        "Sales accounts",
        group="PowerOfficeSalesAccounts",
        help=f"For new products. Key: a VAT rate such as 25, or {FREE}; value: the sales account.",
    )
    order_status = Choice(
        "OrderStatus",
        choices=("Draft", "Confirmed"),
        default="Draft",
        help="Confirmed locks the order and reserves its stock.",
    )
    invoice_delivery = Choice(
        "InvoiceDelivery",
        choices=("Auto", "PdfByEmail", "PdfPrintForDownload"),
        default="Auto",
        help="PdfPrintForDownload sends nothing to the customer.",
    )
    payment_journal = Choice("PaymentJournal", choices=("Bank", "Cash"), default="Bank")
    lines_without_vat = Choice(
        "LinesWithoutVat",
        choices=("OptionalAccount", "StandardAccount"),
        default="OptionalAccount",
        help="On which of a product's two sales accounts its sale without VAT is posted.",
    )
    create_products = Boolean(
        "CreateProducts", required=False, default=True, help="false refuses orders with unknown SKUs."
    )
    shipping_product = Text(
        "ShippingProduct", required=False, default="FRAKT", help="Product of the shipping fee's line."
    )
    credit_product = Text(
        "CreditProduct", required=False, default="KREDIT", help="Product of a credited amount's line."
    )
    customer_no = Text(
        "CustomerNo", required=False, help="The one customer of all orders; empty makes one for each."
    )
    reference_prefix = Text(
        "ReferencePrefix", required=False, default="", help="Goes before the order number."
    )
    stock_quantity = Choice(
        "StockQuantity",
        choices=("OnHand", "Available"),
        default="OnHand",
        help="Available is without what confirmed orders reserve.",
    )
    prices_include_vat = Boolean("PricesIncludeVat", required=False, default=False)
    page_size = PageSize(
        "PageSize", required=False, default=1000, help="Records that one call of a list asks for."
    )
    order_fields = Fields("Order Fields", group="OrderFields", help="Further fields of new sales orders.")
    customer_fields = Fields(
        "Customer Fields", group="CustomerFields", help="Further fields of new customers."
    )
    product_fields = Fields("Product Fields", group="ProductFields", help="Further fields of new products.")

"""What an administrator fills in."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from connectors.schema import Boolean, Choice, Group, Secret, Settings, Text, Url

LOGIN = "https://apps.fortnox.se"
API = "https://api.fortnox.se"
SCOPES = "companyinformation order invoice payment customer article"


class Accounts(Group):
    """Account numbers by country."""

    def convert(self, raw: Any) -> dict[str, Any]:
        found = {str(key).strip().upper(): str(value).strip() for key, value in super().convert(raw).items()}
        for country, account in found.items():
            if not re.fullmatch(r"[1-9][0-9]{3}", account):
                raise ValueError(
                    f"{country} names {account or 'nothing'}; an account is a number of four digits, such as 3001"
                )
            if country != "*" and not re.fullmatch(r"[A-Z]{2}", country):
                raise ValueError(f"{country} is no country; use two letters such as SE, or * for all others")
        return found


class FortnoxSettings(Settings):
    client_id = Text("Client App ID", column="client_app_id", help="Client-Id of the integration.")
    client_secret = Secret("Client App Secret", column="client_app_secret", help="Its Client-Secret.")
    login_url = Url(
        "Tenant URL", column="tenant_url", required=False, default=LOGIN, help="The login server."
    )
    tenant_id = Text(
        "OAuth Tenant",
        column="oauth_tenant",
        required=False,
        help="The company's database number logs in by itself; empty, somebody has to press Connect.",
    )
    host = Url("Host", column="host", required=False)
    is_test = Boolean("Is Test", column="is_test", required=False, default=False, help="A test company.")
    scopes = Text(
        "Scopes", required=False, default=SCOPES, help="What Connect asks for, separated by spaces."
    )
    payment_methods = Group(
        "Payment methods",
        group="FortnoxPaymentMethods",
        help="Key: a payment method's name; value: the code of the mode of payment in Fortnox.",
    )
    sales_accounts = Accounts(
        "Sales accounts",
        group="FortnoxSalesAccounts",
        help="Key: a country such as SE, or *; value: the account of its rows.",
    )
    export_as = Choice(
        "ExportAs", choices=("Order", "Invoice"), default="Order", help="What ExportOrder makes."
    )
    invoice_type = Choice("InvoiceType", choices=("INVOICE", "CASHINVOICE"), default="INVOICE")
    bookkeep = Choice(
        "Bookkeep",
        choices=("Nothing", "Payments", "Everything"),
        default="Nothing",
        help="What is booked at once, which cannot be undone there.",
    )
    create_articles = Boolean(
        "CreateArticles", required=False, default=True, help="false refuses orders with unknown SKUs."
    )
    shipping_article = Text(
        "ShippingArticle", required=False, default="FRAKT", help="Article of the shipping fee's row."
    )
    customer_number = Text(
        "CustomerNumber", required=False, help="The one customer of all orders; empty makes one for each."
    )
    customer_numbers = Choice(
        "CustomerNumbers", choices=("series", "ours"), default="series", help="Where new ones come from."
    )
    reference_prefix = Text(
        "ReferencePrefix", required=False, default="", help="Goes before the order number."
    )
    stock_from = Choice(
        "StockFrom",
        choices=("Articles", "Warehouse"),
        default="Articles",
        help="Warehouse reads the warehouse module, by stock point.",
    )
    stock_quantity = Choice(
        "StockQuantity",
        choices=("InStock", "Available"),
        default="InStock",
        help="Available is without what is reserved in Fortnox.",
    )
    prices_include_vat = Boolean(
        "PricesIncludeVat", required=False, default=False, help="Whether the price list's prices hold VAT."
    )
    order_fields = Group(
        "Order Fields", group="OrderFields", help="Further fields of new orders or invoices."
    )
    customer_fields = Group(
        "Customer Fields", group="CustomerFields", help="Further fields of new customers."
    )
    article_fields = Group("Article Fields", group="ArticleFields", help="Further fields of new articles.")


def api_host(host: str) -> str:
    """The login server's address, which is what many have entered as Host, stands for the API's."""
    return API if urlsplit(host).hostname == urlsplit(LOGIN).hostname else host

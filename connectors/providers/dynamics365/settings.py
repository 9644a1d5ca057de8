"""What an administrator fills in, and which environment of Business Central that names."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from connectors.errors import Misconfigured
from connectors.schema import Boolean, Choice, Group, Secret, Settings, Text, Url

API = "/api/v2.0"
_ENVIRONMENT = re.compile(r"/v2\.0/[^/]+/(?P<name>[^/]+)$")


class Product(Choice):
    """The name Dynamics 365 stands for several products; an order must not go to the wrong one's API."""

    def convert(self, raw: Any) -> str:
        if "financ" in str(raw).casefold():
            raise ValueError(
                "is finance-operations, which has another API than the one used here; only business-central is supported"
            )
        return super().convert(raw)


class CompanyId(Text):
    def convert(self, raw: Any) -> str:
        try:
            return str(UUID(str(raw).strip()))
        except ValueError:
            raise ValueError(
                "must be the company's id, such as 5f0f2d8e-0c4c-4f6f-9a55-6f1d2c3b4a59; companies are listed with their"
                " ids under …/api/v2.0/companies"
            ) from None


class Scope(Text):
    """A resource such as https://api.businesscentral.dynamics.com stands for all that the app may do there."""

    def convert(self, raw: Any) -> str:
        text = super().convert(raw).rstrip("/")
        return text if text.endswith("/.default") else f"{text}/.default"


class Dynamics365Settings(Settings):
    client_app_id = Text("Client App ID", column="client_app_id", help="The app registration's client id.")
    client_app_secret = Secret("Client App Secret", column="client_app_secret")
    tenant_url = Url(
        "Tenant URL",
        column="tenant_url",
        required=False,
        default="https://login.microsoftonline.com",
        help="The login server.",
    )
    oauth_tenant = Text(
        "OAuth Tenant", column="oauth_tenant", help="Id or domain of the Microsoft Entra tenant."
    )
    oauth_resource = Scope(
        "OAuth Resource",
        column="oauth_resource",
        required=False,
        default="https://api.businesscentral.dynamics.com/.default",
    )
    host = Url("Host", column="host", required=False, help="…/v2.0/{tenant}/{environment}, or only the host.")
    is_test = Boolean("Is Test", column="is_test", required=False, default=False)
    product = Product("Product", choices=("business-central",), default="business-central")
    environment = Text("Environment", required=False, help="production or, with Is Test, sandbox unless set.")
    company_id = CompanyId("CompanyId", key="CompanyId")
    shipping_line_account = Text(
        "ShippingLineAccount",
        key="ShippingLineAccount",
        required=False,
        help="Number of the account, charge, item or resource for the shipping fee.",
    )
    shipping_line_type = Choice(
        "ShippingLineType", choices=("Account", "Charge", "Item", "Resource"), default="Account"
    )
    prices_include_tax = Boolean(
        "PricesIncludeTax", required=False, default=True, help="false where sales tax is used instead of VAT."
    )
    customer_number = Text(
        "CustomerNumber", required=False, help="The one customer for all orders; empty makes one for each."
    )
    customer_numbers = Choice(
        "CustomerNumbers",
        choices=("series", "ours"),
        default="series",
        help="Where new customers' numbers come from.",
    )
    external_number_prefix = Text(
        "ExternalNumberPrefix", required=False, default="", help="Goes before the order number."
    )
    post_credit_memos = Boolean(
        "PostCreditMemos",
        key="PostCreditMemos",
        required=False,
        default=False,
        help="Post credit memos at once; else they wait there as drafts.",
    )
    credit_memo_account = Text(
        "CreditMemoAccount",
        key="CreditMemoAccount",
        required=False,
        help="Number of the account for credited amounts that belong to no line; empty takes ShippingLineAccount.",
    )
    payment_journals = Group(
        "Payment Journals",
        group="PaymentJournals",
        help="Payment methods by name, * for all others, each with the code of its payment journal there.",
    )
    webhook_secret = Secret(
        "WebhookSecret",
        key="WebhookSecret",
        required=False,
        help="A long random text of your own, which Business Central repeats in its webhooks.",
    )
    price_currency = Text(
        "PriceCurrency",
        required=False,
        help="Currency of the items' prices, such as NOK; empty asks for the company's.",
    )
    order_fields = Group("Order Fields", group="OrderFields", help="Further fields of new sales orders.")
    customer_fields = Group(
        "Customer Fields", group="CustomerFields", help="Further fields of new customers."
    )


def api_url(values: Any) -> str:
    """The base of all requests. Raises Misconfigured where Host, Environment and Is Test contradict each other."""
    host: str = values.host.removesuffix(API).rstrip("/")
    named = _ENVIRONMENT.search(urlsplit(host).path)
    wanted = values.environment or ("sandbox" if values.is_test else "production")
    name = named["name"] if named else wanted
    if values.environment and name.casefold() != values.environment.casefold():
        raise Misconfigured(f"Host names the environment {name}, Environment {values.environment}; keep one")
    _check_mode(name, is_test=values.is_test)
    if not named:
        host += f"/v2.0/{quote(values.oauth_tenant, safe='')}/{quote(name, safe='')}"
    return host + API


def _check_mode(name: str, *, is_test: bool) -> None:
    """Sandbox and production have one host; only the environment's name keeps test orders out of the books."""
    if is_test and name.casefold() == "production":
        raise Misconfigured(
            "Is Test is ticked, but the environment is production; name a sandbox environment"
        )
    if not is_test and name.casefold() == "sandbox":
        raise Misconfigured("The environment is sandbox; tick Is Test, or name the production environment")

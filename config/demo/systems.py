"""The merchant's systems as connectors, each a draft; the simulated vendors answer for all of them."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from connectors.drafts import create_connector
from connectors.models import Connector
from tenants.models import Tenant

STRIPE_TOKEN, STRIPE_WEBHOOK_SECRET = "sk_test_nordicOutdoor4f2a9c71d0", "whsec_nordicOutdoor81b6f0aa42"
KLARNA_TOKEN = "klarna-nordicOutdoor-2b9c41f7"  # noqa: S105 - of the simulated vendor, like all below
ADYEN_KEY, ADYEN_HMAC_KEY = (
    "AQEnordicOutdoor7f3e",
    "6E6F726469634F7574646F6F72416479656E486D6163204B6579303132333435",
)
VIPPS_MSN, VIPPS_TOKEN, VIPPS_SUBSCRIPTION = "401234", "vipps-nordicOutdoor-c51e", "ocp-nordicOutdoor-84d2"
VIPPS_WEBHOOK_SECRET = "vipps-webhook-nordicOutdoor-17aa"  # noqa: S105
PAYPAL_TOKEN, PAYPAL_WEBHOOK_ID = "paypal-nordicOutdoor-e60b", "4JH86294D6297924G"
BRING_KEY = "bring-nordicOutdoor-5d0e7a41"
SENDGRID_KEY = "SG.nordicOutdoor.8c2f61b7e94d"
#: The company in the simulated Business Central.
COMPANY_ID = "5f0f2d8e-0c4c-4f6f-9a55-6f1d2c3b4a59"
#: Login secrets of the two companies in Business Central, by Connector ID.
BUSINESS_CENTRAL_SECRETS = {"d365-norway": "bc~nordicOutdoorNo3b9d", "d365-sweden": "bc~nordicOutdoorSe7c1f"}
#: The shops at Shopify by Connector ID: their name there, access token, and the secret that signs their webhooks.
SHOPS = {
    "shopify-norway": ("nordic-outdoor-no", "shpat_nordicOutdoorNo5e8a", "shpss_nordicOutdoorNo90c4"),
    "shopify-sweden": ("nordic-outdoor-se", "shpat_nordicOutdoorSe1b7d", "shpss_nordicOutdoorSe2f63"),
}
#: Signing secrets by what the simulated receivers are called.
SIGNING_SECRETS = {
    "erp": "whsec_bm9yZGljLW91dGRvb3ItZXJwLXNlY3JldA==",
    "mail": "whsec_bm9yZGljLW91dGRvb3ItbWFpbC1rZXktMDE=",
}
#: With which the simulated SendGrid signs its events.
SENDGRID_SIGNING_KEY = ec.derive_private_key(0x6E6F726469632D6F7574646F6F72, ec.SECP256R1())

#: What an administrator would not show.
SECRETS = (
    STRIPE_TOKEN,
    STRIPE_WEBHOOK_SECRET,
    KLARNA_TOKEN,
    ADYEN_KEY,
    ADYEN_HMAC_KEY,
    VIPPS_TOKEN,
    VIPPS_SUBSCRIPTION,
    VIPPS_WEBHOOK_SECRET,
    PAYPAL_TOKEN,
    BRING_KEY,
    SENDGRID_KEY,
    *BUSINESS_CENTRAL_SECRETS.values(),
    *(secret for _, *secrets in SHOPS.values() for secret in secrets),
    *SIGNING_SECRETS.values(),
)


def at_vendor(path: str) -> str:
    return f"{settings.CROSSDOCK_SANDBOX_URL}/{path}"


def stripe(tenant: Tenant) -> Connector:
    return create_connector(
        tenant,
        "stripe",
        display_name="Stripe",
        is_test=True,
        bearer_token=STRIPE_TOKEN,
        properties={"WebhookSecret": STRIPE_WEBHOOK_SECRET},
    )


def klarna(tenant: Tenant) -> Connector:
    return create_connector(
        tenant,
        "klarna",
        display_name="Klarna",
        is_test=True,
        merchant_id="PK12345_nordic",
        bearer_token=KLARNA_TOKEN,
    )


def vipps(tenant: Tenant) -> Connector:
    return create_connector(
        tenant,
        "vipps",
        display_name="Vipps",
        is_test=True,
        merchant_id=VIPPS_MSN,
        client_app_id="nordic-outdoor",
        bearer_token=VIPPS_TOKEN,
        properties={"SubscriptionKey": VIPPS_SUBSCRIPTION, "WebhookSecret": VIPPS_WEBHOOK_SECRET},
    )


def adyen(tenant: Tenant) -> Connector:
    return create_connector(
        tenant,
        "adyen",
        display_name="Adyen",
        is_test=True,
        merchant_id="NordicOutdoorECOM",
        bearer_token=ADYEN_KEY,
        properties={"HmacKey": ADYEN_HMAC_KEY},
    )


def paypal(tenant: Tenant) -> Connector:
    return create_connector(
        tenant,
        "paypal",
        display_name="PayPal",
        is_test=True,
        client_app_id="nordic-outdoor",
        bearer_token=PAYPAL_TOKEN,
        properties={"WebhookId": PAYPAL_WEBHOOK_ID},
    )


def webhook(tenant: Tenant, connector_id: str, label: str, path: str) -> Connector:
    """A system of the merchant's own: orders go to its URL as signed JSON."""
    return create_connector(
        tenant,
        "webhook",
        connector_id=connector_id,
        display_name=label,
        is_test=True,
        properties={"Url": at_vendor(path), "SigningSecret": SIGNING_SECRETS[connector_id]},
    )


def business_central(tenant: Tenant, connector_id: str, label: str, markets: list[str]) -> Connector:
    return create_connector(
        tenant,
        "dynamics365",
        connector_id=connector_id,
        display_name=label,
        is_test=True,
        host=at_vendor("dynamics365"),
        tenant_url=at_vendor("dynamics365"),
        oauth_tenant=connector_id,
        client_app_id="crossdock",
        client_app_secret=BUSINESS_CENTRAL_SECRETS[connector_id],
        enabled_markets=markets,
        properties={"CompanyId": COMPANY_ID, "ShippingLineAccount": "3900"},
    )


def bring(tenant: Tenant) -> Connector:
    return create_connector(
        tenant,
        "bring",
        display_name="Bring",
        is_test=True,
        merchant_id="post@nordic-outdoor.example",
        bearer_token=BRING_KEY,
        properties={"CustomerNumber": "5"},
    )


def sendgrid(tenant: Tenant) -> Connector:
    """Not Is Test: SendGrid would only check the messages and send none."""
    return create_connector(
        tenant,
        "sendgrid",
        display_name="SendGrid",
        host=at_vendor("sendgrid"),
        bearer_token=SENDGRID_KEY,
        properties={
            "From": "orders@nordic-outdoor.example",
            "FromName": "Nordic Outdoor",
            "WebhookPublicKey": _public_key(),
        },
    )


def shopify(tenant: Tenant, connector_id: str, label: str, markets: list[str]) -> Connector:
    shop, token, webhook_secret = SHOPS[connector_id]
    return create_connector(
        tenant,
        "shopify",
        connector_id=connector_id,
        display_name=label,
        is_test=True,
        host=at_vendor(f"shopify/{shop}"),
        enabled_markets=markets,
        field_mapping={"Name": "title", "SkuId": "sku", "Brand": "vendor"},
        properties={
            "ShopifyUrl": f"{shop}.myshopify.com",
            "AccessToken": token,
            "WebhookSecret": webhook_secret,
            "OrderPrimaryStore": "OSL",
        },
    )


def systems(tenant: Tenant) -> dict[str, Connector]:
    """All of them, by what the rest of the set-up calls them."""
    return {
        "stripe": stripe(tenant),
        "klarna": klarna(tenant),
        "vipps": vipps(tenant),
        "adyen": adyen(tenant),
        "paypal": paypal(tenant),
        "bring": bring(tenant),
        "sendgrid": sendgrid(tenant),
        "erp": webhook(tenant, "erp", "Data warehouse", "webhook/erp/{status}"),
        "d365-norway": business_central(tenant, "d365-norway", "Business Central Norway", ["NOR", "DNK"]),
        "d365-sweden": business_central(tenant, "d365-sweden", "Business Central Sweden", ["SWE"]),
        "shopify-norway": shopify(tenant, "shopify-norway", "Shop in Norway", ["NOR"]),
        "shopify-sweden": shopify(tenant, "shopify-sweden", "Shop in Sweden", ["SWE"]),
    }


def _public_key() -> str:
    der = SENDGRID_SIGNING_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()

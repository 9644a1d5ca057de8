"""The merchant's systems as connectors, each a draft; the simulated vendors answer for all of them."""

from __future__ import annotations

import base64
from typing import Any

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
POSTNORD_KEY = "postnord-nordicOutdoor-7c15e9"
GLS_SECRET = "gls-nordicOutdoor-c4b82d"  # noqa: S105
UNIFAUN_ID, UNIFAUN_SECRET, UNIFAUN_PORTAL = (
    "NORDICOUTDOOR42A",
    "unifaun-nordicOutdoor-9e",
    "portal-nordicOutdoor-31c",
)
CONSIGNOR_KEY = "consignor-nordicOutdoor-a6f0"
INGRID_KEY = "nordicOutdoor-0d7b42_staging"
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
    POSTNORD_KEY,
    GLS_SECRET,
    UNIFAUN_SECRET,
    UNIFAUN_PORTAL,
    CONSIGNOR_KEY,
    INGRID_KEY,
    SENDGRID_KEY,
    *BUSINESS_CENTRAL_SECRETS.values(),
    *(secret for _, *secrets in SHOPS.values() for secret in secrets),
    *SIGNING_SECRETS.values(),
)


def create(tenant: Tenant, *names: str) -> dict[str, Connector]:
    """Drafts of these systems, of all without names, by the names that they have here."""
    known = _systems()
    return {name: create_connector(tenant, **{"is_test": True, **known[name]}) for name in names or (*known,)}


def webhook(tenant: Tenant, name: str, label: str, path: str) -> Connector:
    """A further system of the merchant's own: orders go to its URL as signed JSON."""
    return create_connector(tenant, is_test=True, **_webhook(name, label, path))


def _systems() -> dict[str, dict[str, Any]]:
    return {
        "stripe": {
            "type": "stripe",
            "bearer_token": STRIPE_TOKEN,
            "properties": {"WebhookSecret": STRIPE_WEBHOOK_SECRET},
        },
        "klarna": {"type": "klarna", "merchant_id": "PK12345_nordic", "bearer_token": KLARNA_TOKEN},
        "vipps": {
            "type": "vipps",
            "merchant_id": VIPPS_MSN,
            "client_app_id": "nordic-outdoor",
            "bearer_token": VIPPS_TOKEN,
            "properties": {"SubscriptionKey": VIPPS_SUBSCRIPTION, "WebhookSecret": VIPPS_WEBHOOK_SECRET},
        },
        "adyen": {
            "type": "adyen",
            "merchant_id": "NordicOutdoorECOM",
            "bearer_token": ADYEN_KEY,
            "properties": {"HmacKey": ADYEN_HMAC_KEY, "MultipleCaptures": "true"},
        },
        "paypal": {
            "type": "paypal",
            "client_app_id": "nordic-outdoor",
            "bearer_token": PAYPAL_TOKEN,
            "properties": {"WebhookId": PAYPAL_WEBHOOK_ID},
        },
        "bring": {
            "type": "bring",
            "merchant_id": "post@nordic-outdoor.example",
            "bearer_token": BRING_KEY,
            "properties": {"CustomerNumber": "5"},
        },
        **_other_carriers(),
        "sendgrid": _sendgrid(),
        "erp": _webhook("erp", "Data warehouse", "webhook/erp/{status}"),
        "d365-norway": _business_central("d365-norway", "Business Central Norway", ["NOR", "DNK"]),
        "d365-sweden": _business_central("d365-sweden", "Business Central Sweden", ["SWE"]),
        "shopify-norway": _shopify("shopify-norway", "Shop in Norway", ["NOR"]),
        "shopify-sweden": _shopify("shopify-sweden", "Shop in Sweden", ["SWE"]),
    }


def _other_carriers() -> dict[str, dict[str, Any]]:
    unifaun = _at_vendor("unifaun")
    return {
        "postnord": {
            "type": "postnord",
            "host": _at_vendor("postnord"),
            "bearer_token": POSTNORD_KEY,
            "properties": {"CustomerNumber": "2400187731", "AgreementCountry": "SE"},
        },
        "gls": {
            "type": "gls",
            "client_app_id": "nordic-outdoor",
            "client_app_secret": GLS_SECRET,
            "properties": {"GlsContactId": "208aNORDIC"},
        },
        "unifaun": {
            "type": "unifaun",
            "merchant_id": UNIFAUN_ID,
            "bearer_token": UNIFAUN_SECRET,
            "host": f"{unifaun}/rs-extapi/v1",
            "client_app_id": "nordic-outdoor",
            "client_app_secret": UNIFAUN_PORTAL,
            "tenant_url": unifaun,
            "oauth_resource": unifaun,
            "properties": {"CheckoutConnection": "nordic-1", "AgentType": "POSTNORD"},
        },
        "consignor": {
            "type": "consignor",
            "merchant_id": "63",
            "bearer_token": CONSIGNOR_KEY,
            "host": _at_vendor("consignor/ship/ShipmentServerModule.dll"),
        },
        "ingrid": {"type": "ingrid", "bearer_token": INGRID_KEY},
    }


def _at_vendor(path: str) -> str:
    return f"{settings.CROSSDOCK_SANDBOX_URL}/{path}"


def _webhook(name: str, label: str, path: str) -> dict[str, Any]:
    return {
        "type": "webhook",
        "connector_id": name,
        "display_name": label,
        "properties": {"Url": _at_vendor(path), "SigningSecret": SIGNING_SECRETS[name]},
    }


def _business_central(name: str, label: str, markets: list[str]) -> dict[str, Any]:
    return {
        "type": "dynamics365",
        "connector_id": name,
        "display_name": label,
        "host": _at_vendor("dynamics365"),
        "tenant_url": _at_vendor("dynamics365"),
        "oauth_tenant": name,
        "client_app_id": "crossdock",
        "client_app_secret": BUSINESS_CENTRAL_SECRETS[name],
        "enabled_markets": markets,
        "properties": {"CompanyId": COMPANY_ID, "ShippingLineAccount": "3900"},
    }


def _sendgrid() -> dict[str, Any]:
    """Not Is Test: SendGrid would only check the messages and send none."""
    return {
        "type": "sendgrid",
        "is_test": False,
        "host": _at_vendor("sendgrid"),
        "bearer_token": SENDGRID_KEY,
        "properties": {
            "From": "orders@nordic-outdoor.example",
            "FromName": "Nordic Outdoor",
            "WebhookPublicKey": _public_key(),
        },
    }


def _shopify(name: str, label: str, markets: list[str]) -> dict[str, Any]:
    shop, token, webhook_secret = SHOPS[name]
    return {
        "type": "shopify",
        "connector_id": name,
        "display_name": label,
        "host": _at_vendor(f"shopify/{shop}"),
        "enabled_markets": markets,
        "field_mapping": {"Name": "title", "SkuId": "sku", "Brand": "vendor"},
        "properties": {
            "ShopifyUrl": f"{shop}.myshopify.com",
            "AccessToken": token,
            "WebhookSecret": webhook_secret,
            "OrderPrimaryStore": "OSL",
        },
    }


def _public_key() -> str:
    der = SENDGRID_SIGNING_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()

"""What an administrator fills in."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.schema import Boolean, Choice, Date, Group, Secret, Settings, Text, Url

#: Our names of consents to Engage's preferences, unless the Key Group ConsentMapping says otherwise.
PREFERENCES = {"email": "acceptsEmail", "sms": "acceptsSms", "post": "acceptsPostal"}
_LIVE, _STAGING = ".voyado.com", ".staging.voyado.com"


class ClientName(Text):
    """Its first word, of an address as well."""

    def convert(self, raw: Any) -> str:
        text = super().convert(raw).lower()
        host = urlsplit(text).hostname or text
        name = host.removesuffix(_STAGING).removesuffix(_LIVE)
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", name):
            raise ValueError("must be the first word of your address at Voyado, such as nordstore")
        return name


class TimeZone(Text):
    def convert(self, raw: Any) -> str:
        name = super().convert(raw)
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be a time zone such as Europe/Stockholm") from None


class Rates(Group):
    """Decimal numbers by currency."""

    def convert(self, raw: Any) -> dict[str, Any]:
        return {str(key).strip().upper(): _rate(key, value) for key, value in super().convert(raw).items()}


def _rate(currency: str, value: Any) -> Decimal:
    try:
        rate = Decimal(str(value).strip())
    except InvalidOperation:
        rate = Decimal("NaN")
    if not rate.is_finite() or rate <= 0:
        raise ValueError(f"has for {currency} what is no rate; use a number such as 0.97")
    return rate


class VoyadoSettings(Settings):
    client = ClientName(
        "Client",
        required=False,
        help="First word of your address, such as nordstore of nordstore.voyado.com.",
    )
    host = Url("Host", column="host", required=False, help="Instead of Client: another address.")
    api_key = Secret("API Key", column="bearer_token", help="Key for the Engage API.")
    is_test = Boolean(
        "Is Test", column="is_test", required=False, default=False, help="Calls the staging system."
    )
    api_version = Choice("ApiVersion", choices=("v3", "v2"), default="v3")
    unique_identifier = Choice(
        "UniqueIdentifier",
        choices=("Email", "Phone", "CustomerNumber"),
        default="Email",
        help="What tells one person from another, as the key of the contact type in Engage.",
    )
    export_mode = Choice(
        "ExportCustomers",
        key="ExportCustomers",
        choices=("Default", "ExportMembersOnly", "ExportAllCustomersAsMember"),
        default="Default",
        help="Default: private customers become contacts, club members become members.",
    )
    contact_type = Text(
        "ContactType", required=False, default="Contact", help="Contact type of who is no member."
    )
    member_type = Text("MemberType", required=False, default="Member", help="Contact type of members.")
    send_customer_number = Boolean(
        "SendCustomerNumber",
        required=False,
        default=True,
        help="Our customer number is the contact's externalId.",
    )
    ignore_consents = Boolean("IgnoreConsents", required=False, default=False, help="Neither send nor take.")
    consents_owned_by = Choice(
        "ConsentsOwnedBy",
        choices=("Voyado", "Hub"),
        default="Voyado",
        help="Voyado: consents are sent with new contacts only. Hub: always.",
    )
    consent_mapping = Group(
        "Consents",
        group="ConsentMapping",
        help="Our consent (Key) to Engage's preference or consent (Value).",
    )
    sync_delete = Boolean(
        "SyncDelete", required=False, default=False, help="Who is deleted here is deleted there."
    )
    import_contacts_from = Date(
        "ImportContactsFrom", required=False, help="The first import takes changes since this day, else all."
    )
    source = Text("Source", required=False, default="", help="Told with new contacts as where they are from.")
    store_external_id = Text(
        "StoreExternalId", required=False, default="", help="Store there of receipts and new contacts."
    )
    stores = Group("Stores", group="VoyadoStores", help="Our store (Key) to the external id of Engage's.")
    receipt_prefix = Text("ReceiptPrefix", required=False, default="", help="Goes before a receipt's number.")
    shipping_article = Text(
        "ShippingArticle", required=False, default="", help="SKU of freight on receipts; empty leaves it out."
    )
    exchange_rates = Rates(
        "Exchange Rates", group="VoyadoExchangeRates", help="Currency (Key) to its rate in the group's."
    )
    time_zone = TimeZone(
        "TimeZone",
        required=False,
        default="Europe/Stockholm",
        help="Whose local time receipts are told in.",
    )
    redemption_channel = Choice("RedemptionChannel", choices=("ECOM", "POS", "OTHER"), default="ECOM")
    point_definition_id = Text(
        "PointDefinitionId", required=False, default="", help="Where there are several kinds of points."
    )
    level_field = Text(
        "LevelField", required=False, default="", help="Field of contacts that holds a member's level."
    )
    webhook_secret = Secret("Webhook Secret", required=False, help="Signing Secret of the webhook, whsec_….")


def address(values: Any) -> str:
    """The address that the settings name, without the API's path."""
    if values.host:
        return re.sub(r"/api(/v\d+)?$", "", str(values.host))
    return f"https://{values.client}{_STAGING if values.is_test else _LIVE}" if values.client else ""


def consents_of(values: Any) -> dict[str, str]:
    """Our names to Engage's, {} where consents are none of the connector's business."""
    if values.ignore_consents:
        return {}
    return PREFERENCES | {name: str(theirs) for name, theirs in values.consent_mapping.items()}

"""What an nShift Delivery account has to tell: an API key for booking, and a client of the nShift portal for the rest."""

from __future__ import annotations

from connectors.schema import Choice, Secret, Settings, Text, Url

AGENT_TYPES = (
    "POSTNORD",
    "BRING",
    "DHLSP",
    "DHLSPCOD",
    "GLS",
    "SBTL",
    "SBTLFI",
    "PP",
    "PPFI",
    "MHM",
    "MHT",
    "ITELLA",
    "ITELLASP",
    "BUSSGODS",
    "UPS",
)
PORTAL = "https://api.nshiftportal.com"


class UnifaunSettings(Settings):
    merchant_id = Text("Merchant ID", column="merchant_id", help="The id of the API key, 16 characters long.")
    api_token = Secret(
        "API Token", column="bearer_token", help="The secret id of the API key, 24 characters long."
    )
    client_app_id = Text(
        "Client App ID",
        column="client_app_id",
        required=False,
        default="",
        help="The client of the nShift portal, for prices at checkout and for tracking event by event.",
    )
    client_app_secret = Secret(
        "Client App Secret", column="client_app_secret", required=False, help="The secret of that client."
    )
    tenant_url = Url(
        "Tenant URL",
        column="tenant_url",
        required=False,
        default="https://account.nshiftportal.com",
        help="The login server of the nShift portal.",
    )
    oauth_resource = Url(
        "OAuth Resource",
        column="oauth_resource",
        required=False,
        default=PORTAL,
        help="The address of the nShift portal's APIs.",
    )
    checkout_connection = Text(
        "Checkout Connection",
        required=False,
        default="",
        help="The connection id of nShift Checkout, which tells the prices.",
    )
    sender_quick_id = Text(
        "Sender Quick Id",
        required=False,
        default="",
        help="The sender as saved in nShift Delivery with its customer numbers.",
    )
    partner = Text(
        "Partner",
        required=False,
        default="",
        help="The carrier that Customer Number is for, as nShift's code lists call it.",
    )
    customer_number = Text(
        "Customer Number",
        required=False,
        default="",
        help="Of the agreement with Partner, where it is not the sender's.",
    )
    agent_type = Choice(
        "Agent Type",
        choices=AGENT_TYPES,
        required=False,
        default="",
        help="Whose pickup points are shown; Agent Type of a shipping provider goes before it.",
    )
    label_media = Text(
        "Label Media", required=False, default="laser-ste", help="Paper of PDF labels, such as laser-a5."
    )
    thermal_media = Text(
        "Thermal Media", required=False, default="thermo-se", help="Paper of ZPL labels, such as thermo-190."
    )
    tracking_key = Text(
        "Tracking Key",
        required=False,
        default="",
        help="The user id of Unifaun Online's public tracking page, for links to it.",
    )

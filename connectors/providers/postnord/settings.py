"""What an administrator tells of the agreement with PostNord."""

from __future__ import annotations

from connectors.providers.postnord.words import ISSUERS
from connectors.schema import Choice, Integer, Secret, Settings, Text


class PostNordSettings(Settings):
    api_token = Secret("API Token", column="bearer_token", help="The API key (apikey) of your application.")
    customer_number = Text("Customer Number", help="Of your agreement with PostNord.")
    country = Choice(
        "Agreement Country",
        choices=tuple(ISSUERS),
        key="AgreementCountry",
        help="Of the PostNord company that the agreement is with.",
    )
    customer_name = Text(
        "Customer Name", required=False, help="Who sends, as labels say; empty for the sender's own name."
    )
    application_id = Integer(
        "Application ID", required=False, help="The number that PostNord gave your application, if any."
    )
    customer_key = Text(
        "Customer Key", required=False, help="For PostNord's delivery options; empty to ask transit times."
    )
    point_types = Text(
        "Service Point Types",
        key="ServicePointTypes",
        required=False,
        help="PostNord's numbers, such as 24,25,54 in Sweden, 37 in Norway, 38 in Finland, 2 for parcel boxes.",
    )
    paper_size = Choice(
        "Paper Size",
        default="LABEL",
        choices=("LABEL", "A4", "A5", "A6", "LETTER"),
        help="Of labels as PDF; LABEL is 190 by 105 mm.",
    )

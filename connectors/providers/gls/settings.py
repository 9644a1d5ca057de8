"""What GLS wants to know of a merchant, and how its services want addresses spelt."""

from __future__ import annotations

from typing import Any

from connectors.schema import Boolean, Choice, Secret, Settings, Text

#: How the fields of an address are spelt: as ShipIT's services are known to read them, or as their description has them.
SHIPIT, DESCRIPTION = "ShipIT", "Description"


class GlsSettings(Settings):
    client_id = Text(
        "Client ID",
        column="client_app_id",
        help="Key of the app in GLS's developer portal, for ShipIT and tracking.",
    )
    client_secret = Secret(
        "Client Secret", column="client_app_secret", help="Secret of the same app in the developer portal."
    )
    contact_id = Text(
        "Contact ID",
        key="GlsContactId",
        help="GLS's id of the address that parcels are collected at; GLS gives it with the contract.",
    )
    country = Text(
        "Country",
        required=False,
        default="DK",
        help="Where your parcels start, as two letters; Test connection asks what GLS carries there.",
    )
    tracking_url = Text(
        "Tracking URL",
        key="TrackingUrl",
        required=False,
        default="https://gls-group.eu/track/",
        help="What stands before a parcel's Track ID in links for recipients.",
    )
    zpl_template = Choice(
        "ZPL Template",
        key="ZplTemplate",
        required=False,
        default="ZPL_200",
        choices=("ZPL_200", "ZPL_300"),
        help="Resolution of the label printer, for options whose Label Format is ZPL.",
    )
    incoterm = Text(
        "Incoterm",
        key="IncotermCode",
        required=False,
        default="",
        help="GLS's code of the delivery terms of parcels that leave or enter the EU, such as 10.",
    )
    prints_sender = Boolean(
        "Print Sender",
        key="PrintSender",
        required=False,
        default=False,
        help="Print the address of the store that sends instead of the one of the Contact ID; GLS has to allow it.",
    )
    address_fields = Choice(
        "Address Fields",
        key="AddressFields",
        required=False,
        default=SHIPIT,
        choices=(SHIPIT, DESCRIPTION),
        help="ShipIT sends ZIPCode and eMail; Description sends Zipcode and Email, should GLS miss the postal code.",
    )


def zip_field(values: Any) -> str:
    return "ZIPCode" if values.address_fields == SHIPIT else "Zipcode"


def email_field(values: Any) -> str:
    return "eMail" if values.address_fields == SHIPIT else "Email"

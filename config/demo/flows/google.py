"""A product feed for Norway: made, fetched by Google at its secret address, and judged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from config.demo.flows.base import Flow, at_vendor, task
from config.demo.merchant import Merchant
from config.demo.vendors import Vendors
from connectors.models import Connector
from workflows.models import Product, ProductFeed

_ACCOUNT, _SOURCE = "5001", "101"
_LOGIN, _WORD = "google", "google-nordicOutdoor-5b1f"
#: Of the feed's address. Everywhere else it is drawn by lot; here Google's side has to know it before it is used.
_TOKEN = "nordic-outdoor-feed-3f6d0a917c25"  # noqa: S105
_TASK = "Product feed for Norway"
_GOODS = {
    "HEADLAMP-1": ("Head lamp", "349.00", "7038010000096"),
    "ROPE-30": ("Rope, 30 m", "899.00", "7038010000102"),
}


class GoogleFeed(Flow):
    title = "Google fetches the product feed"
    secrets = (_WORD,)

    def connectors(self) -> Mapping[str, Mapping[str, Any]]:
        google = at_vendor("google-feeds")
        how = {
            "type": "google-feeds",
            "display_name": "Google Shopping Norway",
            "host": google,
            "merchant_id": _ACCOUNT,
            "username": _LOGIN,
            "password": _WORD,
            "properties": {
                "Market": "NOR",
                "Language": "no",
                "Currency": "NOK",
                "ShopUrl": "https://nordic-outdoor.example",
                "LinkTemplate": "https://nordic-outdoor.example/p/{sku}",
                "ImageLinkTemplate": "https://nordic-outdoor.example/i/{sku}.jpg",
                "DataSourceId": _SOURCE,
                "ServiceAccountKey": _key_file(google),
            },
        }
        return {"google-feeds": how}

    def set_up(self, found: Mapping[str, Connector]) -> None:
        for sku, (name, price, gtin) in _GOODS.items():
            Product.objects.create(
                sku=sku,
                name=name,
                price=Decimal(price),
                currency="NOK",
                tax_rate=Decimal(25),
                properties={
                    "Description": f"{name} for long nights outdoors",
                    "Brand": "Nordic",
                    "EAN": gtin,
                },
            )
        ProductFeed.objects.create(connector=found["google-feeds"], token=_TOKEN)
        task(_TASK, "GenerateFeeds", found["google-feeds"])

    def prepare(self, vendors: Vendors, webhooks: Mapping[str, str]) -> None:
        hub = webhooks["google-feeds"].split("/webhooks/")[0]
        source = {
            "account": _ACCOUNT,
            "number": _SOURCE,
            "language": "no",
            "url": f"{hub}/feeds/{_TOKEN}.xml",
        }
        vendors.tell("google-feeds/data-source", {**source, "username": _LOGIN, "password": _WORD})

    def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
        yield from merchant.task_went_well(_TASK)
        place = f"_/google-feeds/catalogue/{_ACCOUNT}/{_SOURCE}"
        if not merchant.comes_true(lambda: set(vendors.look(place)["items"]) >= set(_GOODS)):
            yield f"Google knows of {sorted(vendors.look(place)['items'])} only"


def _key_file(google: str) -> str:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return json.dumps(
        {"client_email": "feeds@nordic-outdoor.example", "private_key": pem, "token_uri": f"{google}/token"}
    )

"""What Voyado's published samples and vectors have to come to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.contracts.base import Inbound
from connectors.contracts.catalog import CustomerRecord
from connectors.contracts.common import Address
from connectors.errors import BadSignature
from connectors.providers.voyado import Voyado
from connectors.providers.voyado.contacts import differing, fields_of
from tenants.secret_value import SecretValue
from tests.contract.bench import play
from tests.contract.scenarios import crm
from tests.contract.test_webhooks import reader

Samples = dict[str, Any]

LEFT_OUT = {
    "voyado-match": "receipts name the contact by its id; the published key is a GUID under the type of an address",
}


def contact(**told: Any) -> dict[str, Any]:
    """What our customer comes to, as Engage's fields."""
    return fields_of(CustomerRecord(**told), reader("voyado").values)


def create(data: dict[str, Any], samples: Samples) -> None:
    made = contact(first_name="Example", email="example@example.com", address=Address(country="se"))
    assert made == data


def update(data: dict[str, Any], samples: Samples) -> None:
    """Only what differs from what Engage has is sent."""
    told = contact(
        first_name="Example", last_name=data["lastName"], address=Address(line1=data["street"], country="SE")
    )
    there = {"attributes": {"firstName": "Example", "countryCode": "SE", "street": "Old Street 1"}}
    assert differing(told, there) == data


def emptied(data: dict[str, Any], samples: Samples) -> None:
    """A field that is empty here is not sent, so that it cannot empty Engage's."""
    told = contact(
        first_name=data["firstName"], last_name=data["lastName"], address=Address(line1=data["street"])
    )
    assert told == {name: value for name, value in data.items() if value}


def receipt(data: dict[str, Any], samples: Samples) -> None:
    """Ours has what the sample has, but for what nobody has to tell; the sum of its lines is its total."""
    scenario = next(item for item in crm.SCENARIOS if item.name == "receipt")
    body = json.loads(play("voyado", scenario).requests[-1].body)
    optional = {"exchangeRateToGroupCurrency"}
    assert set(body) == set(data) - optional
    assert set(body["items"][0]) == set(data["items"][0]) - {"articleGroup"} - _extra(data)
    for told in (body, data):
        total = sum(item["grossPaidPrice"] for item in told["items"])
        assert total == told["totalGrossPrice"] == sum(item["value"] for item in told["paymentMethods"])


def _extra(data: dict[str, Any]) -> set[str]:
    return {"marginPercent", "awardsBonus", "extraData", "packQuantity"} & set(data["items"][0])


def headers(data: dict[str, Any], samples: Samples) -> None:
    scenario = next(item for item in crm.SCENARIOS if item.name == "loyalty")
    for request in play("voyado", scenario).requests:
        assert {name.lower() for name in data} <= set(request.headers)
        assert request.headers["content-type"] == data["Content-Type"]


def signature(data: dict[str, Any], samples: Samples) -> None:
    inbound = Inbound(
        method="POST",
        url="https://hub.example/",
        headers=data["headers"],
        body=data["raw_body"].encode(),
        received_at=0,
    )
    secrets, signed_at = [SecretValue(data["secret"])], float(data["headers"]["svix-timestamp"])
    if data["expect_valid"]:
        Voyado.webhook.verify(inbound, secrets, signed_at)
    else:
        with pytest.raises(BadSignature):
            Voyado.webhook.verify(inbound, secrets, signed_at)


READERS = {
    "voyado-create-min": create,
    "voyado-update": update,
    "voyado-update-bad": emptied,
    "voyado-receipt-v2": receipt,
    "voyado-headers": headers,
    **{f"voyado-svix-{name}": signature for name in ("valid", "tampered", "list")},
}

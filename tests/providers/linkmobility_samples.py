"""What LINK's published samples have to come to."""

from __future__ import annotations

import json
from typing import Any

from connectors.client.answer import HttpAnswer
from connectors.contracts.base import Inbound
from connectors.contracts.notification import Message
from connectors.errors import Misconfigured
from connectors.providers.linkmobility import Linkmobility, _taken
from connectors.providers.linkmobility.messages import single
from connectors.providers.linkmobility.words import QUEUED
from tests.contract.test_webhooks import reader

Samples = dict[str, Any]

LEFT_OUT = {"linkdk-dlr": "the older Danish gateway is another API, which this implementation does not speak"}


def smallest(data: Any, samples: Samples) -> None:
    """The vendor's smallest message has only fields that ours has too, of the same types."""
    given = {"PlatformId": "0", "PlatformPartnerId": "0", "Sender": "LINK"}
    values = Linkmobility.settings.compile({"username": "u", "password": "p"}, given)
    message = Message(reference="1", to=data["destination"], subject="", text=data["userData"])
    ours = single(message, values, is_test=False)
    assert {name: ours[name] for name in data} == data


def taken(data: Any, samples: Samples) -> None:
    assert data["resultCode"] == QUEUED


def batch(data: Any, samples: Samples) -> None:
    found = _taken(data, [{"refId": "myRefId"}])
    assert found["myRefId"].message_id == data[-1]["messageId"]  # type: ignore[union-attr]


def delivered(data: Any, samples: Samples) -> None:
    body = json.dumps(data).encode()
    inbound = Inbound(method="POST", url="https://hub.example/", headers={}, body=body, received_at=0)
    [event] = reader("linkmobility").read_webhook(inbound)  # type: ignore[attr-defined]
    assert (event.provider_id, event.reference, str(event.data["state"])) == ("0", "0", "delivered")
    assert event.occurred_at.isoformat() == "2015-11-19T09:37:00+00:00"


def refused(data: Any, samples: Samples) -> None:
    error = reader("linkmobility").classify(HttpAnswer(403, {}, json.dumps(data).encode()), True)
    assert isinstance(error, Misconfigured)
    assert error.code == "106102" and data["description"] in error.message


READERS = {
    "link-send-min": smallest,
    "link-send-ok": taken,
    "link-batch-ok": batch,
    "link-dr-delivered": delivered,
    "link-403": refused,
}

"""What SendGrid's published samples and vectors have to come to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.client.answer import HttpAnswer
from connectors.contracts.base import Inbound
from connectors.errors import BadSignature, Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.sendgrid import Sendgrid
from tenants.secret_value import SecretValue
from tests.contract.published import description, specs
from tests.contract.test_webhooks import reader

Samples = dict[str, Any]

_SETTINGS = "webhooks are set up in SendGrid's own pages; the hub reads no webhook settings"
_LISTS = "the hub asks for no suppressions, groups or templates"
LEFT_OUT = {
    **dict.fromkeys(("sg-01", "sg-03", "sg-05", "sg-07", "sg-09", "sg-11", "sg-13", "sg-15"), _SETTINGS),
    **dict.fromkeys(("sg-17", "sg-21", "sg-23", "sg-27"), _LISTS),
}


def scopes(data: dict[str, Any], samples: Samples) -> None:
    """The published key may send mail; without that permission the test of the connection fails."""
    reader("sendgrid").read_check(data)
    with pytest.raises(Misconfigured, match="Mail Send"):
        reader("sendgrid").read_check({"scopes": [item for item in data["scopes"] if item != "mail.send"]})


def mail(data: dict[str, Any], samples: Samples) -> None:
    """The judge of our own requests takes the vendor's example for good."""
    if not (specs() / "sendgrid.json").exists():
        pytest.skip("set CROSSDOCK_SPECS to the folder of the descriptions")
    judge = description("sendgrid.json")
    body = judge.document["components"]["requestBodies"]["PostMailSend"]["content"]["application/json"]
    assert list(judge._violations(body["schema"], data)) == []


#: What each published failure is for a message that was being sent, and for a question.
KINDS = {
    "sg-19": (401, Misconfigured, Misconfigured),
    "sg-31": (400, Rejected, Rejected),
    "sg-33": (403, Misconfigured, Misconfigured),
    "sg-35": (405, Rejected, Rejected),
    "sg-37": (500, Unknown, RetryLater),
    "sg-39": (400, Rejected, Rejected),
    "sg-41": (500, Unknown, RetryLater),
}


def failure(name: str) -> Any:
    def read(data: dict[str, Any], samples: Samples) -> None:
        status, *kinds = KINDS[name]
        answer = HttpAnswer(status, {}, json.dumps(data).encode())
        errors = [reader("sendgrid").classify(answer, writes) for writes in (True, False)]
        assert [type(error) for error in errors] == kinds
        assert {error.message for error in errors if error} == {data["errors"][0]["message"]}

    return read


def signature(data: dict[str, Any], samples: Samples) -> None:
    headers = {name.lower(): value for name, value in data["headers"].items()}
    body, key = data["raw_body"].encode(), SecretValue(data["public_key_base64_der"])
    inbound = Inbound(method="POST", url="https://hub.example/", headers=headers, body=body, received_at=0)
    signed_at = float(samples["sg-sig-valid"]["headers"]["X-Twilio-Email-Event-Webhook-Timestamp"])
    if data["expect_valid"]:
        Sendgrid.webhook.verify(inbound, [key], signed_at)
        [event] = reader("sendgrid").read_webhook(inbound)  # type: ignore[attr-defined]
        assert (event.type, str(event.data["state"])) == ("dropped", "failed")
        assert event.provider_id == json.loads(body)[0]["sg_message_id"].split(".")[0]
    else:
        with pytest.raises(BadSignature):
            Sendgrid.webhook.verify(inbound, [key], signed_at)


STATES = {"processed": "sent", "bounce": "failed", "deferred": "deferred", "click": "clicked"}


def events(data: list[dict[str, Any]], samples: Samples) -> None:
    """Events of somebody else's messages: known by their ids, told in full, and not taken for ours."""
    body = json.dumps(data).encode()
    inbound = Inbound(method="POST", url="https://hub.example/", headers={}, body=body, received_at=0)
    [found] = reader("sendgrid").read_webhook(inbound)  # type: ignore[attr-defined]
    [item] = data
    assert (found.id, found.type, found.reference) == (item["sg_event_id"], item["event"], "")
    assert item["sg_message_id"].startswith(found.provider_id + ".")
    assert int(found.occurred_at.timestamp()) == item["timestamp"]
    assert (str(found.data["state"]), found.data["recipient"]) == (STATES[item["event"]], item["email"])
    assert found.data.get("reason") == item.get("reason", item.get("response"))


_SIGNATURES = (
    "valid wrong-key wrong-payload wrong-signature wrong-timestamp body-without-trailing-CRLF "
    "body-re-serialised-with-spaces"
)
READERS = {
    "sg-25": scopes,
    "sg-29": mail,
    **{name: failure(name) for name in KINDS},
    **{f"sg-sig-{name}": signature for name in _SIGNATURES.split()},
    **{f"sg-ev-test_{name}_event": events for name in STATES},
}

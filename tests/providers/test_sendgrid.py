"""SendGrid: what only this vendor does."""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.notification import Attachment, Message
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.sendgrid import Sendgrid
from connectors.schema import SettingsError
from tests.contract.fixtures import fixture
from tests.contract.published import description, specs
from tests.contract.scenarios.notification import message
from tests.contract.test_webhooks import reader
from tests.faultserver import Received
from tests.providers.asking import Asked, ask

TAKEN = (202, None, {"X-Message-Id": "nS7fQ2rKTmWx9dLb4vYzAg"})
FILLED = fixture("sendgrid")["connector"]
PDF = Attachment(name="label.pdf", content_type="application/pdf", content=b"%PDF-1.7 label")


def values(**properties: Any) -> Any:
    return Sendgrid.settings.compile(FILLED["columns"], {**FILLED["properties"], **properties})


def send(*answers: Any, given: Message | None = None, **options: Any) -> Asked:
    return ask("sendgrid", "send_message", given or message({}), *(answers or [TAKEN]), **options)


def sent(given: Message | None = None, **properties: Any) -> dict[str, Any]:
    """The mail that leaves."""
    asked = send(given=given, values=values(**properties))
    assert asked.result.message_id == "nS7fQ2rKTmWx9dLb4vYzAg"
    [mail] = asked.bodies
    return mail


def test_plain_text_comes_before_html_and_attachments_are_base64() -> None:
    mail = sent(replace(message({}), html="<p>Hello Kari</p>", attachments=(PDF,)))
    assert [part["type"] for part in mail["content"]] == ["text/plain", "text/html"]
    [attached] = mail["attachments"]
    assert base64.b64decode(attached.pop("content")) == PDF.content
    assert attached == {"filename": "label.pdf", "type": "application/pdf", "disposition": "attachment"}


def test_what_is_not_set_is_not_sent() -> None:
    mail = sent(replace(message({}), order_number="", text="", html="<p>Hi</p>"), FromName="", ReplyTo="")
    assert mail["from"] == {"email": "orders@nordstore.example"}
    assert not {"reply_to", "attachments", "mail_settings", "template_id"} & set(mail)
    assert mail["content"] == [{"type": "text/html", "value": "<p>Hi</p>"}]
    assert "crossdock_order" not in mail["personalizations"][0]["custom_args"]


@pytest.mark.parametrize(
    ("template", "properties", "used"),
    [
        ("d-0own", {"TemplateId": "d-0default"}, "d-0own"),
        ("InProgress", {"TemplateId": "d-0default"}, "d-0default"),
        ("InProgress", {"TemplateId": "d-0default", "Templates": {"inprogress": "d-0named"}}, "d-0named"),
        ("Ship", {"Templates": {"InProgress": "d-0named"}}, None),
        ("", {}, None),
    ],
)
def test_which_template_lays_the_message_out(
    template: str, properties: dict[str, Any], used: str | None
) -> None:
    mail = sent(replace(message({}), template=template, data={"market": "NOR", "total": 3}), **properties)
    [envelope] = mail["personalizations"]
    assert mail.get("template_id") == used
    assert ("content" in mail, "subject" in mail) == (used is None, used is None)
    if used:
        assert envelope["dynamic_template_data"] == {
            "subject": "Order 100234: InProgress",
            "text": "Hello Kari, your order 100234 is on its way.",
            "order_number": "100234",
            "market": "NOR",
            "total": 3,
        }


def test_a_template_of_another_kind_is_refused_before_anything_is_sent() -> None:
    asked = send(values=values(TemplateId="fae7c985-legacy"))
    assert isinstance(asked.error, Misconfigured)
    assert "TemplateId" in asked.error.message
    assert asked.sent == []


def test_is_test_has_the_message_checked_and_not_sent() -> None:
    asked = send((200, None, {"X-Message-Id": "m1"}), is_test=True)
    assert asked.result.message_id == "m1"
    assert asked.bodies[0]["mail_settings"] == {"sandbox_mode": {"enable": True}}


@pytest.mark.parametrize(
    ("answer", "is_test"),
    [((200, None), False), ((202, None), True), ((202, {"ok": True}), False), ((204, None), False)],
)
def test_an_answer_that_is_not_the_agreed_one_is_no_success(answer: Any, is_test: bool) -> None:
    asked = send(answer, is_test=is_test)
    assert asked.outcome.ending is Ending.UNKNOWN
    assert len(asked.sent) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"errors": [{"message": "access forbidden", "field": "null"}]}, "access forbidden"),
        (
            {"errors": [{"message": "too big", "field": None}, {"message": "no", "field": "from"}]},
            "too big; no (from)",
        ),
        ({"errors": []}, "SendGrid answered with HTTP status 413"),
        ({"errors": "x"}, "SendGrid answered with HTTP status 413"),
        ([], "SendGrid answered with HTTP status 413"),
        ({"errors": [{"field": "from"}]}, "SendGrid answered with HTTP status 413"),
    ],
)
def test_the_vendors_words_reach_staff(body: Any, told: str) -> None:
    asked = send((413, body))
    assert isinstance(asked.error, Rejected)
    assert asked.error.message == told


@pytest.mark.parametrize("status", [401, 403])
def test_what_an_administrator_has_to_mend(status: int) -> None:
    error = send((status, {"errors": [{"message": "no verified Sender Identity", "field": "from"}]})).error
    assert isinstance(error, Misconfigured)
    assert error.message == "no verified Sender Identity (from)"


def test_a_quota_says_when_it_is_full_again() -> None:
    limited = {"errors": [{"field": None, "message": "too many requests"}]}
    asked = send((429, limited, {"X-RateLimit-Reset": str(int(time.time()) + 600)}))
    assert isinstance(asked.error, RetryLater)
    assert 590 <= asked.error.retry_after <= 600
    assert len(asked.sent) == 1
    for strange in ("soon", "", "0", "9" * 40):
        assert send((429, limited, {"X-RateLimit-Reset": strange})).outcome.ending is Ending.RETRY


def test_a_lost_answer_is_left_to_a_person() -> None:
    """No key, no look-up: whoever comes back to it asks nobody and sends nothing."""
    asked = send(uncertain=True)
    assert (asked.outcome.ending, asked.outcome.needs_person) == (Ending.UNKNOWN, True)
    assert isinstance(asked.error, Unknown)
    assert asked.sent == []


@pytest.mark.parametrize("body", [{"scopes": ["alerts.read"]}, {"scopes": []}])
def test_a_key_that_may_not_send_fails_the_test_of_the_connection(body: Any) -> None:
    with pytest.raises(Misconfigured, match="Mail Send"):
        reader("sendgrid").read_check(body)


@pytest.mark.parametrize("body", [None, [], {}, {"scopes": None}, "mail.send"])
def test_a_strange_list_of_permissions_proves_nothing(body: Any) -> None:
    with pytest.raises(Rejected, match="cannot be read"):
        reader("sendgrid").read_check(body)


def test_the_age_of_events_is_a_matter_of_the_connector() -> None:
    assert Sendgrid.webhook_of(values()).tolerance == 600
    assert Sendgrid.webhook_of(values(WebhookTolerance="86400")).tolerance == 86400


needs_spec = pytest.mark.skipif(
    not (specs() / "sendgrid.json").exists(), reason="set CROSSDOCK_SPECS to the descriptions' folder"
)


@needs_spec
def test_every_field_of_a_full_mail_is_published() -> None:
    """The description does not forbid unknown fields, so a slip such as "enabled" would pass the judge."""
    given = replace(message({}), html="<p>Hi</p>", attachments=(PDF,))
    mails = [send((200, None), given=given, is_test=True).bodies[0]]
    mails.append(sent(replace(given, template="d-0own")))
    content = description("sendgrid.json").operation("POST", "/v3/mail/send")[0]["requestBody"]
    schema = description("sendgrid.json").resolve(content)["content"]["application/json"]["schema"]
    for mail in mails:
        assert list(unnamed(schema, mail)) == []
    assert list(unnamed(schema, {"mail_settings": {"sandbox_mode": {"enabled": True}}})) != []


def unnamed(schema: Any, value: Any, place: str = "mail") -> Any:
    """Fields at any depth that the description does not name; objects without named fields hold anything."""
    schema = description("sendgrid.json").resolve(schema)
    if isinstance(value, list):
        for item in value:
            yield from unnamed(schema["items"], item, place)
    known = schema.get("properties")
    if isinstance(value, dict) and known is not None:
        yield from (f"{place}.{name}" for name in set(value) - set(known))
        for name in set(value) & set(known):
            yield from unnamed(known[name], value[name], f"{place}.{name}")


@needs_spec
def test_the_judge_of_version_31_objects() -> None:
    judge, kind = description("sendgrid.json"), {"content-type": "application/json"}
    good = b'{"personalizations": [{"to": [{"email": "a@b.example"}]}], "from": {"email": "c@d.example"}}'
    assert judge.request_problems(Received("POST", "/v3/mail/send", kind, good, 1)) == []
    for wrong in (b"{}", b"[]", b'{"personalizations": [{}], "from": {"email": "c@d.example"}}'):
        assert judge.request_problems(Received("POST", "/v3/mail/send", kind, wrong, 1)) != [], wrong
    assert judge.request_problems(Received("GET", "/v3/scopes?page=2", {}, b"", 1)) != []
    place = ("POST", "/v3/mail/send", 400)
    assert judge.answer_problems(*place, {"errors": [{"message": "no", "field": None}]}) == []
    assert judge.answer_problems(*place, {"errors": [{"message": 7}]}) != []


def test_a_message_may_have_a_sender_of_its_own() -> None:
    mail = sent(replace(message({}), sender="store@nordstore.example", reply_to="oslo@nordstore.example"))
    assert mail["from"] == {"email": "store@nordstore.example"}
    assert mail["reply_to"] == {"email": "oslo@nordstore.example"}


def test_answers_come_to_the_inbound_address_unless_another_is_given() -> None:
    inbound = {"InboundAddress": "orders@parse.nordstore.example"}
    address = sent(**inbound, ReplyTo="")["reply_to"]["email"]
    assert address.startswith("orders+100234-9.") and address.endswith("@parse.nordstore.example")
    assert len(address.partition("@")[0]) <= 64
    assert sent(**inbound)["reply_to"] == {"email": "help@nordstore.example"}
    odd = replace(message({}), reference="order 1/2-9")
    assert sent(odd, **inbound, ReplyTo="")["reply_to"]["email"] == "orders@parse.nordstore.example"


@pytest.mark.parametrize(
    "address", ["orders", "orders+x@parse.example.com", "Orders <o@parse.example.com>", "a@b"]
)
def test_an_inbound_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="an address without"):
        values(InboundAddress=address)

"""LINK Mobility: what only this vendor does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.notification import MessageBatch
from connectors.contracts.sms import SmsLength, outside_gsm, sms_length, without_astral
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.linkmobility import Linkmobility
from connectors.providers.linkmobility.messages import international
from connectors.schema import SettingsError
from tests.contract.fixtures import fixture
from tests.contract.scenarios.notification import message
from tests.providers.asking import Asked, ask

FILLED = fixture("linkmobility")["connector"]
TAKEN = (200, {"messageId": "m-1", "resultCode": 1005, "description": "Queued"})
SMS = replace(message({}), to="+4790000001", channel="sms")


def values(**properties: Any) -> Any:
    return Linkmobility.settings.compile(FILLED["columns"], {**FILLED["properties"], **properties})


def send(*answers: Any, **options: Any) -> Asked:
    given = options.pop("given", SMS)
    return ask("linkmobility", "send_message", given, *(answers or [TAKEN]), **options)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", SmsLength("GSM", 0, 1, 160)),
        ("a" * 160, SmsLength("GSM", 160, 1, 0)),
        ("a" * 161, SmsLength("GSM", 161, 2, 145)),
        ("€" * 80, SmsLength("GSM", 160, 1, 0)),
        ("Blåbærsyltetøy", SmsLength("GSM", 14, 1, 146)),
        ("č" + "a" * 69, SmsLength("Unicode", 70, 1, 0)),
        ("č" + "a" * 70, SmsLength("Unicode", 71, 2, 63)),
        ("🎉", SmsLength("Unicode", 2, 1, 68)),
    ],
)
def test_how_long_a_text_is(text: str, length: SmsLength) -> None:
    assert sms_length(text) == length


def test_what_makes_a_text_unicode() -> None:
    assert outside_gsm("Hei, Łódź og Łeba!") == "Łóź"
    assert without_astral("Hurra 🎉!") == "Hurra !"


@pytest.mark.parametrize(
    ("number", "code", "found"),
    [
        ("+47 900 00 001", "", "+4790000001"),
        ("0046 (70) 123-45 67", None, "+46701234567"),
        ("90000001", "47", "+4790000001"),
        ("070 123 45 67", "46", "+46701234567"),
    ],
)
def test_numbers_become_international(number: str, code: str, found: str) -> None:
    assert international(number, code) == found


@pytest.mark.parametrize("number", ["90000001", "kari@example.com", "+12", "+0790000001", "१२३"])
def test_a_number_that_is_none_is_refused_without_telling_it(number: str) -> None:
    with pytest.raises(Rejected, match="CallingCode") as caught:
        international(number, None)
    assert number not in caught.value.message or len(number) < 4


@pytest.mark.parametrize(
    ("key", "bad"),
    [
        ("Sender", "Nord Store AS"),
        ("Sender", "Bær"),
        ("Sender", "+47"),
        ("Sender", "123456789012345"),
        ("CallingCode", "0047"),
        ("Encoding", "UTF-8"),
        ("MaxParts", "0"),
        ("ValidityMinutes", "2881"),
        ("TestNumber", "90000001"),
    ],
)
def test_settings_that_link_does_not_take_are_refused(key: str, bad: str) -> None:
    with pytest.raises(SettingsError, match="must be"):
        values(**{key: bad})


@pytest.mark.parametrize(
    ("sender", "kind"), [("NordStore", "ALPHANUMERIC"), ("2080", "SHORTNUMBER"), ("+4759440000", "MSISDN")]
)
def test_what_kind_of_sender_it_is(sender: str, kind: str) -> None:
    [body] = send(values=values(Sender=sender)).bodies
    assert (body["source"], body["sourceTON"]) == (sender, kind)
    [body] = send(given=replace(SMS, sender=sender)).bodies
    assert (body["source"], body["sourceTON"]) == (sender, kind)


def test_without_a_gate_no_report_is_asked_for() -> None:
    [body] = send(values=values(GateId="")).bodies
    assert body["useDeliveryReport"] is False and "deliveryReportGates" not in body


def test_a_message_that_costs_too_much_is_not_sent() -> None:
    asked = send(given=replace(SMS, text="x" * 400), values=values(MaxParts="2"))
    assert asked.sent == []
    assert "3 parts; MaxParts allows 2" in asked.error.message
    asked = send(given=replace(SMS, text="Łódź"), values=values(Encoding="GSM"))
    assert asked.sent == [] and asked.error.message.startswith("Łóź is not in the GSM alphabet")
    assert send(given=replace(SMS, text="🎉")).error.message.startswith("The message has no text")


def test_is_test_goes_to_the_test_number_alone() -> None:
    [body] = send(is_test=True, values=values(TestNumber="+47 999 99 999")).bodies
    assert body["destination"] == "+4799999999"
    asked = send(is_test=True)
    assert asked.sent == [] and isinstance(asked.error, Misconfigured)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((200, {"messageId": "m", "resultCode": 2104, "description": "Unknown subscriber"}), Rejected),
        ((200, {"messageId": "m", "resultCode": 1001}), Rejected),
        ((200, {"messageId": "m"}), Unknown),
        ((200, ["m"]), Unknown),
        ((400, {"status": 106300, "description": "No gates"}), Misconfigured),
        ((401, {"status": 106100, "description": "Bad login"}), Misconfigured),
        ((400, {"status": 106000, "description": "Unknown"}), RetryLater),
        ((400, {"status": 999999, "description": "New"}), Rejected),
        ((500, {"status": 106000, "description": "Unknown"}), Unknown),
        ((502, "<html>"), Unknown),
    ],
    ids=str,
)
def test_only_1005_is_success(answer: Any, kind: type[Exception]) -> None:
    assert type(send(answer).error) is kind


def test_an_answer_without_content_is_success_without_an_id() -> None:
    assert send((204, None)).result.message_id == ""


def test_of_a_batch_each_message_has_an_answer_of_its_own() -> None:
    bad = replace(SMS, reference="bad", to="kari@example.com")
    asked = ask(
        "linkmobility",
        "send_messages",
        MessageBatch(messages=(SMS, bad)),
        (200, [{"messageId": "m-1", "refId": SMS.reference, "resultCode": 1005, "message": "Queued"}]),
    )
    [body] = asked.bodies
    assert [item["refId"] for item in body["sendRequestMessages"]] == [SMS.reference]
    assert asked.result.results[SMS.reference].message_id == "m-1"
    assert "no phone number" in asked.result.results["bad"].reason


def test_a_batch_of_which_the_answer_does_not_tell_everything_stays_unknown() -> None:
    other = replace(SMS, reference="other")
    told = [{"messageId": "m-1", "refId": SMS.reference, "resultCode": 1005, "message": "Queued"}]
    asked = ask("linkmobility", "send_messages", MessageBatch(messages=(SMS, other)), (200, told))
    assert asked.outcome.ending is Ending.UNKNOWN and "other" in asked.outcome.message

"""Adyen: what only this vendor does."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.base import Inbound, NotExecuted
from connectors.contracts.payment import Payment, PaymentEvent, State
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown
from connectors.matrix import care
from connectors.providers.adyen import Adyen
from connectors.providers.adyen.words import ALERTS, EVENTS, GUIDE
from connectors.schema import SettingsError
from tenants.money import Money
from tests.contract.fixtures import fixture
from tests.contract.scenarios.base import LINES
from tests.contract.scenarios.payment import paid
from tests.contract.test_webhooks import reader
from tests.providers.asking import Asked, ask

PSP, LINK = "NR4TKX9H8Q2LMV65", "PL5A0C9E17B3D2486F"
TOKEN = json.dumps({"type": "scheme", "encryptedCardNumber": "adyenjs_0_1_25$n"})


def payment(**given: Any) -> Payment:
    return paid(**{name: given.pop(name) for name in ("authorized", "captured") if name in given})(
        {"provider_id": PSP, "token": TOKEN, **given}
    )


def adyen(operation: str, request: Payment, *answers: Any, **options: Any) -> Asked:
    return ask("adyen", operation, request, *answers, **options)


def answer(**fields: Any) -> tuple[int, dict[str, Any]]:
    body = fixture("adyen")["scenarios"]["authorise"]["exchanges"][0]["answer"]["body"]
    return 200, {**body, **fields}


def error(
    status: int, code: str = "702", headers: dict[str, str] | None = None, kind: str = "validation"
) -> Any:
    body = {"status": status, "errorCode": code, "message": "It did not work", "errorType": kind}
    return status, body, headers or {}


def values(**given: Any) -> Any:
    columns = {"bearer_token": "AQE1", "merchant_id": "NordStoreNO", "is_test": False}
    names = {"host", "is_test"} & set(given)
    columns |= {name: given.pop(name) for name in names}
    return Adyen.settings.compile(columns, given)


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ({}, ""),
        (
            {"LiveUrlPrefix": "1a2b-NordStore"},
            "https://1a2b-NordStore-checkout-live.adyenpayments.com/checkout",
        ),
        ({"LiveUrlPrefix": "1a2b-NordStore", "is_test": True}, ""),
        ({"host": "https://checkout-test.adyen.com"}, "https://checkout-test.adyen.com"),
        ({"host": "https://checkout-test.adyen.com/v71"}, "https://checkout-test.adyen.com"),
        (
            {"host": "https://1a2b-checkout-live.adyenpayments.com"},
            "https://1a2b-checkout-live.adyenpayments.com/checkout",
        ),
        (
            {"host": "https://1a2b-checkout-live.adyenpayments.com/checkout/v72/", "LiveUrlPrefix": "x"},
            "https://1a2b-checkout-live.adyenpayments.com/checkout",
        ),
    ],
)
def test_the_live_system_has_a_host_for_each_company(given: dict[str, Any], host: str) -> None:
    assert Adyen.own_host(values(**given)) == host


def test_a_prefix_is_no_address() -> None:
    with pytest.raises(SettingsError, match="the prefix alone"):
        values(LiveUrlPrefix="evil.example/")


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("10", "ISK", 1000),
        ("10", "CLP", 1000),
        ("10", "IDR", 10),
        ("10", "CVE", 10),
        ("10", "JPY", 10),
        ("1.234", "KWD", 1234),
        ("10.00", "NOK", 1000),
    ],
)
def test_units_of_currencies(amount: str, currency: str, units: int) -> None:
    money, provider = Money.of(amount, currency), reader("adyen")
    assert provider.minor(money) == units  # type: ignore[attr-defined]
    assert provider.money(units, currency) == money  # type: ignore[attr-defined]


def test_what_adyen_cannot_express_is_refused() -> None:
    with pytest.raises(Rejected, match="0 decimals"):
        reader("adyen").minor(Money.of("10.50", "IDR"))  # type: ignore[attr-defined]


def test_lines_whose_tax_adyen_cannot_express_stay_away() -> None:
    """Such as 11% of a price in rupiah, of which Adyen knows no hundredths."""
    line = replace(LINES[0], total=Money.of("10000", "IDR"), tax=Money.of("990.99", "IDR"))
    asked = adyen("authorize", payment(amount=Money.of("10000", "IDR"), lines=(line,)), answer())
    [body] = asked.bodies
    assert (body["amount"], "lineItems" in body) == ({"currency": "IDR", "value": 10000}, False)


@pytest.mark.parametrize("token", ["", "pm_card_visa", "[]", "{}", "null", "[" * 5000])
def test_a_token_that_is_none_is_refused_before_anything_is_sent(token: str) -> None:
    asked = adyen("authorize", payment(token=token), answer())
    assert isinstance(asked.error, Rejected)
    assert asked.sent == []


def test_the_shops_page_says_how_is_paid_and_never_how_much() -> None:
    client = {
        "paymentMethod": {"type": "scheme"},
        "browserInfo": {"userAgent": "x"},
        "amount": {"currency": "NOK", "value": 1},
        "merchantAccount": "Stranger",
        "reference": "another",
        "additionalData": {},
    }
    [body] = adyen("authorize", payment(token=json.dumps(client)), answer()).bodies
    assert body["amount"] == {"currency": "NOK", "value": 125000}
    assert (body["merchantAccount"], body["reference"]) == ("NordStoreNO", payment().reference)
    assert body["additionalData"] == {"manualCapture": "true"}
    assert body["browserInfo"] == {"userAgent": "x"}


def test_a_payment_needs_a_way_back() -> None:
    asked = adyen("authorize", payment(return_url=""), answer())
    assert isinstance(asked.error, Misconfigured)
    assert "ReturnUrl" in asked.outcome.message


def test_lines_that_do_not_add_up_are_left_out() -> None:
    [body] = adyen("authorize", payment(lines=LINES[:1]), answer()).bodies
    assert "lineItems" not in body


def test_details_finish_what_the_shopper_was_sent_away_for() -> None:
    token = json.dumps({"details": {"redirectResult": "Ab02"}, "paymentData": "p", "amount": 1})
    asked = adyen("authorize", payment(token=token), answer())
    assert asked.sent == [("POST", "/v72/payments/details")]
    assert asked.bodies == [{"details": {"redirectResult": "Ab02"}, "paymentData": "p"}]


@pytest.mark.parametrize(
    ("fields", "state", "authorized"),
    [
        ({"resultCode": "Authorised", "amount": None}, State.AUTHORIZED, "1250.00 NOK"),
        (
            {"resultCode": "PartiallyAuthorised", "amount": {"currency": "NOK", "value": 100}},
            State.AUTHORIZED,
            "1.00 NOK",
        ),
        ({"resultCode": "Received"}, State.PENDING, "None"),
        ({"resultCode": "Pending"}, State.PENDING, "None"),
        ({"resultCode": "Cancelled"}, State.CANCELLED, "None"),
        ({"resultCode": "Error"}, State.DECLINED, "None"),
        ({"resultCode": "AuthenticationFinished"}, State.UNKNOWN, "None"),
        ({"resultCode": "Success"}, State.UNKNOWN, "None"),
        ({"resultCode": "Splendid"}, State.UNKNOWN, "None"),
    ],
)
def test_result_codes(fields: dict[str, Any], state: State, authorized: str) -> None:
    result = adyen("authorize", payment(), answer(**fields)).result
    assert (result.state, str(result.authorized)) == (state, authorized)


@pytest.mark.parametrize(
    "fields",
    [
        {"pspReference": ""},
        {"resultCode": "PartiallyAuthorised", "amount": None},
        {"amount": {"currency": "NOK"}},
    ],
)
def test_an_authorisation_that_lacks_something_is_none(fields: dict[str, Any]) -> None:
    assert adyen("authorize", payment(), answer(**fields)).outcome.ending is Ending.UNKNOWN


def test_an_action_that_is_no_plain_link_is_for_adyens_own_code() -> None:
    for action in (
        {"type": "threeDS2", "paymentData": "x", "token": "y"},
        {"type": "redirect", "method": "POST", "url": "https://bank.example", "data": {"PaReq": "x"}},
    ):
        result = adyen("authorize", payment(), answer(resultCode="ChallengeShopper", action=action)).result
        assert (result.state, result.redirect_url) == (State.PENDING, "")
        assert json.loads(result.client_secret.reveal()) == action


@pytest.mark.parametrize("operation", ["capture", "refund"])
@pytest.mark.parametrize("known_as", ["", LINK, "5f0c1d7a9b2e4c63a1f08d4be2713f55"])
def test_what_the_shopper_has_not_paid_is_neither_captured_nor_refunded(
    operation: str, known_as: str
) -> None:
    asked = adyen(operation, payment(provider_id=known_as), answer())
    assert isinstance(asked.error, Rejected)
    assert asked.sent == []


def test_a_payment_that_adyen_has_not_named_yet_is_cancelled_by_our_reference() -> None:
    reference = payment().reference
    taken_on = {"status": "received", "pspReference": "XK5V2NQ7L4M8GC93"}
    asked = adyen("cancel", payment(provider_id=reference), (201, taken_on))
    assert asked.sent == [("POST", "/v72/cancels")]
    assert asked.bodies[0]["paymentReference"] == reference
    assert asked.result.state is State.PENDING


def test_an_id_that_only_begins_like_a_link_is_a_payment() -> None:
    taken_on = {"status": "received", "pspReference": "XK5V2NQ7L4M8GC93"}
    asked = adyen("cancel", payment(provider_id="PL4TKX9H8Q2LMV65"), (201, taken_on))
    assert asked.sent == [("POST", "/v72/payments/PL4TKX9H8Q2LMV65/cancels")]


def test_a_link_that_was_paid_meanwhile_is_not_cancelled() -> None:
    link = fixture("adyen")["scenarios"]["session"]["exchanges"][0]["answer"]["body"]
    asked = adyen("cancel", payment(provider_id=LINK), error(422), (200, {**link, "status": "completed"}))
    assert isinstance(asked.error, Rejected)
    asked = adyen("cancel", payment(provider_id=LINK), error(422), (200, {**link, "status": "expired"}))
    assert asked.result.state is State.CANCELLED


def test_a_word_that_is_not_known_is_no_success() -> None:
    body = {"status": "done", "pspReference": "CQ7M2VXN4T8WPL39"}
    result = adyen("capture", payment(authorized=payment().amount), (201, body)).result
    assert (result.state, result.raw_state) == (State.UNKNOWN, "done")


def test_adyen_cannot_be_asked() -> None:
    provider = reader("adyen")
    for operation in ("authorize", "create_session", "capture", "cancel", "refund"):
        for known_as in ("", PSP, LINK):
            settled = provider.settle(operation, payment(provider_id=known_as))
            assert settled is None
            assert not isinstance(settled, NotExecuted)
    assert adyen("status", payment(), answer()).sent == []
    assert "find" not in Adyen.operations()


@pytest.mark.parametrize(
    ("told", "write", "read"),
    [
        (error(400), Rejected, Rejected),
        (error(422, "130"), Rejected, Rejected),
        (error(401, "000", kind="security"), Misconfigured, Misconfigured),
        (error(403, "901", kind="security"), Misconfigured, Misconfigured),
        (error(422, "901", kind="security"), Misconfigured, Misconfigured),
        (error(500, "905_1", kind="configuration"), Misconfigured, Misconfigured),
        (error(500, "99_500", kind="internal"), Unknown, RetryLater),
        (error(422, "704"), Unknown, RetryLater),
        (error(422, "702", {"Transient-Error": "true"}), Unknown, RetryLater),
        (error(422, "702", {"Transient-Error": "false"}), Rejected, Rejected),
        (error(429), RetryLater, RetryLater),
        (error(503), Unknown, RetryLater),
    ],
)
def test_kinds_of_errors(told: Any, write: type[ProviderError], read: type[ProviderError]) -> None:
    assert type(adyen("capture", payment(authorized=payment().amount), told).error) is write
    found = adyen("status", payment(provider_id=LINK), told).error
    assert type(found) is read
    assert found.message == "It did not work"


def test_what_happens_after_a_lost_answer() -> None:
    assert care(Adyen) == "repeated under its key, then a person decides"


def test_the_check_is_about_this_merchant_account() -> None:
    provider = reader("adyen")
    assert provider.check_body() == {"merchantAccount": "NordStoreNO"}
    provider.read_check({"paymentMethods": []})
    for body in (None, [], {}, {"other": 1}):
        with pytest.raises(Misconfigured):
            provider.read_check(body)


def test_the_guide_names_every_event() -> None:
    assert [code for code in (*EVENTS, *ALERTS, "CANCEL_OR_REFUND") if code not in GUIDE] == []


def inbound(*items: dict[str, Any], live: str = "false") -> Inbound:
    base = fixture("adyen")["webhooks"][0]["body"]["notificationItems"][0]["NotificationRequestItem"]
    wrapped = [{"NotificationRequestItem": {**base, **item}} for item in items]
    body = json.dumps({"live": live, "notificationItems": wrapped}).encode()
    return Inbound(method="POST", url="https://hub.example/", headers={}, body=body, received_at=0)


def read(*items: dict[str, Any], live: str = "false") -> list[Any]:
    found: list[Any] = reader("adyen").read_webhook(inbound(*items, live=live))  # type: ignore[attr-defined]
    return found


def test_each_item_can_be_read_again_from_its_own_body() -> None:
    whole = read({"success": "false"}, {"pspReference": "AB4TKX9H8Q2LMV65"}, {"eventCode": "EXPIRE"})
    for event in whole:
        [alone] = reader("adyen").read_webhook(replace(inbound(), body=event.body))  # type: ignore[attr-defined]
        assert alone == event
    assert len({event.id for event in whole}) == 3


def test_what_the_other_system_sends_is_refused() -> None:
    with pytest.raises(Misconfigured, match="live system"):
        read({}, live="true")


@pytest.mark.parametrize("code", ["CAPTURE_FAILED", "REFUND_FAILED", "EXPIRE", "AUTHORISATION_ADJUSTMENT"])
def test_a_failure_of_what_cannot_fail_moves_nothing(code: str) -> None:
    [event] = read({"eventCode": code, "success": "false", "originalReference": PSP})
    assert not isinstance(event, PaymentEvent)


def test_a_reversal_that_does_not_say_what_it_was_is_for_people() -> None:
    for extra in (None, {}, {"modification.action": "other"}):
        [event] = read({"eventCode": "CANCEL_OR_REFUND", "originalReference": PSP, "additionalData": extra})
        assert not isinstance(event, PaymentEvent)
        assert "does not tell whether" in event.data["alert"]


@pytest.mark.parametrize(
    "item",
    [
        {"amount": {"currency": "NOK", "value": -1}},
        {"amount": {"currency": "NOK", "value": "100"}},
        {"amount": {"currency": "nok!", "value": 100}},
        {"success": True},
        {"pspReference": ""},
        {"eventCode": "CAPTURE"},
        {"merchantReference": ["x"]},
    ],
)
def test_an_item_that_makes_no_sense_is_refused_in_words(item: dict[str, Any]) -> None:
    with pytest.raises(Rejected, match="cannot be read"):
        read(item)

"""What only Klarna does: lines that add up, regions, the words of its errors, orders that contradict themselves."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connectors import registry
from connectors.calls import Ending
from connectors.client.answer import HttpAnswer
from connectors.contracts.base import Inbound
from connectors.contracts.common import Address, Line
from connectors.contracts.payment import Payment, State
from connectors.errors import Misconfigured, ProviderError, ReadBack, Rejected, RetryLater, Unknown
from connectors.providers.klarna import Klarna
from connectors.providers.klarna.bodies import address, locale, order_lines
from connectors.sandbox.klarna.checking import check_order
from connectors.trial import check
from tenants.models import Tenant
from tenants.money import Money
from tests.contract.fixtures import fixture
from tests.contract.scenarios.base import LINES, nok
from tests.contract.scenarios.payment import paid
from tests.contract.test_webhooks import reader
from tests.factories.connectors import publish_connector
from tests.factories.tenants import TenantFactory
from tests.providers.asking import Asked, Says, ask

ORDER = fixture("klarna")["scenarios"]["status"]["exchanges"][0]["answer"]["body"]


def minor(money: Money) -> int:
    return money.minor


def line(**changes: Any) -> Line:
    return replace(LINES[1], **changes)


def body_of(payment: Payment) -> Any:
    """What a session is asked for, which the simulator has found to add up."""
    asked = ask("klarna", "create_session", payment, (400, {}), public_url="https://hub.example/webhooks/t/")
    check_order(asked.bodies[0])
    return asked.bodies[0]


def status(**order: Any) -> Asked:
    return ask("klarna", "status", paid()({"provider_id": "o1"}), (200, {**ORDER, **order}))


@pytest.mark.parametrize(
    ("amount", "name", "kind", "rest"),
    [
        ("1299.00", "Shipping and other charges", "surcharge", 4900),
        ("1000.00", "Discounts and other payments", "discount", -25000),
    ],
)
def test_one_line_takes_up_what_the_lines_leave(amount: str, name: str, kind: str, rest: int) -> None:
    last = body_of(paid(nok(amount))({}))["order_lines"][-1]
    assert (last["name"], last["type"], last["total_amount"]) == (name, kind, rest)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"quantity": Decimal("1.5"), "total": nok("378.00")}, ("1.5 x Socks", 1, 37800, 0)),
        ({"discount": nok("52.00"), "total": nok("200.00")}, ("Socks", 1, 25200, 5200)),
        ({"unit_price": nok("251.99")}, ("1 x Socks", 1, 25200, 0)),
        ({"name": "", "tax": nok("0")}, ("SOCK-42", 1, 25200, 0)),
        (
            {"quantity": Decimal("-1"), "total": nok("-252.00"), "tax": nok("-50.40")},
            ("-1 x Socks", 1, -25200, 0),
        ),
    ],
)
def test_every_line_multiplies_out(given: dict[str, Any], wanted: tuple[Any, ...]) -> None:
    lines = (LINES[0], line(**given))
    body = body_of(paid()({"lines": lines}))
    sent = body["order_lines"][1]
    told = tuple(sent[name] for name in ("name", "quantity", "unit_price", "total_discount_amount"))
    assert told == wanted


def test_too_many_lines_and_none_are_one() -> None:
    for lines in ((), LINES * 500):
        [only] = order_lines(paid()({"lines": lines}), minor)
        assert (only["name"], only["total_amount"]) == ("Order 100234", 125000)


def test_callbacks_come_to_the_connector_s_own_address() -> None:
    session = {"session_id": "s1", "client_token": "t1"}
    page = {"session_id": "p1", "redirect_url": "https://pay.example/"}
    url = "https://hub.example/webhooks/t/"
    asked = ask(
        "klarna", "create_session", paid()({"cancel_url": ""}), (200, session), (201, page), public_url=url
    )
    assert asked.bodies[0]["merchant_urls"]["notification"] == url
    assert asked.bodies[1]["merchant_urls"]["status_update"] == url
    assert asked.bodies[1]["merchant_urls"]["cancel"] == "https://shop.example/thanks"


def test_without_a_country_nothing_is_sent() -> None:
    asked = ask("klarna", "create_session", paid()({"billing": Address(name="Kari")}), (200, {}))
    assert (asked.sent, "country of the billing address" in asked.outcome.message) == ([], True)


def test_words_that_klarna_takes() -> None:
    assert (locale("nb-NO", "SE"), locale("nb", "NO"), locale("", "NO"), locale("no-bok", "NO")) == (
        *("nb-NO", "nb-NO", "", ""),
    )
    found = address(Address(name="Prince", postal_code="SW1A 1AA-long", country="GB"))
    assert found == {"family_name": "Prince", "postal_code": "SW1A 1AA-l", "country": "GB"}


@pytest.mark.parametrize(
    ("order", "state", "raw_state"),
    [
        ({"fraud_status": "PENDING"}, State.PENDING, "AUTHORIZED (PENDING)"),
        ({"fraud_status": "MAYBE"}, State.UNKNOWN, "AUTHORIZED (MAYBE)"),
        ({"status": "PART_CAPTURED"}, State.UNKNOWN, "PART_CAPTURED"),
        ({"status": "CLOSED", "remaining_authorized_amount": 0}, State.CANCELLED, "CLOSED"),
        (
            {"status": "CLOSED", "captured_amount": 125000, "remaining_authorized_amount": 0},
            State.CAPTURED,
            "CLOSED",
        ),
        (
            {"status": "EXPIRED", "captured_amount": 40000, "remaining_authorized_amount": 0},
            State.CAPTURED,
            "EXPIRED",
        ),
    ],
)
def test_where_an_order_stands(order: dict[str, Any], state: State, raw_state: str) -> None:
    result = status(**order).result
    assert (result.state, result.raw_state) == (state, raw_state)
    assert (result.authorized is None) is (state not in {State.CAPTURED, State.AUTHORIZED})


def test_a_lowered_amount_has_released_the_difference() -> None:
    result = status(order_amount=100000, remaining_authorized_amount=100000).result
    assert (result.authorized, result.cancelled) == (nok("1250.00"), nok("250.00"))


def test_our_reference_is_that_of_the_order() -> None:
    """A callback may name the page of one payment and the order of another."""
    page = {"session_id": "p1", "status": "COMPLETED", "order_id": ORDER["order_id"]}
    [hint] = reader("klarna").read_webhook(  # type: ignore[attr-defined]
        _inbound(b'{"event_id": "e1", "session": {"session_id": "p1", "status": "FAILED", "order_id": "x"}}')
    )
    [event] = ask("klarna", "confirm", hint, (200, page), (200, ORDER)).result
    assert (event.reference, event.result.replaces) == (ORDER["merchant_reference2"], "hpp:p1")
    assert (event.state, event.result.authorized) == (State.AUTHORIZED, nok("1250.00"))


def test_a_page_that_is_completed_before_its_order_can_be_read_is_asked_again_later() -> None:
    """The hint comes once; taken as read, the payment would wait for ever."""
    [hint] = reader("klarna").read_webhook(  # type: ignore[attr-defined]
        _inbound(b'{"event_id": "e1", "session": {"session_id": "p1", "status": "COMPLETED"}}')
    )
    page = {"session_id": "p1", "status": "COMPLETED", "expires_at": "2099-01-01T00:00:00Z"}
    asked = ask("klarna", "confirm", hint, (200, page))
    assert isinstance(asked.error, RetryLater)


def _inbound(body: bytes) -> Any:
    return Inbound("POST", "https://hub.example/", {}, body, 0)


@pytest.mark.parametrize(
    ("http", "code", "kinds"),
    [
        (403, "CAPTURE_NOT_ALLOWED", (ReadBack, ReadBack)),
        (403, "REFUND_NOT_ALLOWED", (ReadBack, ReadBack)),
        (403, "CANCEL_NOT_ALLOWED", (ReadBack, ReadBack)),
        (403, "NOT_ALLOWED", (ReadBack, ReadBack)),
        (409, "CONFLICT", (ReadBack, ReadBack)),
        (403, "PAYMENT_METHOD_FAILED", (Rejected, Rejected)),
        (400, "BAD_VALUE", (Rejected, Rejected)),
        (404, "NO_SUCH_ORDER", (Rejected, Rejected)),
        (413, "REQUEST_TOO_LARGE", (Rejected, Rejected)),
        (422, "UNPROCESSABLE_ENTITY", (Rejected, Rejected)),
        (401, "", (Misconfigured, Misconfigured)),
        (403, "", (Misconfigured, Misconfigured)),
        (429, "TOO_MANY_REQUESTS", (RetryLater, RetryLater)),
        (500, "INTERNAL_SERVER_ERROR", (Unknown, RetryLater)),
        (503, "TEMPORARILY_UNAVAILABLE", (Unknown, RetryLater)),
    ],
)
def test_errors(http: int, code: str, kinds: tuple[type[ProviderError], ...]) -> None:
    body = {"error_code": code, "error_message": "It did not work", "correlation_id": "c-1"} if code else {}
    answer = HttpAnswer(http, {"X-Ratelimit-Reset": "7"}, json.dumps(body).encode())
    found = [reader("klarna").classify(answer, writes) for writes in (True, False)]
    assert tuple(map(type, found)) == kinds
    for error in found:
        assert error is not None
        assert error.retry_after == (7 if http == 429 else None)
        assert ("It did not work (correlation id c-1)" in error.message) is bool(code)


def test_a_card_that_fails_at_the_capture_is_a_refusal() -> None:
    refused = {"error_code": "PAYMENT_METHOD_FAILED", "error_messages": ["Declined"], "correlation_id": "c"}
    request = paid(authorized=nok("1250.00"))({"provider_id": "o1"})
    asked = ask("klarna", "capture", request, (403, refused))
    assert (asked.outcome.ending, len(asked.sent)) == (Ending.FAILED, 1)


def test_a_capture_without_an_id_is_no_success() -> None:
    request = paid(authorized=nok("1250.00"))({"provider_id": "o1"})
    for answer in ((200, {"capture_id": "c1"}), (201, None), (204, None)):
        assert ask("klarna", "capture", request, answer).outcome.ending is Ending.UNKNOWN


@pytest.mark.parametrize(
    ("region", "is_test", "host"),
    [
        ("", False, "https://api.klarna.com"),
        ("Europe", True, "https://api.playground.klarna.com"),
        ("north america", False, "https://api-na.klarna.com"),
        ("North America", True, "https://api-na.playground.klarna.com"),
        ("Oceania", True, "https://api-oc.playground.klarna.com"),
    ],
)
@pytest.mark.django_db
def test_the_region_decides_the_host(tenant: Tenant, region: str, is_test: bool, host: str) -> None:
    config = publish_connector(
        tenant, "klarna", is_test=is_test, merchant_id="K1_x", bearer_token="s", properties={"Region": region}
    )
    assert (config.problem, config.host) == ("", host)


@pytest.mark.django_db
def test_a_base_url_of_its_own_is_kept(tenant: Tenant) -> None:
    config = publish_connector(
        tenant,
        "klarna",
        host="https://api.payments.example/klarna/",
        merchant_id="K1_x",
        bearer_token="s",
        properties={"Region": "Oceania"},
    )
    assert config.host == "https://api.payments.example/klarna"


def test_the_name_of_older_set_ups_is_taken() -> None:
    assert {"Klarna", "KlarnaCheckout"} <= set(registry.names_of(Klarna))
    assert "Checkout API" in Klarna.guide


@pytest.mark.parametrize(
    ("answer", "passes"),
    [((404, {"error_code": "NOT_FOUND"}), True), ((401, None), False), ((403, {}), False), ((200, {}), True)],
)
@pytest.mark.django_db(transaction=True)
def test_the_test_button(tenant: Tenant, settings: Any, answer: tuple[int, Any], passes: bool) -> None:
    with Says(answer) as server:
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1:{server.port}"]
        config = publish_connector(
            tenant, "klarna", host=server.url, is_test=True, merchant_id="PK1_x", bearer_token="secret-0123"
        )
        if passes:
            check(config)
        else:
            with pytest.raises(Misconfigured):
                check(config)
    assert server.requests[0].headers["authorization"] == "Basic UEsxX3g6c2VjcmV0LTAxMjM="


@pytest.fixture
def tenant() -> Any:
    return TenantFactory()

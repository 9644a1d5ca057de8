"""PayPal: amounts, what is sent, what states and errors come to, and what is never guessed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import CallContext, CallSpec, Ending, Prepared
from connectors.client import EgressPolicy, Ports, open_door
from connectors.client.answer import HttpAnswer
from connectors.contracts.base import NotExecuted
from connectors.contracts.payment import Payment, State
from connectors.errors import Misconfigured, ReadBack, Rejected, RetryLater, Unknown
from connectors.providers.paypal import Paypal
from connectors.providers.paypal.words import locale
from tenants.money import Money
from tests.contract.bench import connector
from tests.contract.fixtures import fixture
from tests.contract.scenarios.base import LINES, nok
from tests.contract.scenarios.payment import paid
from tests.contract.test_webhooks import reader
from tests.providers.asking import Asked, Says, ask

ORDER, TOKEN = "4NS72310RD8841907", (200, {"access_token": "A21", "expires_in": 32400})


def payment(**given: Any) -> Payment:
    totals = {name: given.pop(name) for name in ("authorized", "captured") if name in given}
    return paid(**totals)({"provider_id": ORDER, **given})


def paypal(operation: str, request: Payment, *answers: Any, **options: Any) -> Asked:
    """The login comes first; it is not among what is looked at."""
    asked = ask("paypal", operation, request, TOKEN, *answers, **options)
    asked.server.requests.pop(0)
    return asked


def order(status: str = "COMPLETED", **unit: Any) -> tuple[int, dict[str, Any]]:
    """The recorded order; `unit` are fields of its purchase unit."""
    recorded = fixture("paypal")["scenarios"]["authorise"]["exchanges"][0]["answer"]["body"]
    return 200, {**recorded, "status": status, "purchase_units": [{**recorded["purchase_units"][0], **unit}]}


def piece(name: str, **fields: Any) -> dict[str, Any]:
    """The recorded authorisation, capture or refund."""
    found = {
        "authorization": ("status", "authorizations"),
        "capture": ("timeout then status", "captures"),
    }
    if name == "refund":
        body = fixture("paypal")["scenarios"]["refund"]["exchanges"][1]["answer"]["body"]
        return {**body, **fields}
    scenario, kind = found[name]
    body = fixture("paypal")["scenarios"][scenario]["exchanges"][-1]["answer"]["body"]
    return {**body["purchase_units"][0]["payments"][kind][0], **fields}


def held(*captures: Mapping[str, Any], refunds: Any = (), **authorization: Any) -> tuple[int, dict[str, Any]]:
    payments = {"authorizations": [piece("authorization", **authorization)]}
    payments |= {"captures": list(captures), "refunds": list(refunds)}
    return order(payments=payments)


def error(status: int, issue: str, **fields: str) -> tuple[int, dict[str, Any]]:
    return status, {"name": "UNPROCESSABLE_ENTITY", "details": [{"issue": issue, **fields}]}


@pytest.mark.parametrize(
    ("amount", "currency", "value"),
    [("1250.00", "NOK", "1250.00"), ("1250", "JPY", "1250"), ("1250", "HUF", "1250"), ("80", "TWD", "80")],
)
def test_amounts_both_ways(amount: str, currency: str, value: str) -> None:
    money = Money.of(amount, currency)
    asked = paypal("create_session", payment(provider_id="", amount=money, lines=()), order("CREATED"))
    assert asked.bodies[0]["purchase_units"][0]["amount"] == {"currency_code": currency, "value": value}
    told = {"currency_code": currency, "value": value}
    status = paypal(
        "status",
        payment(),
        order(amount=told, payments={"authorizations": [piece("authorization", amount=told)]}),
    )
    assert status.result.authorized == money


@pytest.mark.parametrize(("amount", "currency"), [("12.50", "HUF"), ("0.50", "TWD"), ("1.234", "KWD")])
def test_what_paypal_cannot_express_is_not_sent(amount: str, currency: str) -> None:
    asked = ask("paypal", "create_session", payment(provider_id="", amount=Money.of(amount, currency)), TOKEN)
    assert isinstance(asked.error, Rejected)
    assert currency in asked.error.message
    assert asked.sent == []


def test_prices_that_paypal_cannot_express_are_not_shown() -> None:
    money = {"unit_price": Money.of("1234.50", "HUF"), "total": Money.of("2469", "HUF")}
    lines = (replace(LINES[0], quantity=Decimal(2), **money),)
    request = payment(provider_id="", amount=Money.of("2469", "HUF"), lines=lines)
    asked = paypal("create_session", request, order("CREATED"))
    unit = asked.bodies[0]["purchase_units"][0]
    assert (unit["amount"], "items" in unit) == ({"currency_code": "HUF", "value": "2469"}, False)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        LINES[:1],
        (replace(LINES[0], quantity=Decimal("1.5")), LINES[1]),
        (replace(LINES[0], unit_price=nok("500.00")), LINES[1]),
        (replace(LINES[0], name=""), LINES[1]),
    ],
)
def test_lines_are_shown_only_where_they_add_up(lines: Any) -> None:
    asked = paypal("create_session", payment(provider_id="", lines=lines), order("CREATED"))
    [unit] = asked.bodies[0]["purchase_units"]
    assert unit["amount"] == {"currency_code": "NOK", "value": "1250.00"}
    assert "items" not in unit


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nb-NO", "no-NO"),
        ("nn", "no-NO"),
        ("sv", "sv-SE"),
        ("de-AT", "de-AT"),
        ("", ""),
        ("tlh", ""),
        ("en-gb", "en-GB"),
    ],
)
def test_languages(language: str, expected: str) -> None:
    assert locale(language) == expected


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (order("CREATED"), State.PENDING),
        (order("APPROVED"), State.PENDING),
        (order("VOIDED"), State.CANCELLED),
        (order("COMPLETED"), State.UNKNOWN),
        (order("SOMETHING_NEW"), State.UNKNOWN),
        (held(status="CREATED"), State.AUTHORIZED),
        (held(status="PENDING"), State.PENDING),
        (held(status="DENIED"), State.DECLINED),
        (held(status="VOIDED", update_time="2026-11-20T13:00:00Z"), State.CANCELLED),
        (held(status="VOIDED", update_time="2026-12-19T10:00:08Z"), State.EXPIRED),
        (held(status="CAPTURED"), State.UNKNOWN),
        (held(piece("capture", status="PENDING"), status="CAPTURED"), State.PENDING),
        (held(piece("capture", status="DECLINED"), status="CREATED"), State.AUTHORIZED),
        (held(piece("capture"), status="CAPTURED"), State.CAPTURED),
        (held(piece("capture", status="REFUNDED"), refunds=[piece("refund")]), State.REFUNDED),
        (held(piece("capture", status="SHAKEN")), State.UNKNOWN),
        (held(piece("capture"), refunds=[piece("refund", status="STIRRED")]), State.UNKNOWN),
    ],
)
def test_states(answer: Any, state: State) -> None:
    assert paypal("status", payment(), answer).result.state is state


@pytest.mark.parametrize(
    ("issue", "status", "writing", "reading"),
    [
        ("AUTHORIZATION_ALREADY_CAPTURED", 422, ReadBack, ReadBack),
        ("PREVIOUSLY_VOIDED", 422, ReadBack, ReadBack),
        ("MAX_CAPTURE_AMOUNT_EXCEEDED", 422, Rejected, Rejected),
        ("AUTHORIZATION_EXPIRED", 422, Rejected, Rejected),
        ("PREVIOUS_REQUEST_IN_PROGRESS", 409, Unknown, Unknown),
        ("PERMISSION_DENIED", 403, Misconfigured, Misconfigured),
        ("PAYEE_ACCOUNT_RESTRICTED", 422, Misconfigured, Misconfigured),
        ("INVALID_RESOURCE_ID", 404, Rejected, Rejected),
        ("SOMETHING_NEW", 500, Unknown, RetryLater),
    ],
)
def test_errors(issue: str, status: int, writing: Any, reading: Any) -> None:
    answer = HttpAnswer(status, {}, json.dumps(error(status, issue)[1]).encode())
    kinds = [type(reader("paypal").classify(answer, writes)) for writes in (True, False)]
    assert kinds == [writing, reading]


def test_an_error_names_the_field_and_paypals_debug_id() -> None:
    told = error(422, "DECIMAL_PRECISION", description="Two decimals at most.", field="/amount/value")
    told[1]["debug_id"] = "f00d"
    asked = paypal("status", payment(), told)
    assert asked.error.message == "Two decimals at most. (/amount/value) (PayPal's debug id f00d)"


def test_an_id_cannot_lead_elsewhere() -> None:
    asked = paypal("status", payment(provider_id="X/capture?x=1"), order())
    assert asked.sent == [("GET", "/v2/checkout/orders/X%2Fcapture%3Fx%3D1")]


def test_a_declined_capture_is_no_success() -> None:
    refused = piece("capture", status="DECLINED", status_details={"reason": "DECLINED_BY_RISK"})
    asked = paypal("capture", payment(authorized=nok("1250.00")), held(), (201, refused))
    assert isinstance(asked.error, Rejected)
    assert "DECLINED_BY_RISK" in asked.error.message


MARK = "5f0c1d7a9b2e4c63a1f08d4be2713f55.0.40000"
FOREIGN = piece("refund", id="R1", custom_id="theirs", amount={"currency_code": "NOK", "value": "400.00"})
OURS = {**FOREIGN, "custom_id": MARK}


@pytest.mark.parametrize(
    ("operation", "answer", "settled"),
    [
        ("capture", held(), "not executed"),
        (
            "capture",
            held(piece("capture", invoice_id="100234-5f0c1d7a-0", amount=OURS["amount"])),
            "executed",
        ),
        ("capture", held(piece("capture", invoice_id="other", amount=OURS["amount"])), "executed"),
        (
            "capture",
            held(piece("capture", invoice_id="other", amount={"currency_code": "NOK", "value": "10.00"})),
            "unclear",
        ),
        ("capture", held(piece("capture", invoice_id="other", status="PENDING")), "unclear"),
        ("capture", held(piece("capture", status="DECLINED")), "not executed"),
        ("refund", held(piece("capture")), "not executed"),
        ("refund", held(piece("capture"), refunds=[OURS]), "executed"),
        ("refund", held(piece("capture"), refunds=[{**OURS, "status": "PENDING"}]), "executed"),
        ("refund", held(piece("capture"), refunds=[{**OURS, "status": "FAILED"}]), "not executed"),
        ("refund", held(piece("capture"), refunds=[{**FOREIGN, "status": "PENDING"}]), "unclear"),
        ("refund", held(piece("capture"), refunds=[FOREIGN]), "executed"),
        ("cancel", held(), "not executed"),
        ("cancel", held(status="VOIDED"), "executed"),
        ("authorize", order("APPROVED"), "not executed"),
        ("authorize", held(), "executed"),
        ("authorize", held(status="PENDING"), "executed"),
    ],
)
def test_what_was_executed_is_told_by_the_order_alone(operation: str, answer: Any, settled: str) -> None:
    """Nothing is guessed: what fits neither goes to a person."""
    request = payment(amount=nok("400.00"), authorized=nok("1250.00"))
    assert settle(operation, request, answer) == settled


def settle(operation: str, request: Payment, answer: Any) -> str:
    with Says(TOKEN, answer) as server:
        config = connector("paypal", host=server.url)
        spec = CallSpec(connector=config, operation=operation, subject="it", request=request)
        prepared = Prepared(spec=spec, context=CallContext(), deadline_s=10)
        ports = Ports(events=[].append, egress=EgressPolicy.parse([f"127.0.0.1:{server.port}"]))
        found = Paypal(config, open_door(config, ports, prepared, None)).settle(operation, request)
    if found is None:
        return "unclear"
    return "not executed" if isinstance(found, NotExecuted) else "executed"


def test_an_order_whose_id_was_lost_is_opened_anew() -> None:
    asked = paypal("create_session", payment(provider_id=""), order("CREATED"), uncertain=True)
    assert (asked.outcome.ending, len(asked.sent)) == (Ending.SUCCEEDED, 1)


def test_the_check_knows_the_webhook() -> None:
    provider = reader("paypal")
    provider.read_check({"webhooks": [{"id": "3NS44820WK916573U"}]})
    with pytest.raises(Misconfigured, match="WebhookId names no webhook"):
        provider.read_check({"webhooks": [{"id": "another"}]})
    with pytest.raises(Rejected, match="cannot be read"):
        provider.read_check([])


def test_windows() -> None:
    carrier = Paypal.idempotency
    assert [carrier.hours(name) for name in ("create_session", "authorize", "capture", "refund")] == [
        6,
        6,
        1080,
        1080,
    ]

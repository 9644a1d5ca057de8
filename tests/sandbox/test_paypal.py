"""PayPal: logins, orders, what it refuses, request ids, and signed webhooks with their certificate."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from connectors.sandbox import Sandbox
from tests.contract.published import description, specs
from tests.sandbox.callers import PaypalCaller, Reply, until
from tests.sandbox.receiver import Receiver

ORDERS = "v2/checkout/orders"


def issue(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.json["details"][0]["issue"]


def approve(sandbox: Sandbox, order: str, instrument: str = "") -> Any:
    return sandbox.control("POST", f"paypal/pay/{order}", {"instrument": instrument})


def test_logging_in(sandbox: Sandbox, paypal: PaypalCaller) -> None:
    assert paypal.login(secret="").json["error"] == "invalid_client"
    assert paypal.login().json["token_type"] == "Bearer"
    assert paypal.create().status == 201
    sandbox.control("POST", "paypal/expire_tokens")
    assert paypal.create().status == 401
    assert sandbox.ledger() == []


def test_a_life_in_parts(sandbox: Sandbox, paypal: PaypalCaller) -> None:
    order = paypal.create().json
    assert (order["status"], order["links"][1]["rel"]) == ("CREATED", "approve")
    path = f"{ORDERS}/{order['id']}"
    assert issue(paypal.send("POST", f"{path}/authorize", {})) == (422, "ORDER_NOT_APPROVED")
    assert approve(sandbox, order["id"])["status"] == "APPROVED"
    made = paypal.send("POST", f"{path}/authorize", {}).json
    [held] = made["purchase_units"][0]["payments"]["authorizations"]
    assert (made["status"], held["status"], held["custom_id"]) == ("COMPLETED", "CREATED", "r1")
    assert issue(paypal.send("POST", f"{path}/authorize", {})) == (422, "ORDER_ALREADY_AUTHORIZED")
    first = paypal.capture(held["id"], "60.00").json
    assert issue(paypal.capture(held["id"], "40.01")) == (422, "MAX_CAPTURE_AMOUNT_EXCEEDED")
    assert paypal.send("POST", f"v2/payments/authorizations/{held['id']}/void").json["status"] == "VOIDED"
    assert issue(paypal.send("POST", f"v2/payments/authorizations/{held['id']}/void")) == (
        422,
        "PREVIOUSLY_VOIDED",
    )
    assert issue(paypal.capture(held["id"], "1.00")) == (422, "AUTHORIZATION_VOIDED")
    refund = paypal.refund(first["id"], "20.00").json
    assert (refund["status"], refund["links"][1]["href"].rpartition("/")[2]) == ("COMPLETED", first["id"])
    assert issue(paypal.refund(first["id"], "40.01")) == (422, "REFUND_AMOUNT_EXCEEDED")
    assert paypal.refund(first["id"]).json["amount"]["value"] == "40.00"
    assert issue(paypal.refund(first["id"])) == (422, "CAPTURE_FULLY_REFUNDED")
    assert paypal.send("GET", f"v2/payments/captures/{first['id']}").json["status"] == "REFUNDED"
    assert [(entry["operation"], entry["amount_minor"]) for entry in sandbox.ledger()] == [
        *(("authorize", 10000), ("capture", 6000), ("cancel", 4000), ("refund", 2000), ("refund", 4000))
    ]
    assert sandbox.doubles() == []


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ({"amount": {"currency_code": "NOK", "value": "1.005"}}, (422, "DECIMAL_PRECISION")),
        ({"amount": {"currency_code": "JPY", "value": "1.00"}}, (422, "DECIMALS_NOT_SUPPORTED")),
        ({"amount": {"currency_code": "KWD", "value": "1.00"}}, (422, "INVALID_CURRENCY_CODE")),
        ({"amount": {"currency_code": "NOK", "value": "0.00"}}, (422, "CANNOT_BE_ZERO_OR_NEGATIVE")),
        ({"amount": {"currency_code": "NOK", "value": "-1.00"}}, (400, "INVALID_PARAMETER_SYNTAX")),
        ({"amount": {}}, (400, "MISSING_REQUIRED_PARAMETER")),
        ({"custom_id": "x" * 128}, (400, "INVALID_STRING_LENGTH")),
        ({"colour": "red"}, (400, "INVALID_PARAMETER_SYNTAX")),
    ],
)
def test_orders_that_are_refused(paypal: PaypalCaller, unit: Any, expected: tuple[int, str]) -> None:
    assert issue(paypal.create(**unit)) == expected


def test_a_request_id_gives_what_became_of_its_first_request(sandbox: Sandbox, paypal: PaypalCaller) -> None:
    first, again = paypal.create(key="k1"), paypal.create(value="7.00", key="k1")
    assert (first.status, again.status, again.json["id"]) == (201, 200, first.json["id"])
    _, authorization = paypal.authorized()
    captured = paypal.capture(authorization, "40.00", key="k2").json
    refund = paypal.refund(captured["id"], "10.00", key="k3").json
    latest = paypal.capture(authorization, "40.00", key="k2")
    assert (latest.json["id"], latest.json["status"]) == (captured["id"], "PARTIALLY_REFUNDED")
    assert issue(paypal.refund(captured["id"], key="k2")) == (422, "DUPLICATE_REQUEST_ID")
    assert paypal.refund(captured["id"], "10.00", key="k3").json["id"] == refund["id"]
    assert [entry["operation"] for entry in sandbox.ledger()] == ["authorize", "capture", "refund"]
    sandbox.control("POST", "paypal/forget_keys")
    assert paypal.capture(authorization, "40.00", key="k2").json["id"] != captured["id"]
    assert [double["rule"] for double in sandbox.doubles()] == [
        "executed more than once",
        "one idempotency key executed twice",
    ]


def test_a_refused_request_does_not_use_its_id_up(sandbox: Sandbox, paypal: PaypalCaller) -> None:
    _, authorization = paypal.authorized()
    assert paypal.capture(authorization, "400.00", key="k1").status == 422
    sandbox.faults(status=500)
    assert paypal.capture(authorization, "40.00", key="k1").status == 500
    sandbox.faults(status_after_effect=500)
    assert paypal.capture(authorization, "40.00", key="k1").status == 500
    assert paypal.capture(authorization, "40.00", key="k1").status == 200
    assert [entry["operation"] for entry in sandbox.ledger()] == ["authorize", "capture"]


def test_one_invoice_is_paid_once(paypal: PaypalCaller, sandbox: Sandbox) -> None:
    paypal.authorized(invoice_id="A-1")
    order = paypal.create(invoice_id="A-1").json["id"]
    approve(sandbox, order)
    assert issue(paypal.send("POST", f"{ORDERS}/{order}/authorize", {})) == (422, "DUPLICATE_INVOICE_ID")


def test_an_order_is_its_accounts_own_and_can_be_marked(sandbox: Sandbox, paypal: PaypalCaller) -> None:
    order = sandbox.control("POST", "paypal/button", {"amount": "12.50"})["id"]
    change = {"op": "add", "path": "/purchase_units/@reference_id=='default'/custom_id", "value": "r9"}
    assert paypal.send("PATCH", f"{ORDERS}/{order}", [change]).status == 204
    assert paypal.send("GET", f"{ORDERS}/{order}").json["purchase_units"][0]["custom_id"] == "r9"
    assert issue(paypal.send("PATCH", f"{ORDERS}/{order}", [{**change, "path": "/intent"}])) == (
        422,
        "NOT_PATCHABLE",
    )
    assert PaypalCaller(sandbox, "client-2").send("GET", f"{ORDERS}/{order}").status == 404


def test_minimal_answers_unless_asked_for_more(paypal: PaypalCaller, sandbox: Sandbox) -> None:
    minimal = {"Prefer": "return=minimal"}
    order, authorization = paypal.authorized()
    path = f"v2/payments/authorizations/{authorization}"
    made = paypal.send(
        "POST", f"{path}/capture", {"amount": {"currency_code": "NOK", "value": "1.00"}}, **minimal
    )
    assert set(made.json) == {"id", "status", "links"}
    assert paypal.send("POST", f"{path}/void", **minimal).status == 204
    assert "_context" not in paypal.send("GET", f"{ORDERS}/{order}").json


def test_webhooks_are_signed_for_a_certificate_that_is_served(
    sandbox: Sandbox, paypal: PaypalCaller, receiver: Receiver
) -> None:
    told = sandbox.control("POST", "paypal/webhook", {"url": receiver.url, "repeats": 1})
    other = {"url": f"{receiver.url}&b=2", "client_id": "client-2"}
    sandbox.control("POST", "paypal/webhook", other)
    paypal.authorized("slow")
    until(lambda: len(receiver.received) == 4)
    assert [event["event_type"] for event in receiver.bodies()][::2] == [
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.AUTHORIZATION.CREATED",
    ]
    headers, body = receiver.received[0]
    path = headers["paypal-cert-url"].removeprefix(sandbox.url)
    certificate = x509.load_pem_x509_certificate(paypal.call("GET", path).body)
    parts = [headers["paypal-transmission-id"], headers["paypal-transmission-time"], told["id"]]
    key: Any = certificate.public_key()
    line = "|".join([*parts, str(zlib.crc32(body))]).encode()
    key.verify(base64.b64decode(headers["paypal-transmission-sig"]), line, PKCS1v15(), SHA256())
    assert [item["id"] for item in paypal.send("GET", "v1/notifications/webhooks").json["webhooks"]] == [
        told["id"]
    ]


@pytest.mark.parametrize(
    ("well", "statuses", "events"),
    [
        (True, ("COMPLETED", "CAPTURED"), ["PAYMENT.CAPTURE.PENDING", "PAYMENT.CAPTURE.COMPLETED"]),
        (False, ("DECLINED", "CREATED"), ["PAYMENT.CAPTURE.PENDING", "PAYMENT.CAPTURE.DENIED"]),
    ],
)
def test_what_is_pending_ends(
    sandbox: Sandbox, paypal: PaypalCaller, well: bool, statuses: Any, events: list[str]
) -> None:
    order, authorization = paypal.authorized("slow")
    captured = paypal.capture(authorization).json
    assert (captured["status"], sandbox.ledger(operation="capture")) == ("PENDING", [])
    assert issue(paypal.refund(captured["id"])) == (422, "PENDING_CAPTURE")
    sandbox.control("POST", f"paypal/end/{captured['id']}", {"well": well})
    payments = paypal.send("GET", f"{ORDERS}/{order}").json["purchase_units"][0]["payments"]
    assert (payments["captures"][0]["status"], payments["authorizations"][0]["status"]) == statuses
    told = sandbox.control("GET", "paypal/events")["events"]
    assert [event["event_type"] for event in told][2:] == events


def test_the_shoppers_page(sandbox: Sandbox, paypal: PaypalCaller) -> None:
    order = paypal.create().json
    page = paypal.call("GET", order["links"][1]["href"].removeprefix(sandbox.url))
    assert b"100.00 NOK" in page.body
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (
        paypal.call("POST", f"/_/paypal/pay/{order['id']}", b"instrument=declined", form).json["status"]
        == "APPROVED"
    )
    assert issue(paypal.send("POST", f"{ORDERS}/{order['id']}/authorize", {})) == (422, "TRANSACTION_REFUSED")


@pytest.mark.skipif(
    not (specs() / "paypal-orders.json").exists(), reason="set CROSSDOCK_SPECS to the descriptions' folder"
)
def test_answers_are_as_published(sandbox: Sandbox, paypal: PaypalCaller) -> None:
    """Their texts are ours; PayPal publishes those of errors word by word."""
    orders, payments = description("paypal-orders.json"), description("paypal-payments.json")
    order, authorization = paypal.authorized()
    captured, void = (
        paypal.capture(authorization, "40.00"),
        f"v2/payments/authorizations/{authorization}/void",
    )
    refund = paypal.refund(captured.json["id"], "10.00")
    answers = [
        (orders, "POST", "/v2/checkout/orders", paypal.create()),
        (orders, "GET", f"/{ORDERS}/{order}", paypal.send("GET", f"{ORDERS}/{order}")),
        (payments, "POST", f"/v2/payments/authorizations/{authorization}/capture", captured),
        (payments, "POST", f"/v2/payments/captures/{captured.json['id']}/refund", refund),
        (payments, "POST", f"/{void}", paypal.send("POST", void)),
        (
            description("paypal-webhooks.json"),
            "GET",
            "/v1/notifications/webhooks",
            paypal.send("GET", "v1/notifications/webhooks"),
        ),
    ]
    for judge, method, path, reply in answers:
        assert judge.answer_problems(method, path, reply.status, reply.json) == []

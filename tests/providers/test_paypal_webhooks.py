"""PayPal's webhooks: whose certificate is believed, how it is fetched, and from a signed post to the books."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from django.test import Client

from connectors import inbox, webhook_material
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Inbound
from connectors.contracts.payment import PaymentEvent
from connectors.errors import BadSignature, Misconfigured
from connectors.models import InboundWebhook
from connectors.providers.paypal import Paypal
from connectors.sandbox import Sandbox
from connectors.sandbox.paypal import hooks
from connectors.sandbox.paypal import orders as sandbox_orders
from connectors.sandbox.paypal import payments as sandbox_payments
from connectors.sandbox.paypal.desk import Call
from connectors.trial import check
from eventlog.models import Event
from payments import ledger
from payments.models import Payment
from payments.news import from_event
from tenants.scoping import tenant_scope
from tenants.secret_value import SecretValue
from tests.contract.fixtures import fixture
from tests.contract.test_webhooks import NOW, arrived, deliveries, reader
from tests.factories.connectors import publish_connector
from tests.factories.payments import PaymentFactory
from tests.payments.stories import books
from tests.sandbox.callers import until
from tests.sandbox.receiver import Receiver
from tests.shop import running_vendors, vendors

__all__ = ["running_vendors", "vendors"]

WEBHOOK = "3NS44820WK916573U"
FOLDER = "/v1/notifications/certs"


def certified(address: str) -> Inbound:
    return Inbound(method="POST", url="", headers={"paypal-cert-url": address}, body=b"{}", received_at=NOW)


def config(*, is_test: bool = True, host: str = "") -> Any:
    return ConnectorConfig(
        id=1,
        tenant_id=1,
        tenant_uid=None,
        revision="",
        slug="paypal",
        name="",
        host=host,
        is_test=is_test,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("address", "options"),
    [
        (f"https://api.sandbox.paypal.com{FOLDER}/CERT-360caa42-1", {}),
        (f"https://api-m.sandbox.paypal.com{FOLDER}/CERT-1", {}),
        (f"https://api.paypal.com{FOLDER}/CERT-1", {"is_test": False}),
        (f"http://127.0.0.1:8099/paypal{FOLDER}/CERT-1", {"host": "http://127.0.0.1:8099/paypal"}),
    ],
)
def test_certificates_come_from_paypal_or_from_what_stands_in_for_it(address: str, options: Any) -> None:
    assert Paypal.webhook.fetches(certified(address), config(**options)) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        f"http://api.sandbox.paypal.com{FOLDER}/CERT-1",
        f"https://api.paypal.com{FOLDER}/CERT-1",
        f"https://api.sandbox.paypal.com.evil.example{FOLDER}/CERT-1",
        f"https://evilpaypal.com{FOLDER}/CERT-1",
        f"https://www.sandbox.paypal.com{FOLDER}/CERT-1",
        f"https://api.sandbox.paypal.com:8443{FOLDER}/CERT-1",
        f"https://me@api.sandbox.paypal.com{FOLDER}/CERT-1",
        f"https://api.sandbox.paypal.com@evil.example{FOLDER}/CERT-1",
        f"https://api.sandbox.paypal.com\\@evil.example{FOLDER}/CERT-1",
        f"https://api.sandbox.paypal.com{FOLDER}/CERT-1?next=https://evil.example",
        f"https://api.sandbox.paypal.com{FOLDER}/../../payments/CERT-1",
        "https://api.sandbox.paypal.com/v1/invoicing/templates",
        f"https://169.254.169.254{FOLDER}/CERT-1",
        f"https://proxy.example.evil{FOLDER}/CERT-1",
        f"https://proxy.example{FOLDER}/CERT-1#x",
        "https://proxy.example/other/CERT-1",
    ],
)
def test_certificates_from_elsewhere_are_not_even_fetched(address: str) -> None:
    with pytest.raises(BadSignature):
        Paypal.webhook.fetches(certified(address), config(host="https://proxy.example"))


@pytest.mark.parametrize(
    "content", [b"", b"<html></html>", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate_verifies_nothing(content: bytes) -> None:
    inbound = arrived("paypal", deliveries("paypal")[0])
    [address] = inbound.fetched
    with pytest.raises(BadSignature, match="no certificate"):
        Paypal.webhook.verify(replace(inbound, fetched={address: content}), [SecretValue(WEBHOOK)], NOW)


def certificate(name: str, *, days: int) -> bytes:
    """A certificate for the key that signs, valid until so many days after the signature."""
    key: Any = load_der_private_key(base64.b64decode(fixture("paypal")["signs"][1]), None)
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    signed_at = datetime.fromtimestamp(NOW, UTC)
    made = x509.CertificateBuilder().subject_name(named).issuer_name(named).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(signed_at - timedelta(days=90))
    made = made.not_valid_after(signed_at + timedelta(days=days))
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM)


@pytest.mark.parametrize(
    ("name", "days", "problem"),
    [
        ("messageverificationcerts.paypal.com", 1, ""),
        ("messageverificationcerts.paypal.com", -1, "not valid any more"),
        ("messageverificationcerts.paypal.com.evil.example", 1, "not one of PayPal's"),
        ("evilpaypal.com", 1, "not one of PayPal's"),
    ],
)
def test_a_certificate_has_to_be_paypals_and_valid(name: str, days: int, problem: str) -> None:
    inbound = arrived("paypal", deliveries("paypal")[0])
    [address] = inbound.fetched
    inbound = replace(inbound, fetched={address: certificate(name, days=days)})
    if not problem:
        Paypal.webhook.verify(inbound, [SecretValue(WEBHOOK)], NOW)
        return
    with pytest.raises(BadSignature, match=problem):
        Paypal.webhook.verify(inbound, [SecretValue(WEBHOOK)], NOW)


@dataclass
class Stage:
    """A payment of 398.00 NOK, opened at the simulator, whose connector gets the simulator's webhooks."""

    sandbox: Sandbox
    payment: Payment
    config: ConnectorConfig

    def deliver(self, kind: str) -> int:
        """Forward the newest event of a kind as the simulator signed it; gives the status of our answer."""
        sent = [post for post in self.posts if post[0] == kind]
        return self.post(*sent[-1][1:])

    def post(self, body: bytes, headers: dict[str, str]) -> int:
        path = self.config.public_url.removeprefix("http://testserver")
        return Client().post(path, body, content_type="application/json", headers=headers).status_code

    @property
    def posts(self) -> list[tuple[str, bytes, dict[str, str]]]:
        desk: Any = self.sandbox.vendor("paypal").desk  # type: ignore[attr-defined]
        webhook = {"id": WEBHOOK, "url": "http://unused.example"}
        made = []
        for event in desk.events.values():
            post = hooks.post_of(webhook, event, f"{desk.base}{hooks.CERTIFICATE}")
            body, headers = post.make(int(time.time()))
            made.append((event["event_type"], body, dict(headers)))
        return made


@pytest.fixture
def stage(db: None, vendors: Sandbox) -> Iterator[Stage]:
    webhook_material.forget()
    payment = PaymentFactory()
    published = publish_connector(
        payment.tenant,
        "paypal",
        is_test=True,
        client_app_id="client",
        bearer_token="secret-of-the-client",
        properties={"WebhookId": WEBHOOK},
    )
    unit = {"custom_id": payment.reference}
    made = vendors.control("POST", "paypal/button", {"amount": "398.00", "unit": unit, "client_id": "client"})
    with tenant_scope(payment.tenant):
        Payment.objects.update(connector=published.id, provider_id=made["id"])
        payment.refresh_from_db()
        yield Stage(vendors, payment, published)


def test_the_certificate_is_fetched_once_and_logged(stage: Stage) -> None:
    assert [stage.deliver("CHECKOUT.ORDER.APPROVED") for _ in range(2)] == [200, 200]
    fetched = [call for call in stage.sandbox.calls("paypal") if "/certs/" in call["path"]]
    assert [(call["method"], call["status"]) for call in fetched] == [("GET", 200)]
    assert "authorization" not in {name for name, value in fetched[0]["headers"].items() if value != "***"}
    [logged] = Event.objects.filter(operation="webhook", url__contains="/certs/")
    assert logged.provider == "paypal"
    row = InboundWebhook.objects.get()
    assert (row.event_type, row.duplicates) == ("CHECKOUT.ORDER.APPROVED", 1)


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"status": 503}, 503), ({"drop_before": True}, 503), ({"status": 404}, 401), ({"html": True}, 401)],
)
def test_without_its_certificate_nothing_is_believed(stage: Stage, fault: Any, status: int) -> None:
    stage.sandbox.faults(vendor="paypal", path="/certs/", times=None, **fault)
    assert stage.deliver("CHECKOUT.ORDER.APPROVED") == status
    assert not InboundWebhook.objects.exists()


def test_a_certificate_at_another_host_is_refused_without_a_call(stage: Stage) -> None:
    [(_, body, headers)] = stage.posts
    address = headers["PAYPAL-CERT-URL"].replace("127.0.0.1", "localhost")
    assert stage.post(body, headers | {"PAYPAL-CERT-URL": address}) == 401
    assert stage.post(body + b" ", headers) == 401
    assert [call for call in stage.sandbox.calls("paypal") if "/certs/" in call["path"]][1:] == []


def test_from_the_signed_post_to_the_books(stage: Stage) -> None:
    """As PayPal sends them by itself, twice each."""
    desk: Any = stage.sandbox.vendor("paypal").desk  # type: ignore[attr-defined]
    order = desk.orders[stage.payment.provider_id]
    sandbox_orders.authorize(Call(desk, "client"), order["id"])
    [authorization] = order["purchase_units"][0]["payments"]["authorizations"]
    captured = sandbox_payments.capture(Call(desk, "client", {}), authorization["id"])
    stage.sandbox.control(
        "POST", f"paypal/refund/{captured['id']}", {"amount": {"currency_code": "NOK", "value": "98.00"}}
    )
    stage.sandbox.control("POST", f"paypal/dispute/{captured['id']}")
    for kind, body, headers in reversed(stage.posts * 2):
        assert stage.post(body, headers) == 200, kind
    assert inbox.work_off_due() == 5
    stage.payment.refresh_from_db()
    assert books(stage.payment) | {"provider_id": ""} == {
        "state": "captured",
        "provider_id": "",
        "authorized": 39800,
        "captured": 39800,
        "refunded": 9800,
        "cancelled": 0,
        "capturing": 0,
        "refunding": 0,
    }
    assert "disputes 398.00 NOK" in stage.payment.order.errors.get().message
    assert set(InboundWebhook.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.django_db(transaction=True)
def test_the_test_button_looks_for_the_webhook(stage: Stage) -> None:
    with pytest.raises(Misconfigured, match="WebhookId names no webhook of this app"):
        check(stage.config)
    stage.sandbox.control("POST", "paypal/webhook", {"url": "https://hub.example/", "id": WEBHOOK})
    assert [webhook["id"] for webhook in check(stage.config)["webhooks"]] == [WEBHOOK]


def told(number: int, **changes: Any) -> PaymentEvent:
    """The recorded event of that number with some fields of its object changed."""
    body = deliveries("paypal")[number - 1]["body"]
    changed = {
        **body,
        "id": f"{body['id']}{changes.get('id', '')}",
        "resource": {**body["resource"], **changes},
    }
    inbound = replace(arrived("paypal", deliveries("paypal")[0]), body=json.dumps(changed).encode())
    [event] = reader("paypal").read_webhook(inbound)  # type: ignore[attr-defined]
    return event  # type: ignore[no-any-return]


ALL = {"currency_code": "NOK", "value": "1250.00"}


def test_every_order_of_events_ends_the_same() -> None:
    """Authorised, an older capture that failed, an older order that was denied, captured, refunded; each also twice."""
    older = {"supplementary_data": {"related_ids": {"order_id": "4NS00000OLDER0000"}}}
    events = [
        told(1),
        told(1, id="OLDER", status="DENIED", **older),
        told(3, id="FAILED"),
        told(2, amount=ALL),
        told(4),
    ]
    ends = set()
    for order in permutations(range(5)):
        payment, rows = Payment(currency="NOK", amount_minor=125000), []
        for index in (*order, *order):
            ledger.reckon(payment, rows, from_event(events[index], "NOK"))
        ends.add(tuple(books(payment).items()))
    [end] = ends
    assert dict(end) == {
        "state": "refunded",
        "provider_id": "4NS72310RD8841907",
        "authorized": 125000,
        "captured": 125000,
        "refunded": 125000,
        "cancelled": 0,
        "capturing": 0,
        "refunding": 0,
    }


def test_the_simulator_delivers_by_itself(stage: Stage) -> None:
    receiver = Receiver()
    try:
        stage.sandbox.control("POST", "paypal/webhook", {"url": receiver.url, "id": WEBHOOK, "repeats": 1})
        stage.sandbox.control("POST", f"paypal/pay/{stage.payment.provider_id}")
        until(lambda: len(receiver.received) == 2)
    finally:
        receiver.close()
    for headers, body in receiver.received:
        given = {name: value for name, value in headers.items() if name.startswith("paypal-")}
        assert stage.post(body, given) == 200
    assert InboundWebhook.objects.get().duplicates == 1

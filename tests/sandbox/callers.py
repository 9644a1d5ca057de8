"""Callers of the sandbox over real sockets: plain HTTP, Stripe's forms, others' JSON, signed webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import itertools
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from connectors.sandbox import Sandbox

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        return self.json["error"]


class Caller:
    """One kept-alive connection; http.client opens it anew after it was cut."""

    def __init__(self, sandbox: Sandbox, timeout: float = 20.0) -> None:
        self.sandbox = sandbox
        self.connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=timeout)

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> Reply:
        try:
            self.connection.request(method, path, body, dict(headers))
            answer = self.connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        except BaseException:
            self.connection.close()
            raise

    def control(self, method: str, path: str, data: Any = None) -> Reply:
        return self.call(method, f"/_/{path}", None if data is None else json.dumps(data).encode())


class StripeCaller(Caller):
    """Parameters are given flat, with brackets: {"metadata[reference]": "r1"}."""

    def __init__(self, sandbox: Sandbox, secret: str = "sk_test_key1", timeout: float = 20.0) -> None:
        super().__init__(sandbox, timeout)
        self.secret = secret

    def get(self, path: str, **query: Any) -> Reply:
        asked = f"?{urlencode(query)}" if query else ""
        return self.call("GET", f"/stripe/v1/{path}{asked}", None, self._headers(""))

    def post(self, path: str, params: Mapping[str, Any] = {}, key: str = "") -> Reply:
        return self.call("POST", f"/stripe/v1/{path}", urlencode(params).encode(), self._headers(key))

    def delete(self, path: str) -> Reply:
        return self.call("DELETE", f"/stripe/v1/{path}", None, self._headers(""))

    def authorize(self, reference: str = "r1", amount: int = 10_000, key: str = "", **more: Any) -> Reply:
        """A reservation on a test card, to be captured by hand."""
        params = {
            "amount": amount,
            "currency": "nok",
            "capture_method": "manual",
            "confirm": "true",
            "payment_method": "pm_card_visa",
            "metadata[reference]": reference,
        }
        return self.post("payment_intents", {**params, **more}, key)

    def authorized(self, reference: str = "r1", **more: Any) -> str:
        """Id of a fresh reservation."""
        reply = self.authorize(reference, **more)
        assert reply.status == 200, reply.body
        return reply.json["id"]

    def _headers(self, key: str) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": FORM}
        return {**headers, "Idempotency-Key": key} if key else headers


class BringCaller(Caller):
    def __init__(self, sandbox: Sandbox, uid: str = "ship@example.com", key: str = "k-1") -> None:
        super().__init__(sandbox)
        self.headers = {
            "X-MyBring-API-Uid": uid,
            "X-MyBring-API-Key": key,
            "X-Bring-Client-URL": "https://shop.example",
        }

    def get(self, path: str, **query: Any) -> Reply:
        return self.call("GET", f"/bring/{path}{f'?{urlencode(query)}' if query else ''}", None, self.headers)

    def post(self, path: str, data: Any) -> Reply:
        return self.call("POST", f"/bring/{path}", json.dumps(data).encode(), self.headers)

    def book(self, reference: str = "r1", parcels: int = 1, **changes: Any) -> Reply:
        """`changes` are fields of the consignment."""
        consignment = {**consignment_of(reference, parcels), **changes}
        body = {"schemaVersion": 1, "testIndicator": True, "consignments": [consignment]}
        return self.post("booking/api/booking", body)

    def booked(self, reference: str = "r1", parcels: int = 1, **changes: Any) -> dict[str, Any]:
        reply = self.book(reference, parcels, **changes).json["consignments"][0]
        assert reply["errors"] is None, reply
        return reply["confirmation"]

    def tracked(self, number: str) -> list[dict[str, Any]]:
        return self.get("tracking/api/v2/tracking.json", q=number).json["consignmentSet"]

    def statuses(self, number: str) -> list[str]:
        """Newest first."""
        events = self.tracked(number)[0]["packageSet"][0]["eventSet"]
        return [event["status"] for event in events]


def consignment_of(reference: str, parcels: int) -> dict[str, Any]:
    party = {"name": "Nord Store", "addressLine": "Storgata 1", "postalCode": "0184", "city": "Oslo"}
    party |= {"countryCode": "NO", "contact": {"phoneNumber": "+4790000001"}}
    size = {"lengthInCm": 30, "widthInCm": 20, "heightInCm": 10}
    return {
        "correlationId": reference,
        "shippingDateTime": 1795168800000,
        "parties": {
            "sender": {**party, "reference": reference},
            "recipient": {**party, "name": "Kari Łódź", "reference": "1001"},
        },
        "product": {"id": "5800", "customerNumber": "5", "additionalServices": []},
        "packages": [
            {"correlationId": str(n), "weightInKg": 1.2, "dimensions": size} for n in range(1, parcels + 1)
        ],
    }


class VippsCaller(Caller):
    """Logs in on first use. Each change gets a key of its own unless one is given."""

    def __init__(self, sandbox: Sandbox, msn: str = "123456") -> None:
        super().__init__(sandbox)
        self.keys = {"Ocp-Apim-Subscription-Key": "sub-1", "Merchant-Serial-Number": msn}
        self.token = ""
        self.numbers = itertools.count(1)

    def login(self, **headers: str) -> Reply:
        given = {"client_id": "id-1", "client_secret": "secret-1", **self.keys, **headers}
        return self.call("POST", "/vipps/accesstoken/get", b"", given)

    def get(self, path: str) -> Reply:
        return self.call("GET", f"/vipps/{path}", None, self.headers())

    def post(self, path: str, body: Any = None, key: str | None = None, **headers: str) -> Reply:
        raw = b"" if body is None else json.dumps(body).encode()
        given = key if key is not None else f"key-{next(self.numbers)}"
        return self.call(
            "POST", f"/vipps/{path}", raw, {**self.headers(), "Idempotency-Key": given, **headers}
        )

    def create(self, reference: str = "reference-1", key: str | None = None, **changes: Any) -> Reply:
        """A payment of 100.00 NOK; None leaves a field out."""
        body = {
            "amount": {"currency": "NOK", "value": 10_000},
            "paymentMethod": {"type": "WALLET"},
            "reference": reference,
            "userFlow": "WEB_REDIRECT",
            "returnUrl": "https://shop.example/thanks",
            **changes,
        }
        return self.post("epayment/v1/payments", {k: v for k, v in body.items() if v is not None}, key)

    def change(
        self, verb: str, amount: int | None = None, reference: str = "reference-1", key: str | None = None
    ) -> Reply:
        body = None if amount is None else {"modificationAmount": {"currency": "NOK", "value": amount}}
        return self.post(f"epayment/v1/payments/{reference}/{verb}", body, key)

    def headers(self) -> dict[str, str]:
        if not self.token:
            self.token = self.login().json["access_token"]
        return {"Authorization": f"Bearer {self.token}", **self.keys}


class WebhookCaller(Caller):
    def send(
        self, path: str, body: Any, message_id: str = "", secret: str = "", at: int | None = None
    ) -> Reply:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"webhook-id": message_id} if message_id else {}
        if secret:
            headers |= signed(message_id, raw, secret, at or int(time.time()))
        return self.call("POST", f"/webhook/{path}", raw, headers)


class PaypalCaller(Caller):
    """Logs in on first use."""

    def __init__(self, sandbox: Sandbox, client: str = "client-1") -> None:
        super().__init__(sandbox)
        self.client = client
        self.token = ""

    def login(self, secret: str = "secret-1") -> Reply:
        credentials = base64.b64encode(f"{self.client}:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": FORM}
        return self.call("POST", "/paypal/v1/oauth2/token", b"grant_type=client_credentials", headers)

    def send(self, method: str, path: str, body: Any = None, key: str = "", **headers: str) -> Reply:
        if not self.token:
            self.token = self.login().json["access_token"]
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        given |= {"PayPal-Request-Id": key} if key else {}
        given.setdefault("Prefer", "return=representation")
        raw = None if body is None else json.dumps(body).encode()
        return self.call(method, f"/paypal/{path}", raw, given)

    def create(self, value: str = "100.00", key: str = "", **unit: Any) -> Reply:
        """An order to be authorised; `unit` are fields of its purchase unit."""
        amount = {"currency_code": "NOK", "value": value}
        body = {"intent": "AUTHORIZE", "purchase_units": [{"amount": amount, "custom_id": "r1", **unit}]}
        return self.send("POST", "v2/checkout/orders", body, key)

    def authorized(self, instrument: str = "", **unit: Any) -> tuple[str, str]:
        """Ids of a fresh order and of its authorisation."""
        order = self.create(**unit).json["id"]
        self.sandbox.control("POST", f"paypal/pay/{order}", {"instrument": instrument})
        made = self.send("POST", f"v2/checkout/orders/{order}/authorize", {}).json
        return order, made["purchase_units"][0]["payments"]["authorizations"][0]["id"]

    def capture(self, authorization: str, value: str = "", key: str = "", **fields: Any) -> Reply:
        amount = {"amount": {"currency_code": "NOK", "value": value}} if value else {}
        path = f"v2/payments/authorizations/{authorization}/capture"
        return self.send("POST", path, {**amount, **fields}, key)

    def refund(self, capture: str, value: str = "", key: str = "", **fields: Any) -> Reply:
        amount = {"amount": {"currency_code": "NOK", "value": value}} if value else {}
        return self.send("POST", f"v2/payments/captures/{capture}/refund", {**amount, **fields}, key)


class SendgridCaller(Caller):
    """Sends a good mail, with changes of its fields; None leaves one out."""

    def __init__(self, sandbox: Sandbox, key: str = "SG.of.the.sandbox", timeout: float = 20.0) -> None:
        super().__init__(sandbox, timeout)
        self.headers = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }

    def send(self, to: str = "kari@example.com", reference: str = "1001-1", **changes: Any) -> Reply:
        marks = {"crossdock_reference": reference, "crossdock_order": "1001"}
        mail = {
            "personalizations": [{"to": [{"email": to}], "custom_args": marks}],
            "from": {"email": "orders@shop.example"},
            "subject": "Order 1001",
            "content": [{"type": "text/plain", "value": "It is on its way."}],
            **changes,
        }
        return self.post({name: value for name, value in mail.items() if value is not None})

    def post(self, body: Any, **headers: str) -> Reply:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.call("POST", "/sendgrid/v3/mail/send", raw, {**self.headers, **headers})


class AdyenCaller(Caller):
    def __init__(self, sandbox: Sandbox, key: str = "AQEsandbox", timeout: float = 20.0) -> None:
        super().__init__(sandbox, timeout)
        self.headers = {"X-API-Key": key, "Content-Type": "application/json"}

    def get(self, path: str) -> Reply:
        return self.call("GET", f"/adyen/v72/{path}", None, self.headers)

    def send(self, path: str, key: str = "", method: str = "POST", **body: Any) -> Reply:
        """Fields that are None are left out."""
        whole = {"merchantAccount": "NordStoreNO", "reference": "r1", **body}
        raw = json.dumps({name: value for name, value in whole.items() if value is not None}).encode()
        headers = {**self.headers, "Idempotency-Key": key} if key else self.headers
        return self.call(method, f"/adyen/v72/{path}", raw, headers)

    def pay(self, key: str = "", holder: str = "Kari", value: int = 10_000, **more: Any) -> Reply:
        """A reservation on a test card, to be captured by hand."""
        card = {"type": "scheme", "holderName": holder, "encryptedCardNumber": "test_4111111111111111"}
        body = {
            "amount": {"currency": "NOK", "value": value},
            "paymentMethod": card,
            "returnUrl": "https://shop.example/thanks",
            "additionalData": {"manualCapture": "true"},
        }
        return self.send("payments", key, **{**body, **more})

    def paid(self, **more: Any) -> str:
        """pspReference of a fresh reservation."""
        return str(self.pay(**more).json["pspReference"])

    def change(self, psp: str, what: str, value: int = 10_000, key: str = "") -> Reply:
        return self.send(f"payments/{psp}/{what}", key, amount={"currency": "NOK", "value": value})

    def told(self) -> list[tuple[str, str, int]]:
        items = self.sandbox.control("GET", "adyen/told")["items"]
        return [(item["eventCode"], item["success"], item["amount"]["value"]) for item in items]


def signed(message_id: str, body: bytes, secret: str, at: int) -> dict[str, str]:
    content = f"{message_id}.{at}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {"webhook-timestamp": str(at), "webhook-signature": f"v1,{digest}"}


def until(condition: Callable[[], Any]) -> Any:
    """What the condition gives once it holds; fails when it does not hold for twenty seconds."""
    end = time.monotonic() + 20
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)
    return found


def order(number: str = "1001", status: str = "Ship", kind: str = "order.export") -> dict[str, Any]:
    return {
        "type": kind,
        "reference": number,
        "Value": {"number": number, "status": status, "total": "199.00"},
    }

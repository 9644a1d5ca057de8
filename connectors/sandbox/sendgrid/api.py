"""The way of a call through SendGrid, and what tests and the demo may ask of it."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.sender import Sender
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.sendgrid.checking import check, is_sandboxed
from connectors.sandbox.sendgrid.errors import SendgridError, failed
from connectors.sandbox.sendgrid.events import Json, Signer, event_of, fate_of
from connectors.sandbox.sendgrid.parse import parse_post

_KEY = re.compile(r"Bearer SG\.\S+")
_PATHS = {"/v3/scopes": "GET", "/v3/mail/send": "POST"}
#: Our own words among the custom arguments.
_REFERENCE, _ORDER = "crossdock_reference", "crossdock_order"

#: What is kept of a mail as it came.
_KEPT = ("from", "reply_to", "subject", "content", "template_id", "attachments")

controls = Router()


class Sendgrid(Vendor):
    slug = "sendgrid"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.scopes = ["mail.send", "mail.batch.create", "user.scheduled_sends.create"]
        self.senders: list[str] = []
        self.mails: dict[str, Json] = {}
        self.webhook_url = self.parse_url = ""
        self.repeats = 0
        self.signer = Signer()
        self.sender = Sender(self.slug)

    def serve(self, request: Request, course: Course) -> Response:
        try:
            self._admit(request)
            if request.path == "/v3/scopes":
                return self.run(course, lambda: json_response({"scopes": self.scopes}))
            mail = self._read(request)
            return self.run(course, lambda: self._take(mail))
        except SendgridError as error:
            return error.response()

    def failure(self, status: int) -> Response:
        return failed(status).response()

    def control(self, request: Request) -> Response:
        found = controls.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return json_response(found[0](self, request, **found[1]))

    def close(self) -> None:
        self.sender.close()

    def tell(self, events: list[Json]) -> None:
        """Post events, as often again as the webhook's `repeats` say."""
        if self.webhook_url:
            for _ in range(1 + self.repeats):
                self.sender.send(self.signer.post_of(self.webhook_url, events))

    def webhook(self) -> Json:
        settings = {"url": self.webhook_url, "repeats": self.repeats, **self.sender.settings()}
        return {**settings, "public_key": self.signer.public_key}

    def _admit(self, request: Request) -> None:
        if not _KEY.fullmatch(request.headers.get("authorization", "")):
            raise failed(401)
        if request.path not in _PATHS:
            raise failed(404)
        if request.method != _PATHS[request.path]:
            raise failed(405)
        if "accept" not in request.headers:
            raise SendgridError(406, ("An Accept header is needed", None))

    def _read(self, request: Request) -> Json:
        if "mail.send" not in self.scopes:
            raise failed(403)
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise SendgridError(415, ("Content-Type should be application/json.", None))
        try:
            mail = json.loads(request.body)
        except ValueError:
            raise SendgridError(400, ("Bad Request", None)) from None
        check(mail)
        if self.senders and mail["from"]["email"] not in self.senders:
            raise SendgridError(403, ("The from address does not match a verified Sender Identity.", "from"))
        checked: Json = mail
        return checked

    def _take(self, mail: Json) -> Response:
        """One message id for the whole call; one stored mail for each recipient."""
        message_id = secrets.token_urlsafe(16)
        if is_sandboxed(mail):
            return Response(200, headers={"X-Message-Id": message_id})
        for number, envelope in enumerate(mail["personalizations"]):
            for recipient in envelope["to"]:
                self._send(message_id, mail, envelope, recipient["email"], number)
        return Response(202, headers={"X-Message-Id": message_id})

    def _send(self, message_id: str, mail: Json, envelope: Json, to: str, number: int) -> None:
        arguments = {**mail.get("custom_args", {}), **envelope.get("custom_args", {})}
        reference = arguments.get(_REFERENCE, "")
        kept = {
            "id": message_id,
            "to": to,
            "reference": reference,
            "order_number": arguments.get(_ORDER, ""),
            "custom_args": arguments,
            "data": envelope.get("dynamic_template_data", {}),
            **{name: mail.get(name) for name in _KEPT},
        }
        self.mails[f"{message_id}/{number}/{to}"] = kept
        self.ledger.record(
            vendor=self.slug,
            operation="notify",
            identity=f"notify {reference or message_id} {to}",
            reference=arguments.get(_ORDER, "") or reference,
            object=message_id,
        )
        self.tell([event_of(kept, fields) for fields in fate_of(to)])


@controls.route("GET", "/mails")
def mails(vendor: Sendgrid, request: Request) -> Any:
    """What was sent, oldest first; filters: id, to, reference, order_number."""
    wanted = request.query
    found = [m for m in vendor.mails.values() if all(m.get(name) == wanted[name] for name in wanted)]
    return {"mails": found}


@controls.route("POST", "/account")
def account(vendor: Sendgrid, request: Request) -> Any:
    """{"scopes": ["mail.send"], "senders": ["orders@shop.example"]}; no senders means that any may send."""
    data = request.json()
    vendor.scopes = data.get("scopes", vendor.scopes)
    vendor.senders = data.get("senders", vendor.senders)
    return {"scopes": vendor.scopes, "senders": vendor.senders}


@controls.route("GET", "/webhook")
def read_webhook(vendor: Sendgrid, request: Request) -> Any:
    return vendor.webhook()


@controls.route("POST", "/webhook")
def set_webhook(vendor: Sendgrid, request: Request) -> Any:
    """{"url": …, "repeats": 2, "retries": 3, "wait_ms": 200, "paused": true}; the answer has the public key too.

    "private_key" (PEM) signs instead of the key that is made at the start.
    """
    data = request.json()
    if "private_key" in data:
        vendor.signer = Signer(data.pop("private_key"))
    vendor.webhook_url = data.pop("url", vendor.webhook_url)
    vendor.repeats = data.pop("repeats", vendor.repeats)
    vendor.sender.configure(**data)
    return vendor.webhook()


@controls.route("POST", "/parse")
def set_parse(vendor: Sendgrid, request: Request) -> Any:
    """{"url": …}: where Inbound Parse posts what comes in."""
    vendor.parse_url = request.json()["url"]
    return {"url": vendor.parse_url}


@controls.route("POST", "/receive")
def receive(vendor: Sendgrid, request: Request) -> Any:
    """A customer writes: {"from": …, "to": …, "subject": …, "text": …, "times": 2, "raw": true, "files": {"a.jpg": "…"}}.
    "answers" is the id of a mail: its Reply-To is where this one goes."""
    data = request.json()
    if "answers" in data:
        mail = next(item for item in vendor.mails.values() if item["id"] == data["answers"])
        data.setdefault("to", (mail["reply_to"] or mail["from"])["email"])
        data.setdefault("from", mail["to"])
        data.setdefault("subject", f"Re: {mail['subject']}")
    post = parse_post(vendor.parse_url, data)
    for _ in range(data.get("times", 1)):
        vendor.sender.send(post)
    return {"to": data["to"]}


@controls.route("GET", "/deliveries")
def deliveries(vendor: Sendgrid, request: Request) -> Any:
    return {"deliveries": list(vendor.sender.deliveries)}


@controls.route("POST", "/tell/{message_id}")
def tell(vendor: Sendgrid, request: Request, message_id: str) -> Any:
    """A further event of a mail, with the fields that are its own, e.g. {"event": "open"}."""
    events = [event_of(mail, request.json()) for mail in vendor.mails.values() if mail["id"] == message_id]
    if not events:
        raise ValueError(f"No mail has the id {message_id}")
    vendor.tell(events)
    return {"events": events}

"""The way of a call through LINK, and what tests and the demo may ask of it."""

from __future__ import annotations

import json
import re
import secrets
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.sender import Post, Sender
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.linkmobility.checking import MOST_MESSAGES, Json, LinkError, check, failed, refusal

QUEUED, DELIVERED = 1005, 1001
#: Result codes of the reports by the last digits of the number.
_FATES = {"0404": (2104,), "0408": (1002,), "0412": (1012, 1001)}
_BASIC = re.compile(r"Basic [A-Za-z0-9+/=]+")

controls = Router()


class Linkmobility(Vendor):
    slug = "linkmobility"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.partner: dict[str, str] = {}
        self.gates: list[str] = []
        self.messages: dict[str, Json] = {}
        self.report_url = ""
        self.repeats = 0
        self.sender = Sender(self.slug)

    def serve(self, request: Request, course: Course) -> Response:
        try:
            if not _BASIC.fullmatch(request.headers.get("authorization", "")):
                raise failed(401)
            if request.method != "POST" or request.path not in ("/sms/send", "/sms/sendbatch"):
                raise failed(404)
            body = self._read(request)
            if request.path == "/sms/send":
                return self.run(course, lambda: self._single(body))
            return self.run(course, lambda: self._batch(body))
        except LinkError as error:
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

    def tell(self, message: Json, code: int, part: int | None = None) -> Json:
        """Post one delivery report, as often again as the gate's `repeats` say."""
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        report = {
            "refId": message.get("refId"),
            "id": message["id"] if part is None else f"{message['id']}${part}",
            "operator": "no.example",
            "sentTimestamp": now,
            "timestamp": now,
            "resultCode": code,
            "operatorResultCode": "2",
            "segments": message["segments"],
            "gateCustomParameters": {},
            "customParameters": {},
        }
        if self.report_url:
            body = json.dumps(report).encode()
            for _ in range(1 + self.repeats):
                self.sender.send(_post(self.report_url, body))
        return report

    def _read(self, request: Request) -> Json:
        try:
            body = json.loads(request.body)
        except ValueError:
            raise failed(400) from None
        check(body, self.partner, self.gates)
        read: Json = body
        return read

    def _single(self, body: Json) -> Response:
        answer = self._take(body, body)
        if body.get("ignoreResponse", True):
            return Response(204)
        return json_response({name: answer[name] for name in ("messageId", "resultCode", "description")})

    def _batch(self, body: Json) -> Response:
        wanted = body.get("sendRequestMessages")
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= MOST_MESSAGES:
            return LinkError(400, 106000, f"1 to {MOST_MESSAGES} messages are needed").response()
        taken = [self._take(item, body) for item in wanted]
        return json_response(
            [
                {
                    **{name: item[name] for name in item if name != "description"},
                    "message": item["description"],
                }
                for item in taken
            ]
        )

    def _take(self, message: Json, common: Json) -> Json:
        refused = refusal(message)
        reference = message.get("refId")
        if refused:
            return {
                "messageId": None,
                "refId": reference,
                "resultCode": refused[0],
                "description": refused[1],
            }
        ident = secrets.token_urlsafe(15)
        size = len(str(message["userData"]))
        kept = {**message, "id": ident, "segments": 1 if size <= 160 else -(-size // 153)}
        self.messages[ident] = kept
        self.ledger.record(
            vendor=self.slug,
            operation="notify",
            identity=f"notify {reference or ident} {message['destination']}",
            reference=str(reference or ""),
            object=ident,
        )
        if common.get("useDeliveryReport", True):
            for code in _FATES.get(str(message["destination"])[-4:], (DELIVERED,)):
                self.tell(kept, code)
        return {"messageId": ident, "refId": reference, "resultCode": QUEUED, "description": "Queued"}


def _post(url: str, body: bytes) -> Post:
    return Post(url=url, make=lambda now: (body, {"Content-Type": "application/json"}))


@controls.route("GET", "/messages")
def messages(vendor: Linkmobility, request: Request) -> Any:
    """What was sent, oldest first; filters: id, destination, refId."""
    wanted = request.query
    found = [m for m in vendor.messages.values() if all(str(m.get(name)) == wanted[name] for name in wanted)]
    return {"messages": found}


@controls.route("POST", "/account")
def account(vendor: Linkmobility, request: Request) -> Any:
    """{"platformId": "…", "platformPartnerId": "…", "gates": ["…"]}: what is told is checked from then on."""
    data = request.json()
    vendor.gates = data.pop("gates", vendor.gates)
    vendor.partner |= {name: str(item) for name, item in data.items()}
    return {**vendor.partner, "gates": vendor.gates}


@controls.route("POST", "/reports")
def reports(vendor: Linkmobility, request: Request) -> Any:
    """{"url": "…", "repeats": 2, "retries": 3, "wait_ms": 200, "paused": true}: where delivery reports go."""
    data = request.json()
    vendor.report_url = data.pop("url", vendor.report_url)
    vendor.repeats = data.pop("repeats", vendor.repeats)
    vendor.sender.configure(**data)
    return {"url": vendor.report_url, "repeats": vendor.repeats, **vendor.sender.settings()}


@controls.route("GET", "/deliveries")
def deliveries(vendor: Linkmobility, request: Request) -> Any:
    return {"deliveries": list(vendor.sender.deliveries)}


@controls.route("POST", "/tell/{message_id}")
def tell(vendor: Linkmobility, request: Request, message_id: str) -> Any:
    """{"code": 1006, "part": 1}: a further report of a message, or of one of its parts."""
    message = vendor.messages.get(message_id)
    if message is None:
        raise ValueError(f"No message has the id {message_id}")
    data = request.json()
    return vendor.tell(message, int(data["code"]), data.get("part"))

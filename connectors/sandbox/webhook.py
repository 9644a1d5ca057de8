"""A receiver of webhooks, as a shop's own ERP or notifier would be: /webhook/<name>/<anything>.

A body is {"type": "order.export", "reference": ..., "Value": {the order}}. It is executed once for each `webhook-id`;
with secrets set for <name> its Standard Webhooks signature (https://www.standardwebhooks.com) has to fit one of them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response

_TOLERANCE_S = 300
_RECEIVING = {"POST", "PUT", "PATCH"}


@dataclass(slots=True)
class Script:
    """What to answer to messages whose path and body match: `times` often (None: always), `status` and `answer`."""

    path: str = ""
    body: str = ""
    times: int | None = None
    status: int = 200
    answer: Mapping[str, Any] = field(default_factory=dict)

    def applies(self, request: Request) -> bool:
        return (
            self.times != 0
            and re.search(self.path, request.path) is not None
            and self.body.encode() in request.body
        )


class Webhook(Vendor):
    slug = "webhook"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.secrets: dict[str, list[str]] = {}
        self.scripts: list[Script] = []
        self.received: dict[tuple[str, str], dict[str, Any]] = {}
        self._answered: dict[tuple[str, str], Response] = {}
        self._working: set[tuple[str, str]] = set()
        self._numbers = 0
        self._claim = threading.Lock()

    def serve(self, request: Request, course: Course) -> Response:
        name = request.path[1:].partition("/")[0]
        if request.method not in _RECEIVING:
            return self.run(course, lambda: self._look_up(name, request))
        problem = self._problem(name, request)
        if problem is not None:
            return problem
        return self._once(name, request, course)

    def control(self, request: Request) -> Response:
        """POST or DELETE /answers: a Script or several; POST /secrets: {"name": "erp", "secrets": ["whsec_…"]}."""
        data = request.json()
        if request.path == "/secrets":
            self.secrets[data["name"]] = data["secrets"]
        elif request.path == "/answers" and request.method == "DELETE":
            self.scripts = []
        elif request.path == "/answers":
            self.scripts += [Script(**item) for item in (data if isinstance(data, list) else [data])]
        else:
            return super().control(request)
        return json_response({})

    def _once(self, name: str, request: Request, course: Course) -> Response:
        """A message that is still being worked on is refused, one that was executed gets its first answer again."""
        key = request.headers.get("webhook-id", "")
        if not key:
            return self.run(course, lambda: self._execute(name, request))
        with self._claim:
            if (name, key) in self._answered:
                return self._answered[name, key]
            if (name, key) in self._working:
                return json_response({"error": f"{key} is being worked on."}, 409)
            self._working.add((name, key))
        try:
            return self.run(course, lambda: self._execute(name, request))
        finally:
            self._working.discard((name, key))

    def _problem(self, name: str, request: Request) -> Response | None:
        try:
            body = json.loads(request.body)
        except ValueError:
            return json_response({"error": "The body is no JSON."}, 400)
        if not isinstance(body, dict):
            return json_response({"error": "The body is no JSON object."}, 400)
        secrets = self.secrets.get(name)
        if secrets and not any(_is_signed(request, secret) for secret in secrets):
            return json_response({"error": "The signature does not fit."}, 401)
        return None

    def _execute(self, name: str, request: Request) -> Response:
        script = next((item for item in self.scripts if item.applies(request)), Script())
        if script.times:
            script.times -= 1
        if script.status >= 300:
            return json_response(dict(script.answer) or {"error": "Refused as told."}, script.status)
        self._numbers += 1
        item = _message(f"wh_{self._numbers:06d}", name, request)
        self.received[name, item["id"]] = item
        self._record(item, request.path)
        response = json_response({"id": item["id"], **script.answer}, script.status)
        if item["webhook_id"]:
            self._answered[name, item["webhook_id"]] = response
        return response

    def _record(self, item: dict[str, Any], path: str) -> None:
        """An order may be taken once for each path and status, any other message once for its sender's reference."""
        is_order = item["number"] and item["type"].startswith("order.")
        told_apart = (item["number"], item["status"]) if is_order else (item["reference"] or item["id"],)
        operation = "export" if is_order else "notify"
        self.ledger.record(
            vendor=self.slug,
            operation=operation,
            identity=" ".join(filter(None, (operation, path, item["type"], *told_apart))),
            key=item["webhook_id"],
            reference=item["number"],
            object=item["id"],
            account=item["name"],
        )

    def _look_up(self, name: str, request: Request) -> Response:
        """GET /<name>/…?webhook_id=&number=: messages that were executed, oldest first."""
        wanted = {key: value for key, value in request.query.items() if key in {"webhook_id", "number", "id"}}
        messages = [item for (owner, _), item in self.received.items() if owner == name]
        return json_response({"items": [m for m in messages if all(m[key] == wanted[key] for key in wanted)]})


def _message(message_id: str, name: str, request: Request) -> dict[str, Any]:
    body = json.loads(request.body)
    order = next((body[key] for key in ("Value", "value") if key in body), body)
    return {
        "id": message_id,
        "name": name,
        "path": request.path,
        "webhook_id": request.headers.get("webhook-id", ""),
        "type": str(_field(body, "type")),
        "reference": str(_field(body, "reference")),
        "number": str(_field(order, "number", "ordernumber", "order_number")),
        "status": str(_field(order, "status", "orderstatus", "order_status")),
        "body": body,
    }


def _field(data: Any, *names: str) -> Any:
    """The first of these fields, written in whatever case; "" when there is none."""
    if not isinstance(data, dict):
        return ""
    folded = {key.lower(): value for key, value in data.items()}
    return next((folded[name] for name in names if folded.get(name) is not None), "")


def _is_signed(request: Request, secret: str) -> bool:
    """Any of the v1 signatures over id, timestamp and raw body fits, and the timestamp is of now."""
    message_id, stamp = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    if not message_id or not stamp.isdecimal() or abs(time.time() - int(stamp)) > _TOLERANCE_S:
        return False
    signed = f"{message_id}.{stamp}.".encode() + request.body
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    given = request.headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected, item) for item in given)

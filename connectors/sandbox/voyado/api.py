"""The way of a call through Engage, and what it tells others of."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Mapping

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.sender import Post, Sender
from connectors.sandbox.core.vendor import Course, Vendor
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.voyado.calls import calls
from connectors.sandbox.voyado.controls import controls
from connectors.sandbox.voyado.engage import Contact, Engage, EngageError

_PLACE = re.compile(r"/api/(v[23])/(.+)")


class Voyado(Vendor):
    slug = "voyado"

    def __init__(self, ledger: Ledger, url: str) -> None:
        super().__init__(ledger, url)
        self.engage = Engage()
        self.most_changes = 250_000
        self.webhook_url = ""
        self.webhook_secret = ""
        self.sender = Sender(self.slug)

    def serve(self, request: Request, course: Course) -> Response:
        return self.run(course, lambda: self._answer(request))

    def failure(self, status: int) -> Response:
        return json_response({"message": "An error has occurred"}, status)

    def control(self, request: Request) -> Response:
        """See controls.py."""
        found = controls.find(request.method, request.path)
        if found is None:
            return super().control(request)
        with self.lock:
            return json_response(found[0](self, request, **found[1]))

    def close(self) -> None:
        self.sender.close()

    def note(self, operation: str, identity: str, reference: str, object_id: str) -> None:
        self.ledger.record(
            vendor=self.slug, operation=operation, identity=identity, reference=reference, object=object_id
        )

    def tell(self, kind: str, contact: Contact) -> None:
        if not self.webhook_url:
            return
        told = {
            "eventType": kind,
            "id": str(uuid.uuid4()),
            "isEncrypted": False,
            "payload": {"contactId": contact.id},
            "tenant": "sandbox",
        }
        body, message_id = json.dumps(told).encode(), f"msg_{uuid.uuid4().hex}"
        self.sender.send(
            Post(
                url=self.webhook_url,
                make=lambda at: (body, self._signed(body, message_id, at)),
                noted={"id": message_id, "type": kind},
            )
        )

    def _answer(self, request: Request) -> Response:
        if not request.headers.get("apikey") or not request.headers.get("user-agent"):
            return json_response({"message": "Authorization has been denied for this request."}, 401)
        if not request.headers.get("content-type", "").startswith("application/json"):
            return self.failure(500)
        place = _PLACE.fullmatch(request.path)
        found = calls.find(request.method, place[2]) if place else None
        if place is None or found is None:
            return json_response({"message": "No HTTP resource was found that matches the request."}, 404)
        try:
            told = found[0](self, request, place[1], **found[1])
        except EngageError as error:
            return json_response(error.body, error.status)
        return Response(200) if told is None else json_response(told)

    def _signed(self, body: bytes, message_id: str, at: int) -> Mapping[str, str]:
        key = base64.b64decode(self.webhook_secret.removeprefix("whsec_"))
        digest = hmac.new(key, f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json",
            "User-Agent": "Svix-Webhooks (sandbox)",
            "svix-id": message_id,
            "svix-timestamp": str(at),
            "svix-signature": f"v1,{base64.b64encode(digest).decode()}",
        }

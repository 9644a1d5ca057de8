"""Webhook: an order, a message or a question as signed JSON to any address.

Signed as Standard Webhooks 1.0 lays down (standardwebhooks.com, read on 2026-11-23): `webhook-id` stays the same on every
repetition, and the receiver tells repetitions apart by it. An answer of 200 to 299 is success, anything else is not.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any

import orjson

from connectors.auth import Auth, Token, basic
from connectors.contracts.base import Answer, BadAnswer, Category, Idempotency, Request
from connectors.contracts.common import Exported
from connectors.contracts.erp import (
    InvoiceExporter,
    OrderExchange,
    OrderExport,
    OrderExporter,
    PaymentExport,
    PaymentExporter,
    ShipmentExport,
    ShipmentExporter,
)
from connectors.contracts.notification import Message, Notifier, Sent
from connectors.contracts.plain import plain
from connectors.contracts.validation import CheckoutValidation, ValidationRequest, Validator, Verdict
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.providers.webhook import mapping
from connectors.providers.webhook.answers import exported, fields_of, id_of, says_verdict, verdict
from connectors.providers.webhook.guide import GUIDE
from connectors.providers.webhook.target import Target, fill, origin, target_of
from connectors.schema import Secret, Text
from connectors.signing import StandardWebhook


class WebhookSettings(Target, CheckoutValidation):
    signing_secret = Secret(
        "Signing Secret", required=False, help="whsec_… and base64; receivers check with it that we sent it."
    )
    bearer_token = Secret("Bearer Token", column="bearer_token", required=False)
    username = Text("Username", column="username", required=False)
    password = Secret("Password", column="password", required=False)


class WhatIsSet(Auth):
    """A bearer token, else user name and password, else nothing."""

    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        if values.bearer_token:
            headers["Authorization"] = f"Bearer {values.bearer_token.reveal()}"
        elif values.username:
            password = values.password.reveal() if values.password else ""
            headers["Authorization"] = basic(values.username, password)


class Webhook(
    OrderExporter, OrderExchange, PaymentExporter, ShipmentExporter, InvoiceExporter, Notifier, Validator
):
    slug, label, category = "webhook", "Webhook", Category.OTHER
    names, aliases = ("Webhook",), ("webhookOrderValidator",)
    settings = WebhookSettings
    auth = WhatIsSet()
    idempotency = Idempotency("header:webhook-id", window_hours=72, body_bound=False, errors_kept=False)
    signature = StandardWebhook(key="signing_secret")
    channels = ("email", "sms", "webhook")
    guide = GUIDE

    @classmethod
    def own_host(cls, values: Any) -> str:
        return origin(values.url or values.host or "")

    @classmethod
    def mapping_problems(cls, rows: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        return mapping.problems(rows)

    def export_order(self, export: OrderExport) -> Exported:
        return self._taken(self._order("order.export", export))

    def exchange_order(self, export: OrderExport) -> Exported:
        return self._taken(self._order("order.exchange", export), _order_of(export))

    def export_invoice(self, export: OrderExport) -> Exported:
        return self._taken(self._order("invoice.export", export))

    def export_shipment(self, export: ShipmentExport) -> Exported:
        order = _order_of(export)
        value = {**{name: order[name] for name in ("number", "external_ids")}, **plain(export.shipment)}
        return self._taken(
            self._deliver("shipment.export", export.reference, value, order, export.properties)
        )

    def export_payment(self, export: PaymentExport) -> Exported:
        """Of the order only what names it: what is told is the money."""
        order = _order_of(export)
        money = {name: item for name, item in plain(export).items() if name not in {"order", "properties"}}
        value = {**{name: order[name] for name in ("number", "currency", "external_ids")}, **money}
        return self._taken(self._deliver("payment.export", export.reference, value, order, export.properties))

    def send_message(self, message: Message) -> Sent:
        value = plain(message)
        answer = self._deliver(
            "message", message.reference, value, {"number": message.order_number, **value}, {}
        )
        return Sent(message_id=id_of(fields_of(answer)))

    def validate(self, request: ValidationRequest) -> Verdict:
        order = _order_of(request)
        answer = self._deliver(
            f"{request.kind}.validate", order["number"], order, order, request.properties, write=False
        )
        if self.config.field_mapping:
            answer = mapping.verdict_of(answer, self.config.field_mapping)
        if request.must_answer and not says_verdict(answer):
            raise Rejected(
                'The receiver gave no verdict; it has to answer {"errors": [...], "warnings": [...]}'
            )
        return verdict(answer)

    def read_error(self, answer: Answer) -> tuple[str, str]:
        try:
            fields = fields_of(answer.json())
        except BadAnswer:
            return "", ""
        text = fields.get("message") or fields.get("error") or fields.get("detail") or fields.get("title")
        told = f"The receiver answered {answer.status}: {text}" if isinstance(text, str) else ""
        return str(fields.get("code") or ""), told[:500]

    def _taken(self, answer: Any, sent: Mapping[str, Any] | None = None) -> Exported:
        """What an answer says, by the Field Mapping where there is one; against what was `sent` for exchanges."""
        rows = self.config.field_mapping
        return mapping.exported(answer, rows) if rows else exported(answer, sent)

    def _order(self, kind: str, export: OrderExport) -> Any:
        order = _order_of(export)
        return self._deliver(kind, export.reference, order, order, export.properties)

    def _deliver(
        self,
        kind: str,
        reference: str,
        value: Any,
        fields: Mapping[str, Any],
        step: Mapping[str, Any],
        *,
        write: bool = True,
    ) -> Any:
        """Send and read; None for an answer that says nothing. `step` holds the properties of the step."""
        body = _encoded({"type": kind, "reference": reference, "Value": value})
        key = self.door.next_key() if write else None
        place = self._place(fields, step)
        place["headers"] = {"Content-Type": "application/json", **self._signed(body, key), **place["headers"]}
        request = Request(body=body, write=write, key=key, **place)
        return self._read(self.door.send(request, lambda answer: self.classify(answer, write)), write)

    def _place(self, fields: Mapping[str, Any], step: Mapping[str, Any]) -> dict[str, Any]:
        """Method, address and headers. What a step says wins; what proves who we are stays at the connector's host."""
        own = target_of(step)
        target = own if own.url or own.host else self.values
        url = fill(target.url or target.host or self.config.host, fields)
        at_home = origin(url) == origin(self.config.host)
        headers = {**(self.values.request_headers if at_home else {}), **own.request_headers}
        return {"method": target.http_method, "path": url, "headers": headers, "authenticated": at_home}

    def _signed(self, body: bytes, key: str | None) -> dict[str, str]:
        message_id = key or f"msg_{hashlib.sha256(body).hexdigest()[:32]}"
        if not self.values.signing_secret:
            return {"webhook-id": message_id}
        return self.signature.sign(body, [self.values.signing_secret], now=time.time(), message_id=message_id)

    def _read(self, answer: Answer, write: bool) -> Any:
        is_text = answer.headers.get("Content-Type", "").startswith("text/plain")
        if is_text or not answer.body.strip():
            return None
        try:
            return answer.json()
        except BadAnswer as error:
            kind = Unknown if write else RetryLater
            raise kind(f"The receiver answered something unreadable: {error}", status=answer.status) from None


def _order_of(request: OrderExport | PaymentExport | ShipmentExport | ValidationRequest) -> dict[str, Any]:
    order: dict[str, Any] = plain(request.order)
    del order["id"]
    return order


def _encoded(document: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(document)
    except TypeError:
        # Numbers above 64 bits, which JSON may hold.
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

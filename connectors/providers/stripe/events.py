"""Stripe's webhooks. Events come unordered and repeatedly, so each is read for what its object says, not for its turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connectors.contracts.base import Inbound, reading
from connectors.contracts.common import WebhookEvent
from connectors.contracts.payment import PaymentEvent, PaymentResult, State
from connectors.errors import Rejected
from connectors.providers.stripe.answers import Json, StripeAnswers
from connectors.providers.stripe.words import EVENTS, STATES_BY_EVENT


class StripeEvents(StripeAnswers):
    """The webhooks of Stripe."""

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        with reading("This event of Stripe"):
            return [self._read(inbound.json())]

    def _read(self, event: Json) -> WebhookEvent:
        if event["object"] != "event":
            raise Rejected(
                "The webhook endpoint sends thin events; give it snapshot events of version 2022-11-15"
            )
        self.check_mode(event)
        item = event["data"]["object"]
        told = {
            "id": event["id"],
            "type": event["type"],
            "reference": reference_of(item),
            "occurred_at": datetime.fromtimestamp(event["created"], UTC),
        }
        if event["type"] not in EVENTS | {"refund.failed"}:
            return WebhookEvent(**told)
        if item["object"] == "dispute":
            return self._dispute(item, told)
        return self._refund_event(item, told) if item["object"] == "refund" else self._money_event(item, told)

    def _money_event(self, item: Json, told: dict[str, Any]) -> WebhookEvent:
        readers: dict[str, Callable[[Json], PaymentResult]] = {
            "payment_intent": self.read_intent,
            "charge": self.read_charge,
            "checkout.session": self.read_session,
        }
        result = readers[item["object"]](item)
        result = replace(result, state=STATES_BY_EVENT.get(told["type"], result.state))
        return PaymentEvent(**told, provider_id=result.provider_id, state=result.state, result=result)

    def _refund_event(self, refund: Json, told: dict[str, Any]) -> WebhookEvent:
        """Only a refund of ours is told from a released authorisation; for others the charge's event has the total."""
        result, amount = self.read_refund(refund), self.money(refund["amount"], refund["currency"])
        if told["reference"]:
            return PaymentEvent(
                **told, provider_id=result.provider_id, result=result, operation="refund", amount=amount
            )
        data = {}
        if result.state is State.DECLINED:
            data["alert"] = (
                f"A refund of {amount} made at Stripe has failed: {result.reason or result.raw_state}"
            )
        return WebhookEvent(**told, provider_id=result.provider_id, data=data)

    def _dispute(self, dispute: Json, told: dict[str, Any]) -> WebhookEvent:
        amount = self.money(dispute["amount"], dispute["currency"])
        reason, status = dispute.get("reason") or "no reason given", dispute.get("status") or ""
        text = f"The shopper disputes {amount} ({reason}); state at Stripe: {status}"
        due = (dispute.get("evidence_details") or {}).get("due_by")
        if due and told["type"] == "charge.dispute.created":
            text += f". Answer there before {datetime.fromtimestamp(due, UTC):%Y-%m-%d %H:%M} UTC"
        return WebhookEvent(**told, provider_id=dispute.get("payment_intent") or "", data={"alert": text})


def reference_of(item: Json) -> str:
    """Our reference in an object of Stripe's, "" where it carries none."""
    return (item.get("metadata") or {}).get("reference") or item.get("client_reference_id") or ""

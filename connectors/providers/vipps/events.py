"""Vipps' webhooks. Each tells of one act and what that moved, not of totals; they come in order, but may repeat."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors.contracts.base import Inbound, reading
from connectors.contracts.common import WebhookEvent
from connectors.contracts.payment import PaymentEvent, PaymentResult
from connectors.errors import Misconfigured
from connectors.providers.vipps.answers import Json, VippsAnswers
from connectors.providers.vipps.bodies import our_reference
from connectors.providers.vipps.words import EVENTS, REASONS


class VippsEvents(VippsAnswers):
    """The webhooks of Vipps."""

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        with reading("This event of Vipps MobilePay"):
            return [self._read(inbound.json())]

    def _read(self, event: Json) -> WebhookEvent:
        self._check_sales_unit(str(event["msn"]))
        name, reference, act = str(event["name"]), str(event["reference"]), str(event["pspReference"])
        happened = event["success"] is True
        told: dict[str, Any] = {
            "id": ":".join((reference, name, act, *(() if happened else ("failed",)))),
            "type": name,
            "reference": our_reference(reference),
            "provider_id": reference,
            "occurred_at": datetime.fromisoformat(event["timestamp"]),
        }
        if name not in EVENTS or not happened:
            return WebhookEvent(**told, data={} if happened else self._alert(event))
        state, operation = EVENTS[name]
        result = PaymentResult(
            provider_id=reference,
            state=state,
            raw_state=name,
            # Answers to our calls do not carry it: an event is joined to its call by the amount.
            operation_id=act,
            reason=REASONS.get(name, ""),
        )
        amount = self.read_amount(event["amount"]) if operation else None
        return PaymentEvent(**told, state=state, result=result, operation=operation, amount=amount)

    def _check_sales_unit(self, given: str) -> None:
        """Raises Misconfigured for an event of another sales unit, whose references are not ours."""
        own = self.values.merchant_id
        if given != own:
            raise Misconfigured(
                f"Vipps MobilePay sent an event of sales unit {given} to the connector of {own}; register the webhook"
                f" with the keys of {own}, or correct Merchant ID"
            )

    def _alert(self, event: Json) -> dict[str, str]:
        """What failed moved nothing and is in no total. A failed approval may be tried again in the app."""
        _, operation = EVENTS.get(event["name"], (None, ""))
        if operation in {"", "authorize"}:
            return {}
        amount = self.read_amount(event["amount"])
        return {
            "alert": f"Vipps MobilePay reports that a {operation} of {amount} failed; look there for the reason"
        }

"""PayPal's webhooks. Each tells of one object as it was then, so each is read for its status, not for its turn."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from connectors.contracts.base import Inbound, reading
from connectors.contracts.common import WebhookEvent
from connectors.contracts.payment import PaymentEvent, PaymentResult, State
from connectors.providers.paypal.answers import PaypalAnswers
from connectors.providers.paypal.bodies import reference_of
from connectors.providers.paypal.objects import Json, linked, moment, money_of, text_of, unit_of
from connectors.providers.paypal.words import EVENTS

_OPERATIONS = {"capture": "capture", "refund": "refund"}


class PaypalEvents(PaypalAnswers):
    """The webhooks of PayPal."""

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        with reading("This event of PayPal"):
            return [self._read(inbound.json())]

    def _read(self, event: Json) -> WebhookEvent:
        kind, item = text_of(event, "event_type"), event["resource"]
        told: dict[str, Any] = {
            "id": text_of(event, "id"),
            "type": kind,
            "occurred_at": moment(event["create_time"]).astimezone(UTC),
        }
        if kind not in EVENTS:
            return WebhookEvent(**told)
        if kind.startswith("CHECKOUT.ORDER."):
            return self._order_event(item, told)
        if kind.startswith("CUSTOMER.DISPUTE."):
            return _dispute(item, told)
        if kind == "PAYMENT.CAPTURE.REVERSED":
            return _reversal(item, told)
        return self._money_event(item, told)

    def _order_event(self, order: Json, told: dict[str, Any]) -> WebhookEvent:
        result = self.read_order(order)
        return PaymentEvent(
            **told,
            reference=reference_of(unit_of(order).get("custom_id")),
            provider_id=result.provider_id,
            state=result.state,
            result=result,
        )

    def _money_event(self, item: Json, told: dict[str, Any]) -> WebhookEvent:
        """One that names neither our reference nor its order belongs to nothing that is known here."""
        reference, order = reference_of(item.get("custom_id")), _order_of(item)
        if not reference and not order:
            return WebhookEvent(**told)
        kind = _kind_of(told["type"])
        result = self._authorized(item, order) if kind == "authorization" else self._moved(kind, item, order)
        return PaymentEvent(
            **told,
            reference=reference,
            provider_id=order,
            state=result.state,
            result=result,
            operation=_OPERATIONS.get(kind, ""),
            amount=money_of(item) if kind in _OPERATIONS else None,
        )

    def _authorized(self, item: Json, order: str) -> PaymentResult:
        """What was captured meanwhile is told by the captures' own events."""
        state = self.ended(item)
        held = state in {State.AUTHORIZED, State.CAPTURED, State.CANCELLED, State.EXPIRED}
        return PaymentResult(
            provider_id=order,
            state=State.AUTHORIZED if state is State.CAPTURED else state,
            raw_state=text_of(item, "status"),
            authorized=money_of(item) if held else None,
            reason=_reason(item) if state is State.DECLINED else "",
        )

    def _moved(self, kind: str, item: Json, order: str) -> PaymentResult:
        """A capture counts as captured also after it was refunded: its refunds have events of their own."""
        state = self.word(kind, item)
        return PaymentResult(
            provider_id=order,
            state=State.CAPTURED if kind == "capture" and state is State.REFUNDED else state,
            raw_state=text_of(item, "status"),
            operation_id=text_of(item, "id"),
            reason=_reason(item) if state is State.DECLINED else "",
        )


def _kind_of(event_type: str) -> str:
    """The kind of object that an event is about: a capture that was refunded is told by its refund."""
    if event_type.startswith("PAYMENT.REFUND.") or event_type == "PAYMENT.CAPTURE.REFUNDED":
        return "refund"
    return "authorization" if event_type.startswith("PAYMENT.AUTHORIZATION.") else "capture"


def _order_of(item: Json) -> str:
    related = (item.get("supplementary_data") or {}).get("related_ids") or {}
    return str(related.get("order_id") or "")


def _reason(item: Json) -> str:
    reason = (item.get("status_details") or {}).get("reason")
    return f"PayPal says: {item['status']}{f', {reason}' if reason else ''}"


def _reversal(item: Json, told: dict[str, Any]) -> WebhookEvent:
    """PayPal's own decision against the merchant; what becomes of it is for people."""
    capture = linked(item, "up") or text_of(item, "id")
    return WebhookEvent(
        **told,
        reference=reference_of(item.get("custom_id")),
        provider_id=_order_of(item),
        data={"alert": f"PayPal has taken {money_of(item)} back (reversal of capture {capture}); look there"},
    )


def _dispute(item: Json, told: dict[str, Any]) -> WebhookEvent:
    amount = money_of({"amount": item["dispute_amount"]})
    text = f"The shopper disputes {amount} ({item.get('reason') or 'no reason given'}); state at PayPal: {item['status']}"
    due = item.get("seller_response_due_date")
    if due and told["type"] == "CUSTOMER.DISPUTE.CREATED":
        text += f". Answer there before {moment(due).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return WebhookEvent(
        **told,
        reference=reference_of(item["disputed_transactions"][0].get("custom")),
        data={"alert": text},
    )

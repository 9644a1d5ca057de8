"""Adyen's webhooks: several items in a body, each about one operation, late, unordered and repeatedly.

An item has no id of its own: the same reference, code and success are the same event (Adyen's page on webhooks). Some say
afterwards that what had succeeded has failed, and a capture that failed may be repaired by Adyen itself days later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.contracts.base import Inbound, reading
from connectors.contracts.common import WebhookEvent
from connectors.contracts.payment import PaymentEvent, PaymentProvider, PaymentResult, State
from connectors.contracts.plain import plain
from connectors.errors import Misconfigured
from connectors.providers.adyen.words import ALERTS, EVENTS, MAY_FAIL, REVERSALS
from connectors.signing import SignedFields
from tenants.money import Money

Json = Mapping[str, Any]

SIGNATURE = SignedFields(
    key="hmac_key",
    items=("notificationItems",),
    inside=("NotificationRequestItem",),
    signature=("additionalData", "hmacSignature"),
    fields=(
        ("pspReference",),
        ("originalReference",),
        ("merchantAccountCode",),
        ("merchantReference",),
        ("amount", "value"),
        ("amount", "currency"),
        ("eventCode",),
        ("success",),
    ),
)
_FLAGS = {"true": True, "false": False}


class AdyenEvents(PaymentProvider):
    """The webhooks of Adyen."""

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        with reading("This event of Adyen"):
            body = inbound.json()
            if _FLAGS[body["live"]] is self.config.is_test:
                mode = "live" if self.config.is_test else "test"
                raise Misconfigured(f"Adyen sent something of its {mode} system; Is Test says otherwise")
            return [self._read(body, element) for element in body["notificationItems"]]

    def _read(self, body: Json, element: Json) -> WebhookEvent:
        item = element["NotificationRequestItem"]
        code, success = _text(item, "eventCode"), _FLAGS[item["success"]]
        told: dict[str, Any] = {
            "id": f"{_text(item, 'pspReference')}:{code}:{item['success']}",
            "type": code,
            "occurred_at": datetime.fromisoformat(item["eventDate"]),
            "body": json.dumps(plain({**body, "notificationItems": [element]})).encode(),
        }
        if item["merchantAccountCode"] != self.values.merchant_id:
            return WebhookEvent(**told)
        told["reference"] = item["merchantReference"] and _text(item, "merchantReference")
        if code in ALERTS:
            return self._alert(item, told, ALERTS[code])
        if code == "CANCEL_OR_REFUND":
            action = (item.get("additionalData") or {}).get("modification.action")
            code = REVERSALS.get(str(action), code)
        return self._money_event(code, success, item, told)

    def _money_event(self, code: str, success: bool, item: Json, told: dict[str, Any]) -> WebhookEvent:
        if code == "CANCEL_OR_REFUND":
            return self._alert(item, told, "Adyen does not tell whether it cancelled or refunded {amount}")
        if code not in EVENTS or not (success or code in MAY_FAIL):
            return WebhookEvent(**told)
        operation, state = EVENTS[code]
        first = code in {"AUTHORISATION", "EXPIRE", "OFFER_CLOSED"} and not item.get("originalReference")
        repaired = ":recaptured" if code == "CAPTURE" and _is_repair(item) else ""
        result = PaymentResult(
            provider_id=_text(item, "pspReference" if first else "originalReference"),
            state=state if success else State.DECLINED,
            raw_state=f"{code}:{item['success']}",
            operation_id=item["pspReference"] + repaired if operation else "",
            reason=_reason(code, item) if not success or state is State.DECLINED else "",
        )
        told |= {"id": told["id"] + repaired, "provider_id": result.provider_id, "state": result.state}
        amount = self._amount(item) if operation else None
        return PaymentEvent(**told, result=result, operation=operation, amount=amount)

    def _alert(self, item: Json, told: dict[str, Any], text: str) -> WebhookEvent:
        said = text.format(amount=self._amount(item))
        told["data"] = {"alert": f"{said}: {item.get('reason') or 'no reason given'}. Look there"}
        return WebhookEvent(**told, provider_id=item.get("originalReference") or "")

    def _amount(self, item: Json) -> Money:
        value = item["amount"]["value"]
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError("the amount is no whole number of minor units")
        return self.money(value, item["amount"]["currency"])


def _is_repair(item: Json) -> bool:
    """A capture that Adyen has repaired counts beside the one that failed, whichever of the two is heard of first."""
    return "recaptured" in str(item.get("reason") or "").lower()


def _reason(code: str, item: Json) -> str:
    given = item.get("reason")
    reason = str(given) if given and given != "null" else "Adyen gives no reason"
    if code != "CAPTURE_FAILED":
        return reason
    return f"{reason}. Adyen may still repair it by itself: look there before you capture again"


def _text(item: Json, name: str) -> str:
    value = item[name]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is no text")
    return value

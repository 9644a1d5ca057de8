"""Twilio: text messages. Reference: twilio.com/docs/messaging/api/message-resource (2010-04-01), read on 2026-11-26.

A message is taken over with 201 and its SID. Twilio knows no idempotency key and keeps no reference of ours: one whose
answer was lost is never sent again by itself. Its status callback settles it, because our reference stands in the address
that the message asked for; otherwise a person does.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.auth import Basic
from connectors.contracts.base import Answer, BadAnswer, Category, Inbound, reading
from connectors.contracts.common import WebhookEvent
from connectors.contracts.notification import DeliveryState, Message, Notifier, Sent
from connectors.errors import Misconfigured, Unknown
from connectors.providers.twilio.messages import REFERENCE, fields
from connectors.providers.twilio.settings import TwilioSettings
from connectors.providers.twilio.signature import TwilioSignature, form_of
from connectors.providers.twilio.words import CURES, ERRORS, GUIDE, REASONS, STATES


class Twilio(Notifier):
    slug, label, category = "twilio", "Twilio", Category.OTHER
    names = ("Twilio",)
    hosts = dict.fromkeys(("live", "test"), "https://api.twilio.com")
    settings = TwilioSettings
    auth = Basic("account_sid", "auth_token")
    encoding = "form"
    channels = ("sms",)
    check = ("GET", "/2010-04-01/Accounts/{AccountSid}.json")
    webhook = TwilioSignature(key="auth_token")
    webhook_events = tuple(STATES)
    #: The account's own page tells its token, and tokens of accounts below it.
    unlogged = frozenset({"auth_token"})
    states = STATES
    errors = ERRORS
    guide = GUIDE

    def test_connection(self) -> Any:
        account = self.get(f"{self._account}.json")
        self.read_check(account)
        return account

    def read_check(self, body: Any) -> None:
        with reading("Twilio's answer about the account", Misconfigured):
            if body["status"] != "active":
                raise Misconfigured(f"The account is {body['status']}; make it active at Twilio")

    @classmethod
    def account_of(cls, answer: Any) -> str:
        return str(answer.get("friendly_name") or "") if isinstance(answer, dict) else ""

    def send_message(self, message: Message) -> Sent:
        form = fields(message, self.values, address=self.config.public_url, is_test=self.config.is_test)
        told = self.post(f"{self._account}/Messages.json", form)
        with reading("Twilio's answer", Unknown):
            return Sent(message_id=_text(told["sid"]))

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        """Callbacks come late, twice and in any order, and bring no time."""
        with reading("This status callback of Twilio"):
            form = form_of(inbound.body)
            sid, status = _text(form["MessageSid"][-1]), _text(form["MessageStatus"][-1])
            code = form.get("ErrorCode", [""])[-1]
            return [_event(sid, status, code, _reference(inbound.url))]

    def read_error(self, answer: Answer) -> tuple[str, str]:
        try:
            body = answer.json()
            code, text = str(body["code"]), body.get("message")
        except (BadAnswer, LookupError, TypeError, AttributeError):
            return "", ""
        cure = CURES.get(code)
        return code, f"{text or 'Twilio refused the request'}{f'; {cure}' if cure else ''}"[:500]

    @property
    def _account(self) -> str:
        return f"/2010-04-01/Accounts/{self.values.account_sid}"


def _event(sid: str, status: str, code: str, reference: str) -> WebhookEvent:
    state = STATES.get(status, DeliveryState.UNKNOWN)
    reason = f"{REASONS.get(code, status)} ({code})" if code else status
    return WebhookEvent(
        id=f"{sid}:{status}",
        type=f"message.{status}",
        provider_id=sid,
        reference=reference,
        data={"state": state, **({"reason": reason} if state is DeliveryState.FAILED else {})},
    )


def _reference(url: str) -> str:
    return parse_qs(urlsplit(url).query).get(REFERENCE, [""])[-1]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a text is missing")
    return value

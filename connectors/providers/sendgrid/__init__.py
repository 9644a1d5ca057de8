"""Twilio SendGrid: mail. Reference: twilio.com/docs/sendgrid/api-reference (v3), read on 2026-11-25.

A message is taken over with 202 and an empty body; its id stands in X-Message-Id. SendGrid knows no idempotency key and
cannot be asked for a message by our reference: one whose answer was lost is never sent again by itself. It waits for a
person, who finds it in SendGrid's Activity; its events tell too what became of it, because they carry our reference.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid5

from connectors.auth import Bearer
from connectors.contracts.base import Answer, BadAnswer, Category, Inbound, Limits, reading
from connectors.contracts.common import WebhookEvent
from connectors.contracts.events import events_of
from connectors.contracts.mail import InboundMail, MailReceiver
from connectors.contracts.notification import Message, Notifier, Sent
from connectors.errors import Misconfigured, ProviderError, Rejected, Unknown
from connectors.providers.sendgrid.events import STATES, event_of
from connectors.providers.sendgrid.inbound import checked_address
from connectors.providers.sendgrid.inbound import mail_of as inbound_mail
from connectors.providers.sendgrid.mail import mail_of
from connectors.providers.sendgrid.replies import reply_address
from connectors.schema import Group, Integer, Secret, Settings, Text
from connectors.signing import EcdsaSha256

GUIDE = """
In SendGrid open Settings > API Keys and make a key with the permission Mail Send; it goes into Bearer Token. A subuser
sends with a key of its own (SendGrid takes no on-behalf-of header for mail), and one in the European region has
https://api.eu.sendgrid.com as Host. Enter a verified sender as property From. With Is Test, SendGrid checks every
message and sends none; no events come for those.

Messages go out as their text says. Set TemplateId (d-…) to have a dynamic template lay them out, or one for each name with
properties of the Key Group Templates; it gets {{subject}}, {{text}}, {{html}}, {{order_number}} and the message's data.

Under Settings > Mail Settings > Event Webhooks add this connector's webhook address with the delivery and engagement
events, enable Signed Event Webhook, and copy its Verification Key into the property WebhookPublicKey. Bounces that come
days later may lack our reference; SendGrid then tells only the address.

To see on an order's page what customers answer, authenticate a domain of your own for it (such as parse.example.com), point
its MX record to mx.sendgrid.net, and under Settings > Inbound Parse give this connector's webhook address followed by
mail/ as Destination URL; both raw and parsed mail are read. Then set InboundAddress to an address there. Messages without
another Reply To carry it, together with what tells which of them was answered.

SendGrid cannot be asked whether it took a message. When an answer is lost, the message is not sent again by itself: look
for the order number in SendGrid's Activity or for its events here, then decide on the order's page.
"""


class MailAddress(Text):
    def convert(self, raw: Any) -> str:
        return checked_address(super().convert(raw))


class SendgridSettings(Settings):
    api_key = Secret("API Key", column="bearer_token", help="SG.…, with the permission Mail Send.")
    sender = Text("From", key="From", help="Sender address, verified at SendGrid.")
    sender_name = Text("From Name", key="FromName", required=False)
    reply_to = Text("Reply To", key="ReplyTo", required=False, help="Address that answers go to.")
    template_id = Text(
        "Template ID",
        key="TemplateId",
        required=False,
        help="d-…, for messages without a template of their own.",
    )
    inbound_address = MailAddress(
        "Inbound Address",
        key="InboundAddress",
        required=False,
        help="Address at the domain of Inbound Parse that customers answer to, such as orders@parse.example.com.",
    )
    templates = Group(
        "Templates", group="Templates", help="Dynamic templates by name: the key is the message's template."
    )
    webhook_public_key = Secret(
        "Webhook Public Key", required=False, help="Verification Key of the Signed Event Webhook."
    )
    webhook_tolerance = Integer(
        "Webhook Tolerance",
        required=False,
        default=600,
        help="Age in seconds up to which signed events are taken. SendGrid repeats for 24 hours (86400).",
    )


class Sendgrid(Notifier, MailReceiver):
    slug, label, category = "sendgrid", "SendGrid", Category.OTHER
    names, aliases = ("Sendgrid", "SendGrid"), ("Twilio SendGrid",)
    hosts = {"live": "https://api.sendgrid.com", "test": "https://api.sendgrid.com"}
    settings = SendgridSettings
    auth = Bearer("api_key")
    limits = Limits(remaining="X-RateLimit-Remaining", reset="X-RateLimit-Reset")
    check = ("GET", "/v3/scopes")
    webhook = EcdsaSha256(
        header="X-Twilio-Email-Event-Webhook-Signature",
        time_header="X-Twilio-Email-Event-Webhook-Timestamp",
        key="webhook_public_key",
    )
    webhook_events = tuple(STATES)
    states = STATES
    guide = GUIDE

    @classmethod
    def webhook_of(cls, values: Any) -> EcdsaSha256:
        return replace(cls.webhook, tolerance=values.webhook_tolerance)

    def read_check(self, body: Any) -> None:
        with reading("SendGrid's list of permissions"):
            if "mail.send" not in body["scopes"]:
                raise Misconfigured(
                    "The API Key may not send mail; give it the permission Mail Send at SendGrid"
                )

    def send_message(self, message: Message) -> Sent:
        mail = mail_of(self._answerable(message), self.values, self._mark(), is_test=self.config.is_test)
        answer = self.send("POST", "/v3/mail/send", mail, write=True)
        if answer.status != (200 if self.config.is_test else 202) or answer.body.strip():
            size = len(answer.body)
            raise Unknown(
                f"SendGrid answered strangely (HTTP {answer.status}, {size} bytes)", status=answer.status
            )
        return Sent(message_id=answer.headers.get("X-Message-Id", ""))

    @classmethod
    def takes_mail(cls, values: Any) -> bool:
        return bool(values.inbound_address)

    def read_mail(self, inbound: Inbound) -> InboundMail:
        with reading("This mail"):
            return inbound_mail(inbound, self.config.public_url)

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        with reading("This event of SendGrid"):
            events = inbound.json()
            if not isinstance(events, list):
                raise Rejected("SendGrid's events come as a list; this is none")
        return events_of("This event of SendGrid", events, lambda event: event_of(event, self._mark()))

    def classify(self, answer: Answer, writes: bool) -> ProviderError | None:
        error = super().classify(answer, writes)
        reset = answer.headers.get("X-RateLimit-Reset", "").strip()
        if error is not None and answer.status == 429 and reset.isdecimal() and len(reset) <= 12:
            error.retry_after = error.retry_after or max(int(reset) - time.time(), 0)
        return error

    def read_error(self, answer: Answer) -> tuple[str, str]:
        """SendGrid has no codes; a field is named where there is one, else it is null or the text "null"."""
        try:
            texts = [_told(error) for error in answer.json()["errors"]]
        except (BadAnswer, LookupError, TypeError, AttributeError):
            return "", ""
        return "", "; ".join(filter(None, texts))[:500]

    def _answerable(self, message: Message) -> Message:
        """Answers come to Inbound Parse, unless the message or the connector has another address for them."""
        if message.reply_to or self.values.reply_to or not self.values.inbound_address:
            return message
        address = reply_address(self.values.inbound_address, message.reference, self.config.public_url)
        return replace(message, reply_to=address)

    def _mark(self) -> str:
        """Tells this connector's messages from all others of the account, whose events come here too."""
        return str(uuid5(self.config.tenant_uid, f"connector:{self.config.id}"))


def _told(error: Mapping[str, Any]) -> str:
    field = error.get("field")
    return f"{error['message']} ({field})" if field and field != "null" else str(error["message"])

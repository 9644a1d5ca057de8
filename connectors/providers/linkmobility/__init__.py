"""LINK Mobility: text messages over the Common REST API. Reference: "SMS REST API, MT and Delivery Reports" 1.6 and 2.4.

A message is taken over with HTTP 200 and result code 1005; 200 with another code is a refusal. LINK knows no idempotency
key, treats our reference as a remark, and cannot be asked for a message: one whose answer was lost is never sent again by
itself. Its delivery report, which carries our reference, settles it; otherwise a person does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from connectors.auth import Basic
from connectors.contracts.base import Answer, BadAnswer, Category, Inbound, kind_by_status, reading
from connectors.contracts.common import WebhookEvent
from connectors.contracts.events import events_of
from connectors.contracts.notification import BatchSent, Message, MessageBatch, Notifier, Refused, Sent
from connectors.errors import Misconfigured, ProviderError, Rejected, Unknown
from connectors.providers.linkmobility import messages
from connectors.providers.linkmobility.reports import reason_of, report_event
from connectors.providers.linkmobility.settings import LinkmobilitySettings
from connectors.providers.linkmobility.words import CURES, ERRORS, GUIDE, QUEUED, STATES
from connectors.signing import Unsigned

NO_CONTENT, SERVER_ERROR = 204, 500


class Linkmobility(Notifier):
    slug, label, category = "linkmobility", "LinkMobility", Category.OTHER
    names, aliases = ("LinkMobility",), ("LINK Mobility", "SMS")
    settings = LinkmobilitySettings
    auth = Basic("username", "password")
    channels = ("sms",)
    largest_batch: ClassVar[int] = 1000
    webhook = Unsigned()
    states = STATES
    errors = ERRORS
    guide = GUIDE

    def send_message(self, message: Message) -> Sent:
        body = messages.single(message, self.values, is_test=self.config.is_test)
        answer = self.send("POST", "/sms/send", body, write=True)
        if answer.status == NO_CONTENT:
            return Sent()
        with reading("LINK's answer", Unknown):
            told = self._json(answer)
            code, message_id = int(told["resultCode"]), str(told.get("messageId") or "")
        if code != QUEUED:
            raise Rejected(f"LINK did not take the message: {_why(code, told)}", code=str(code))
        return Sent(message_id=message_id)

    def send_messages(self, batch: MessageBatch) -> BatchSent:
        """Each message stands for itself: LINK takes some of a batch and refuses others. One that cannot be sent at all is
        refused here and left out."""
        bodies, results = self._parts(batch.messages)
        if bodies:
            body = {**messages.common(self.values), "sendRequestMessages": bodies}
            answer = self.send("POST", "/sms/sendbatch", body, write=True)
            with reading("LINK's answer", Unknown):
                results |= _taken(self._json(answer), bodies)
        return BatchSent(results={item.reference: results[item.reference] for item in batch.messages})

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        with reading("This delivery report of LINK"):
            told = inbound.json()
        if not isinstance(told, list):
            told = [told]
        return events_of("This delivery report of LINK", told, report_event)

    def confirm(self, event: WebhookEvent) -> Sequence[WebhookEvent]:
        """LINK signs no report and can be asked for none: the unguessable address has to do, and that a report names the
        message's id at LINK, which only LINK and we know."""
        return [event]

    def kind_of(self, code: str, answer: Answer, writes: bool) -> type[ProviderError]:
        """What LINK says of an error of its own proves nothing: the message may have been taken over before it."""
        if answer.status >= SERVER_ERROR:
            return kind_by_status(answer.status, writes)
        return super().kind_of(code, answer, writes)

    def read_error(self, answer: Answer) -> tuple[str, str]:
        """The number stands in `status`; the text may be in either of two fields."""
        try:
            told = answer.json()
            code = str(told["status"])
            text = told.get("translatedDescription") or told.get("description")
        except (BadAnswer, LookupError, TypeError, AttributeError):
            return "", ""
        cure = CURES.get(code)
        return code, f"{text or 'LINK refused the request'}{f'; {cure}' if cure else ''}"[:500]

    def _parts(self, wanted: Sequence[Message]) -> tuple[list[dict[str, Any]], dict[str, Sent | Refused]]:
        bodies: list[dict[str, Any]] = []
        refused: dict[str, Sent | Refused] = {}
        for message in wanted:
            try:
                bodies.append(messages.part(message, self.values, is_test=self.config.is_test))
            except Misconfigured:
                raise
            except ProviderError as error:
                refused[message.reference] = Refused(reason=error.message)
        return bodies, refused

    def _json(self, answer: Answer) -> Any:
        try:
            return answer.json()
        except BadAnswer as error:
            raise Unknown(f"LINK answered something unreadable: {error}", status=answer.status) from None


def _taken(told: Any, bodies: Sequence[Mapping[str, Any]]) -> dict[str, Sent | Refused]:
    """What became of each, by our reference. Raises LookupError where the answer does not tell it of every one."""
    found: dict[str, Sent | Refused] = {}
    for item in told:
        code, reference = int(item["resultCode"]), str(item["refId"])
        taken = code == QUEUED
        found[reference] = (
            Sent(message_id=str(item.get("messageId") or "")) if taken else Refused(reason=_why(code, item))
        )
    missing = [body["refId"] for body in bodies if body["refId"] not in found]
    if missing:
        raise LookupError(f"it says nothing of {', '.join(missing[:3])}")
    return found


def _why(code: int, told: Mapping[str, Any]) -> str:
    text = told.get("description") or told.get("message")
    return f"{text} ({code})" if text else reason_of(code)

"""A message as SendGrid takes it."""

from __future__ import annotations

from typing import Any

from connectors.contracts.notification import Attachment, Message
from connectors.contracts.plain import plain
from connectors.errors import Misconfigured

#: Our own words among the custom arguments, which come back in events beside SendGrid's own fields. They stay with
#: SendGrid for ever, so they say nothing about a person.
REFERENCE, ORDER, CONNECTOR = "crossdock_reference", "crossdock_order", "crossdock_connector"


def mail_of(message: Message, values: Any, mark: str, *, is_test: bool) -> dict[str, Any]:
    """`mark` names the connector. Raises Misconfigured for a template that is none of SendGrid's."""
    marks = {REFERENCE: message.reference, ORDER: message.order_number, CONNECTOR: mark}
    envelope: dict[str, Any] = {"to": [{"email": message.to}], "custom_args": _without_empty(marks)}
    mail: dict[str, Any] = {
        "personalizations": [envelope],
        "from": _sender(message, values),
    }
    if message.reply_to or values.reply_to:
        mail["reply_to"] = {"email": message.reply_to or values.reply_to}
    template = _template(message, values)
    if template:
        mail["template_id"], envelope["dynamic_template_data"] = template, _filling(message)
    else:
        mail |= _without_empty({"subject": message.subject}) | {"content": _content(message)}
    if message.attachments:
        mail["attachments"] = [_attached(item) for item in message.attachments]
    if is_test:
        mail["mail_settings"] = {"sandbox_mode": {"enable": True}}
    return mail


def _sender(message: Message, values: Any) -> dict[str, str]:
    """The message's own sender has no name that we know."""
    if message.sender:
        return {"email": message.sender}
    return _without_empty({"email": values.sender, "name": values.sender_name})


def _template(message: Message, values: Any) -> str:
    """The message's own template where it is one of SendGrid's or has been given one, else the connector's."""
    named = {name.casefold(): str(item) for name, item in values.templates.items()}
    own = message.template if message.template.startswith("d-") else named.get(message.template.casefold())
    template: str = own or values.template_id or ""
    if template and not template.startswith("d-"):
        raise Misconfigured(
            f"{template} is no dynamic template of SendGrid; correct TemplateId or the Key Group Templates (d-…)"
        )
    return template


def _content(message: Message) -> list[dict[str, str]]:
    """Plain text has to come first."""
    kinds = {"text/plain": message.text, "text/html": message.html}
    return [{"type": kind, "value": text} for kind, text in kinds.items() if text]


def _filling(message: Message) -> dict[str, Any]:
    texts = {name: getattr(message, name) for name in ("subject", "text", "html", "order_number")}
    return {**_without_empty(texts), **plain(message.data)}


def _attached(item: Attachment) -> dict[str, str]:
    return _without_empty(
        {
            "content": plain(item.content),
            "filename": item.name,
            "type": item.content_type,
            "disposition": "attachment",
        }
    )


def _without_empty(texts: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}

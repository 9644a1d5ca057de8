"""What SendGrid finds wrong with a mail, as it says it: by field."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.sandbox.sendgrid.errors import SendgridError

Problem = tuple[str, str | None]

_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_KNOWN = {
    *(
        "personalizations",
        "from",
        "reply_to",
        "reply_to_list",
        "subject",
        "content",
        "attachments",
        "headers",
    ),
    *("template_id", "categories", "custom_args", "send_at", "batch_id", "asm", "ip_pool_name"),
    *("mail_settings", "tracking_settings"),
}
MOST_ARGUMENTS = 10_000


def check(mail: Any) -> None:
    """Raises SendgridError with everything that is wrong."""
    try:
        problems = list(_problems(mail))
    except (AttributeError, TypeError):
        problems = [("Bad Request", None)]
    if problems:
        raise SendgridError(400, *problems)


def _problems(mail: dict[str, Any]) -> Iterator[Problem]:
    for part in (_envelopes, _sender, _words, _attachments, _settings):
        yield from part(mail)
    yield from ((f"Invalid parameter: {name}.", name) for name in sorted(set(mail) - _KNOWN))


def is_sandboxed(mail: Mapping[str, Any]) -> bool:
    return bool((mail.get("mail_settings") or {}).get("sandbox_mode", {}).get("enable"))


def _envelopes(mail: Mapping[str, Any]) -> Iterator[Problem]:
    envelopes = mail.get("personalizations")
    if not isinstance(envelopes, list) or not envelopes:
        yield "The personalizations field is required and must have at least one personalization.", None
        return
    for place, envelope in enumerate(envelopes):
        field = f"personalizations.{place}"
        recipients = envelope.get("to")
        if not isinstance(recipients, list) or not recipients:
            yield "The to array is required for all personalization objects.", f"{field}.to"
            continue
        for number, item in enumerate(recipients):
            yield from _address(item, f"{field}.to.{number}.email")
        yield from _arguments(envelope.get("custom_args", {}), f"{field}.custom_args")


def _arguments(arguments: Any, field: str) -> Iterator[Problem]:
    if not isinstance(arguments, dict) or not all(isinstance(item, str) for item in arguments.values()):
        yield "The custom_args values must be strings.", field
    elif sum(len(key.encode()) + len(item.encode()) for key, item in arguments.items()) > MOST_ARGUMENTS:
        yield f"The custom_args may have at most {MOST_ARGUMENTS} bytes.", field


def _sender(mail: Mapping[str, Any]) -> Iterator[Problem]:
    for name in ("from", "reply_to"):
        if name == "from" or name in mail:
            yield from _address(mail.get(name), f"{name}.email")


def _address(item: Any, field: str) -> Iterator[Problem]:
    email = item.get("email") if isinstance(item, dict) else None
    if not isinstance(email, str) or not _ADDRESS.fullmatch(email):
        yield "Does not contain a valid address.", field


def _words(mail: Mapping[str, Any]) -> Iterator[Problem]:
    """Subject and content, unless a template brings them."""
    if mail.get("template_id"):
        return
    if not mail.get("subject"):
        yield "The subject is required. You can get around this requirement with a template.", "subject"
    content = mail.get("content")
    if not isinstance(content, list) or not content:
        yield "Unless a valid template_id is provided, the content parameter is required.", "content"
        return
    kinds = [item.get("type") for item in content]
    if "text/plain" in kinds[1:]:
        yield "If present, text/plain must come first, then text/html.", "content"
    for place, item in enumerate(content):
        if not item.get("value"):
            yield "The content value must be a string of at least one character.", f"content.{place}.value"


def _attachments(mail: Mapping[str, Any]) -> Iterator[Problem]:
    for place, item in enumerate(mail.get("attachments", ())):
        if not item.get("filename"):
            yield "The attachment filename is required.", f"attachments.{place}.filename"
        try:
            content = base64.b64decode(item.get("content") or "", validate=True)
        except (binascii.Error, ValueError):
            content = b""
        if not content:
            yield "The attachment content must be base64 encoded.", f"attachments.{place}.content"


def _settings(mail: Mapping[str, Any]) -> Iterator[Problem]:
    mode = (mail.get("mail_settings") or {}).get("sandbox_mode", {})
    if not isinstance(mode.get("enable", False), bool):
        yield "The sandbox mode enable param should be a boolean value.", "mail_settings.sandbox_mode.enable"

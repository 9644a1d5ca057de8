"""What SendGrid's Inbound Parse posts: a form with the parts of a mail, or with the whole of it in the field `email`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from html import unescape
from typing import Any

from connectors.contracts.base import Inbound
from connectors.contracts.mail import InboundMail, MailFile
from connectors.errors import Rejected
from connectors.providers.sendgrid.replies import answered

LONGEST_TEXT, LONGEST_SUBJECT, MOST_FILES = 100_000, 500, 50
_HIDDEN = re.compile(r"<(?:style|script)\b", re.IGNORECASE)
_SHOWN_AGAIN = re.compile(r"</(?:style|script)\s*>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/h[1-6])\b", re.IGNORECASE)
_BLANK = re.compile(r"\n\s*\n\s*")

Form = Mapping[str, tuple[bytes, str, str]]


def mail_of(inbound: Inbound, key: str) -> InboundMail:
    """Raises LookupError, TypeError and ValueError for what is none."""
    form = _form(inbound)
    if "email" in form:
        return _whole(message_from_bytes(form["email"][0], policy=policy.default), form, key)
    return _parts(form, key)


def _form(inbound: Inbound) -> Form:
    """Bytes, file name and type of each field."""
    kind = inbound.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise Rejected("Inbound Parse posts multipart/form-data; this is something else")
    raw = b"Content-Type: " + kind.encode("latin-1", "replace") + b"\r\n\r\n" + inbound.body
    found: dict[str, tuple[bytes, str, str]] = {}
    for part in message_from_bytes(raw, policy=policy.HTTP).iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = (content, part.get_filename() or "", part.get_content_type())
    return found


def _parts(form: Form, key: str) -> InboundMail:
    headers = message_from_bytes(form["headers"][0], policy=policy.default)
    charsets = json.loads(form["charsets"][0]) if "charsets" in form else {}
    said = {name: _said(form, name, charsets) for name in ("from", "subject", "text", "html")}
    return _mail(
        headers=headers,
        form=form,
        key=key,
        sender=said["from"],
        subject=said["subject"],
        text=said["text"] or _plain(said["html"]),
        files=tuple(_files(form)),
    )


def _whole(mail: EmailMessage, form: Form, key: str) -> InboundMail:
    body = mail.get_body(preferencelist=("plain", "html"))
    text = str(body.get_content()) if body is not None else ""
    html = body is not None and body.get_content_type() == "text/html"
    files = [
        MailFile(
            name=(item.get_filename() or "")[:200],
            content_type=item.get_content_type(),
            size=len(item.get_payload(decode=True) or b""),
        )
        for item in mail.iter_attachments()
    ]
    return _mail(
        headers=mail,
        form=form,
        key=key,
        sender=str(mail["from"] or ""),
        subject=str(mail["subject"] or ""),
        text=_plain(text) if html else text,
        files=tuple(files),
    )


def _mail(
    *,
    headers: EmailMessage | Any,
    form: Form,
    key: str,
    sender: str,
    subject: str,
    text: str,
    files: tuple[MailFile, ...],
) -> InboundMail:
    name, address = _first(sender)
    recipients = _recipients(form, headers)
    subject = " ".join(subject.split())[:LONGEST_SUBJECT]
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    return InboundMail(
        message_id=_identity(headers, address, subject, text),
        sender=address,
        sender_name=name,
        recipients=recipients,
        subject=subject,
        text=text
        if len(text) <= LONGEST_TEXT
        else f"{text[:LONGEST_TEXT]}\n[cut off here: {len(text)} characters]",
        sent_at=_time(headers),
        reference=answered(recipients, key),
        verified=_verified(form),
        automatic=str(headers.get("auto-submitted") or "no").strip().lower() != "no",
        files=files[:MOST_FILES],
    )


def _first(sender: str) -> tuple[str, str]:
    name, address = next(iter(getaddresses([sender])), ("", ""))
    if "@" not in address:
        raise Rejected("The mail names no sender")
    return name[:200], address[:254]


def _recipients(form: Form, headers: Any) -> tuple[str, ...]:
    """Those of the envelope, which are where it really came to, then those that it was written to."""
    envelope = json.loads(form["envelope"][0]) if "envelope" in form else {}
    written = [str(item) for item in headers.get_all("to", [])]
    found = [*envelope.get("to", ()), *(address for _, address in getaddresses(written))]
    return tuple(dict.fromkeys(str(item)[:254] for item in found if item))[:20]


def _identity(headers: Any, sender: str, subject: str, text: str) -> str:
    """Its Message-ID; one without is known by what it says."""
    own = str(headers.get("message-id") or "").strip()
    if own and len(own) <= 255:
        return own
    told = own or "\n".join((sender, str(headers.get("date") or ""), subject, text))
    return f"sha256:{hashlib.sha256(told.encode()).hexdigest()}"


def _time(headers: Any) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(headers.get("date") or ""))
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _verified(form: Form) -> bool | None:
    """SPF or DKIM passed, as SendGrid saw it; it writes {@example.com : pass}."""
    told = [form[name][0].decode("latin-1").lower() for name in ("SPF", "dkim") if name in form]
    if not told:
        return None
    return told[0].strip() == "pass" or any(re.search(r":\s*pass\b", item) for item in told)


def _files(form: Form) -> Iterator[MailFile]:
    for name, (content, filename, kind) in form.items():
        if re.fullmatch(r"attachment\d+", name):
            yield MailFile(name=(filename or name)[:200], content_type=kind[:100], size=len(content))


def _said(form: Form, name: str, charsets: Mapping[str, Any]) -> str:
    """In the character set that SendGrid names; letters that do not fit become question marks."""
    if name not in form:
        return ""
    try:
        return form[name][0].decode(str(charsets.get(name) or "utf-8"), "replace")
    except LookupError:
        return form[name][0].decode("utf-8", "replace")


def _plain(html: str) -> str:
    """The words of HTML, line by line; nothing of it is ever shown as HTML."""
    return _BLANK.sub("\n\n", unescape("".join(_words(html)))).strip()


def _words(html: str) -> Iterator[str]:
    """What is between the tags. Each place is looked at once: strangers write it, and half a megabyte of brackets that
    nobody closes would take hours otherwise."""
    at, closes = 0, True
    while (start := html.find("<", at)) >= 0:
        yield html[at:start]
        end = html.find(">", start)
        if end < 0:
            at = start
            break
        at = end + 1
        if _BREAK.match(html, start):
            yield "\n"
        elif closes and _HIDDEN.match(html, start):
            again = _SHOWN_AGAIN.search(html, start)
            closes = again is not None
            at = again.end() if again else at
    yield html[at:]


def checked_address(text: str) -> str:
    """Raises ValueError, with the cure as its text, for what is no address."""
    try:
        found = Address(addr_spec=text)
    except (ValueError, IndexError):
        found = Address()
    if not (found.username and "." in found.domain) or "+" in found.username:
        raise ValueError("must be an address without +, such as orders@parse.example.com")
    return text

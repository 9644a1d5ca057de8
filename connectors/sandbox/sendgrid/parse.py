"""Inbound Parse: what a customer wrote, posted as a form."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any

from connectors.sandbox.core.sender import Post

_BOUNDARY = "xYzZY"


def parse_post(url: str, data: Mapping[str, Any]) -> Post:
    body = form(list(_fields(data)))
    kind = f"multipart/form-data; boundary={_BOUNDARY}"
    return Post(url=url, make=lambda now: (body, {"Content-Type": kind, "User-Agent": "Sendlib/1.0"}))


def form(fields: list[tuple[str, bytes, str, str]]) -> bytes:
    """Name, content, file name and type of each."""
    parts = []
    for name, content, filename, kind in fields:
        named = f'; filename="{filename}"' if filename else ""
        head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n'
        head += f"Content-Type: {kind}\r\n" if kind else ""
        parts.append(head.encode() + b"\r\n" + content + b"\r\n")
    return b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()


def _fields(data: Mapping[str, Any]) -> Iterator[tuple[str, bytes, str, str]]:
    mail = _mail(data)
    envelope = {"to": [data["to"]], "from": data["from"]}
    told = {"envelope": json.dumps(envelope), "SPF": data.get("spf", "pass"), "sender_ip": "192.0.2.7"}
    if data.get("raw"):
        told["email"] = mail.as_string()
    else:
        headers = "".join(f"{name}: {value}\n" for name, value in mail.items())
        names = ("from", "to", "subject", "text")
        told |= {"headers": headers, "dkim": "none", "charsets": json.dumps(dict.fromkeys(names, "UTF-8"))}
        told |= {name: data.get(name, "") for name in names}
    for name, value in told.items():
        yield name, value.encode(), "", ""
    for number, (name, text) in enumerate(data.get("files", {}).items(), start=1):
        if not data.get("raw"):
            yield f"attachment{number}", text.encode(), name, "application/octet-stream"


def _mail(data: Mapping[str, Any]) -> EmailMessage:
    mail = EmailMessage()
    for name in ("from", "to", "subject"):
        mail[name] = data.get(name, "")
    mail["Message-ID"] = data.get("message_id") or f"<{secrets.token_hex(12)}@mail.example>"
    mail["Date"] = formatdate()
    if data.get("automatic"):
        mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(data.get("text", ""))
    for name, text in (data.get("files", {}) if data.get("raw") else {}).items():
        mail.add_attachment(text.encode(), maintype="application", subtype="octet-stream", filename=name)
    return mail

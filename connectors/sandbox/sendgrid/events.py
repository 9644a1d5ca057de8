"""What becomes of a mail, and how SendGrid posts and signs it."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from connectors.sandbox.core.sender import Post

Json = dict[str, Any]

#: The events of a mail by the word before the @ of its address, each with the fields of its own.
_FATES: Mapping[str, tuple[Json, ...]] = {
    "bounce": (
        {"event": "processed"},
        {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 no such mailbox"},
    ),
    "blocked": (
        {"event": "processed"},
        {"event": "bounce", "type": "blocked", "status": "5.7.1", "reason": "550 5.7.1 not welcome here"},
    ),
    "dropped": ({"event": "dropped", "reason": "Bounced Address"},),
    "deferred": (
        {"event": "processed"},
        {"event": "deferred", "response": "451 come back later", "attempt": "1"},
        {"event": "delivered", "response": "250 OK"},
    ),
    "spam": (
        {"event": "processed"},
        {"event": "delivered", "response": "250 OK"},
        {"event": "spamreport"},
    ),
}
_DELIVERED: tuple[Json, ...] = ({"event": "processed"}, {"event": "delivered", "response": "250 OK"})


def fate_of(address: str) -> tuple[Json, ...]:
    word = address.partition("@")[0].partition("+")[0].lower()
    return _FATES.get(word, _DELIVERED)


def event_of(mail: Mapping[str, Any], fields: Mapping[str, Any]) -> Json:
    """An event about a stored mail; its custom arguments stand beside SendGrid's own fields."""
    return {
        "email": mail["to"],
        "timestamp": int(time.time()),
        "smtp-id": f"<{mail['id']}@geopod-ismtpd-1>",
        "sg_event_id": secrets.token_urlsafe(24),
        "sg_message_id": f"{mail['id']}.recvd-sandbox-1-{secrets.token_hex(4).upper()}-1.0",
        **mail["custom_args"],
        **fields,
    }


def _read(pem: str) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("private_key is no key of an elliptic curve")
    return key


class Signer:
    """One account's key pair, a new one unless `pem` brings it. SendGrid shows the public key, as base64 of DER."""

    def __init__(self, pem: str = "") -> None:
        self._key = _read(pem) if pem else ec.generate_private_key(ec.SECP256R1())
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public_key = base64.b64encode(der).decode()

    def post_of(self, url: str, events: Sequence[Json]) -> Post:
        """Several events in one body, each on a line that ends in CRLF, all of which is signed."""
        body = (
            b"["
            + b",\r\n".join(json.dumps(item, separators=(",", ":")).encode() for item in events)
            + b"]\r\n"
        )

        def make(at: int) -> tuple[bytes, Mapping[str, str]]:
            signature = self._key.sign(str(at).encode() + body, ec.ECDSA(SHA256()))
            return body, {
                "Content-Type": "application/json",
                "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
                "X-Twilio-Email-Event-Webhook-Timestamp": str(at),
                "User-Agent": "SendGrid Event API (sandbox)",
            }

        noted = {
            "events": [item["sg_event_id"] for item in events],
            "types": [item["event"] for item in events],
        }
        return Post(url=url, make=make, noted=noted)

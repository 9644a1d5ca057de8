"""The address that customers answer to: it names the message that they answer, so that nobody can make one up."""

from __future__ import annotations

import hashlib
import hmac
import re

#: A local part has at most 64 characters.
_LONGEST = 64
_SAFE = re.compile(r"[A-Za-z0-9._-]+")


def reply_address(address: str, reference: str, key: str) -> str:
    """`address` with the message's reference in it: orders+A-1-7.3fa94c…@parse.example; itself where that has no room."""
    local, _, domain = address.rpartition("@")
    marked = f"{local}+{reference}.{_proof(reference, key)}"
    fits = len(marked) <= _LONGEST and _SAFE.fullmatch(reference)
    return f"{marked}@{domain}" if fits else address


def answered(addresses: tuple[str, ...], key: str) -> str:
    """The reference in the first of these addresses that we have made; "" where there is none."""
    for address in addresses:
        tag = address.rpartition("@")[0].partition("+")[2]
        reference, _, proof = tag.rpartition(".")
        if reference and hmac.compare_digest(proof.encode(), _proof(reference, key).encode()):
            return reference
    return ""


def _proof(reference: str, key: str) -> str:
    return hmac.new(key.encode(), f"reply:{reference}".encode(), hashlib.sha256).hexdigest()[:12]

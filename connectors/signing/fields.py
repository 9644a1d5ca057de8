"""Signatures inside the body: each item of a list carries its own, over some of its fields."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contracts.base import BadAnswer, Inbound
from connectors.errors import BadSignature, Misconfigured
from connectors.signing.parts import live
from connectors.strict_json import parse
from tenants.secret_value import SecretValue

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFields:
    """Base64 HMAC-SHA256, with a key written in hex, over an item's `fields` joined by `separator`, nothing escaped.

    `items` leads to the list, `inside` from an element to the item, `signature` from the item to its signature. A field
    that is missing counts as empty. What is not among the fields is not signed: nothing may be decided by it alone.
    """

    key: str
    items: Path
    fields: Sequence[Path]
    signature: Path
    inside: Path = ()
    separator: str = ":"

    def verify(self, inbound: Inbound, secrets: Sequence[SecretValue], now: float) -> None:
        """Raises BadSignature unless every item is signed with one of the secrets. `now` is not used: no time is signed."""
        keys = [key for secret in live(secrets) if (key := _key(secret)) is not None]
        if not keys:
            raise BadSignature("The signing key is not written in hex")
        found = list(self._items(_document(inbound.body)))
        if not found:
            raise BadSignature("The body holds nothing that is signed")
        for item in found:
            self._verify(item, keys)

    def sign_body(self, body: bytes, secrets: Sequence[SecretValue]) -> bytes:
        """The body with every item signed with the first secret. Raises Misconfigured for a key that is not in hex."""
        key, document = _key(live(secrets)[0]), _document(body)
        if key is None:
            raise Misconfigured("The signing key is not written in hex")
        for item in self._items(document):
            place = item
            for name in self.signature[:-1]:
                place = place.setdefault(name, {})
            place[self.signature[-1]] = _digest(key, self._signed(item))
        return json.dumps(document).encode()

    def _verify(self, item: Mapping[str, Any], keys: Sequence[bytes]) -> None:
        given, signed = _at(item, self.signature), self._signed(item)
        if not isinstance(given, str) or not given:
            raise BadSignature("An item of the body has no signature")
        if not any(hmac.compare_digest(_bytes(given), _digest(key, signed).encode()) for key in keys):
            raise BadSignature("The signature of an item does not fit it")

    def _items(self, document: Any) -> Iterator[dict[str, Any]]:
        elements = _at(document, self.items)
        for element in elements if isinstance(elements, list) else ():
            item = _at(element, self.inside)
            if not isinstance(item, dict):
                raise BadSignature("The body holds an item of another shape")
            yield item

    def _signed(self, item: Mapping[str, Any]) -> bytes:
        return _bytes(self.separator.join(_text(_at(item, path)) for path in self.fields))


def _document(body: bytes) -> Any:
    try:
        return parse(body)
    except BadAnswer as error:
        raise BadSignature(f"The body cannot be read: {error}") from None


def _at(node: Any, path: Path) -> Any:
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def _text(value: Any) -> str:
    """Only texts and whole numbers have one spelling."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise BadSignature("A signed field is neither a text nor a whole number")
    return str(value)


def _bytes(text: str) -> bytes:
    """JSON can spell halves of characters, which UTF-8 cannot."""
    return text.encode("utf-8", "surrogatepass")


def _key(secret: SecretValue) -> bytes | None:
    try:
        return bytes.fromhex(secret.reveal().strip()) or None
    except ValueError:
        return None


def _digest(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()

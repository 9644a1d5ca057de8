import base64
import binascii

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32


def parse(entries: list[str]) -> list[tuple[str, bytes]]:
    """Reads `id:base64key` entries, newest first. Raises ImproperlyConfigured; no message shows a key."""
    ring = [_entry(number, text.strip()) for number, text in enumerate(entries, start=1)]
    ids = [key_id for key_id, _ in ring]
    if len(ids) != len(set(ids)):
        raise ImproperlyConfigured("CROSSDOCK_ENCRYPTION_KEYS: two keys have the same id.")
    return ring


def _entry(number: int, text: str) -> tuple[str, bytes]:
    key_id, separator, encoded = text.partition(":")
    if not separator or not key_id:
        raise ImproperlyConfigured(
            f"CROSSDOCK_ENCRYPTION_KEYS: entry {number} is not of the form id:base64key."
        )
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ImproperlyConfigured(f"CROSSDOCK_ENCRYPTION_KEYS: key {key_id} is not base64.") from None
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(
            f"CROSSDOCK_ENCRYPTION_KEYS: key {key_id} has {len(key)} bytes, {KEY_BYTES} are needed."
        )
    return key_id, key

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import keyring

OLD, NEW = b"o" * 32, b"n" * 32


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_the_order_is_kept_so_that_the_first_key_encrypts() -> None:
    entries = [f"k2:{encoded(NEW)}", f" k1:{encoded(OLD)}"]
    assert keyring.parse(entries) == [("k2", NEW), ("k1", OLD)]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (["no-colon"], "entry 1 is not of the form"),
        ([":c2VjcmV0"], "entry 1 is not of the form"),
        (["k1:???"], "key k1 is not base64"),
        ([f"k1:{encoded(b'short')}"], "key k1 has 5 bytes, 32 are needed"),
        ([f"k1:{encoded(OLD)}", f"k1:{encoded(NEW)}"], "same id"),
    ],
)
def test_a_broken_key_is_named_but_not_shown(entries: list[str], message: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=message) as caught:
        keyring.parse(entries)
    assert entries[0].partition(":")[2] not in str(caught.value) or not entries[0].partition(":")[2]

"""Which field names hold a secret. Names are split into words: `page_token_count` is no token."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_ANYWHERE_TEXT = (
    "password passwd passphrase pwd passcode secret apikey privatekey accesskey secretkey signingkey clientsecret "
    "sharedsecret credential cvc cvv csc cav cardnumber cardno"
)
_LAST_TEXT = (
    "token accesstoken refreshtoken authtoken idtoken sessiontoken bearertoken apitoken authorization auth cookie "
    "signature sig hmac jwt otp assertion pan"
)
_PAIRS_TEXT = (
    "api-key access-key private-key signing-key encryption-key shared-key master-key account-key auth-key "
    "subscription-key functions-key card-number card-no card-pan verification-value security-code"
)
# What a name may end in and still only speak about a secret.
_ABOUT_TEXT = (
    "id name type count length expires expiry expiration hint label status required check result present provided "
    "version algorithm method changed updated created at in url uri policy format kind"
)
_PAGING_TEXT = "page next continuation cursor previous prev sync delta"
# A text without any of these, in lower case, holds no sensitive name (a name `pan` is caught by the shape of its value).
_KEYWORDS_TEXT = (
    'pass pwd secret token key auth cookie signature sig= "sig" hmac jwt otp assertion credential cvc cvv csc cav '
    "card verification security basic bearer ://"
)

_ANYWHERE = frozenset(_ANYWHERE_TEXT.split())
_LAST = frozenset(_LAST_TEXT.split())
_PAIRS = frozenset(tuple(pair.split("-")) for pair in _PAIRS_TEXT.split())
_ABOUT = frozenset(_ABOUT_TEXT.split())
_PAGING = frozenset(_PAGING_TEXT.split())
KEYWORDS = frozenset(_KEYWORDS_TEXT.split())


@lru_cache(maxsize=8192)
def is_sensitive(name: str) -> bool:
    """Whether a header, JSON key, form key or query parameter of this name holds a secret."""
    words = [word.lower() for word in _WORD.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    if not words or words[-1] in _ABOUT:
        return False
    singular = [word if word in _ANYWHERE or word in _LAST else word.removesuffix("s") for word in words]
    return _has_secret_word(singular) or _ends_in_secret(singular)


@lru_cache(maxsize=8192)
def is_sensitive_parameter(name: str) -> bool:
    """As is_sensitive; in a query or form the bare name `key` is an API key."""
    return name.lower() == "key" or is_sensitive(name)


def is_opaque(name: str) -> bool:
    """Whether even an object under this name is a secret as a whole, as in {"credentials": {…}}."""
    return any(word.lower().startswith(("secret", "credential", "password")) for word in _WORD.findall(name))


def _has_secret_word(words: list[str]) -> bool:
    return not _ANYWHERE.isdisjoint(words) or any(pair in _PAIRS for pair in pairwise(words))


def _ends_in_secret(words: list[str]) -> bool:
    if words[-1] not in _LAST:
        return False
    return not (words[-1] == "token" and len(words) > 1 and words[-2] in _PAGING)

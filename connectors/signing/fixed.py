"""For vendors that sign nothing but send along what they were given: a header of ours, or HTTP Basic credentials."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.contracts.base import Inbound
from connectors.errors import BadSignature
from connectors.signing.parts import header_of, live
from connectors.signing.unsigned import Unsigned
from tenants.secret_value import SecretValue


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedHeader(Unsigned):
    """A header that is the same every time lets a sender in. It proves nothing about the body, so what comes is a hint all
    the same, which `confirm` reads from the vendor itself.

    `form` tells what the header holds: the secret alone, "Bearer" and the secret, or HTTP Basic with the secret as
    password and any user name. Comparison takes constant time.
    """

    key: str  # type: ignore[misc]
    header: str = "Authorization"
    form: Literal["plain", "bearer", "basic"] = "plain"

    def verify(self, inbound: Inbound, secrets: Sequence[SecretValue], now: float) -> None:
        """Raises BadSignature unless the header holds one of the secrets. `now` is not used: nothing is dated."""
        given = self._given(header_of(inbound, self.header)).encode("utf-8", "surrogatepass")
        known = [secret.reveal().encode() for secret in live(secrets)]
        if not any(hmac.compare_digest(given, secret) for secret in known):
            raise BadSignature(f"The header {self.header} does not hold the secret")

    def sign(
        self, body: bytes, secrets: Sequence[SecretValue], *, now: float, message_id: str = ""
    ) -> dict[str, str]:
        """The header with the first secret."""
        secret = live(secrets)[0].reveal()
        if self.form == "basic":
            pair = base64.b64encode(f"crossdock:{secret}".encode()).decode()
            return {self.header: f"Basic {pair}"}
        return {self.header: f"Bearer {secret}" if self.form == "bearer" else secret}

    def _given(self, text: str) -> str:
        if self.form == "plain":
            return text
        word, _, rest = text.partition(" ")
        if word.lower() != self.form:
            raise BadSignature(f"The header {self.header} does not begin with {self.form.capitalize()}")
        return rest.strip() if self.form == "bearer" else _password(rest)


def _password(encoded: str) -> str:
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        raise BadSignature("The credentials are not encoded as HTTP Basic asks for") from None

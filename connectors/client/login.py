"""Access tokens: taken from the store, renewed by one process at a time, early when possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeGuard

from connectors.access_token import Token, credential_of
from connectors.auth import Auth
from connectors.client.deadline import Deadline
from connectors.client.outgoing import address
from connectors.client.ports import Ports
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Answer, BadAnswer, Request
from connectors.errors import Misconfigured, ProviderError, RetryLater

_PAUSE_S = 0.2
_MOST_PAUSES = 50


@dataclass(frozen=True, slots=True)
class Login:
    """The login of one connector. `obtain` sends a token request and returns its successful answer."""

    config: ConnectorConfig
    auth: Auth
    ports: Ports
    request: Request
    deadline: Deadline
    obtain: Callable[[Request], Answer]

    def token(self) -> Token:
        """A token that is good now. Raises Misconfigured when the login is refused, RetryLater when it is not there."""
        token = self.ports.tokens.get(self.config.id)
        if not self._fits(token) or token.is_over(self.ports.now()):
            return self._renewed(token)
        return self._renewed_early(token) if token.is_due(self.ports.now()) else token

    def after_refusal(self, refused: Token) -> Token:
        """Another token than the one that the provider has just refused."""
        stored = self.ports.tokens.get(self.config.id)
        return stored if self._is_news(stored, refused) else self._renewed(stored)

    def renew(self) -> None:
        """Put a new token in the place of a good one, before anybody needs it. Raises ProviderError."""
        token = self.ports.tokens.get(self.config.id)
        self._asked(token)
        if self.ports.tokens.claim_refresh(self.config.id, token):
            self._obtained(token)

    def _renewed_early(self, token: Token) -> Token:
        """While the old token is good, nobody waits for a new one and nobody fails for want of it."""
        if not self.ports.tokens.claim_refresh(self.config.id, token):
            return token
        try:
            return self._obtained(token)
        except ProviderError:
            return token

    def _renewed(self, seen: Token | None) -> Token:
        for _ in range(_MOST_PAUSES):
            self._asked(seen)
            if self.ports.tokens.claim_refresh(self.config.id, seen):
                return self._obtained(seen)
            stored = self.ports.tokens.get(self.config.id)
            if self._is_news(stored, seen):
                return stored
            seen = stored
            if self.deadline.left <= _PAUSE_S:
                break
            self.ports.sleep(_PAUSE_S)
        raise RetryLater("The login is being renewed elsewhere", answered=False)

    def _asked(self, seen: Token | None) -> Request:
        """The request for a new token. Raises Misconfigured where a person has to act first."""
        return self.auth.renewal(self.config, self.request, seen if self._fits(seen) else None)

    def _obtained(self, seen: Token | None) -> Token:
        """The caller holds the claim. The new token is stored before anybody uses it."""
        before = seen if self._fits(seen) else None
        try:
            answer = self.obtain(self._asked(seen))
            read = self.auth.read_renewal(answer, self.ports.now(), before)
            token = replace(read, credential=self._credential)
        except ProviderError as error:
            if before is not None and self.auth.is_refusal(error):
                return self._given_up(before, error)
            self.ports.tokens.release(self.config.id)
            raise
        except BaseException:
            self.ports.tokens.release(self.config.id)
            raise
        self.ports.tokens.save(self.config.id, token, seen)
        return token

    def _given_up(self, token: Token, error: ProviderError) -> Token:
        """A refresh token that was refused is never sent again, and whoever needs it is told what to do. It is of no account
        where another token has been stored meanwhile, which is returned: a person has connected, or somebody was quicker."""
        self.ports.tokens.refuse(self.config.id, token, error.code)
        stored = self.ports.tokens.get(self.config.id)
        if self._is_news(stored, token):
            return stored
        self._asked(replace(token, refused=error.code))
        raise error

    def _is_news(self, stored: Token | None, seen: Token | None) -> TypeGuard[Token]:
        return self._fits(stored) and not stored.refused and stored != seen

    def _fits(self, token: Token | None) -> TypeGuard[Token]:
        """Whether it was obtained with the credentials of this configuration."""
        return token is not None and token.credential == self._credential

    @property
    def _credential(self) -> str:
        return credential_of(self.request, address(self.config, self.request.path))


def classify_login(answer: Answer) -> ProviderError | None:
    """How a token request failed (RFC 6749 section 5.2)."""
    if answer.status < 300:
        return None
    if answer.status in {408, 429} or answer.status >= 500:
        return RetryLater(f"The login server answered HTTP {answer.status}", status=answer.status)
    reason = _reason(answer)
    text = f"The login was refused ({reason}); check the credentials"
    return Misconfigured(text, code=reason, status=answer.status)


def _reason(answer: Answer) -> str:
    try:
        body = answer.json()
    except BadAnswer:
        return f"HTTP {answer.status}"
    code = body.get("error") if isinstance(body, dict) else None
    return code if isinstance(code, str) and code.isascii() and len(code) < 60 else f"HTTP {answer.status}"

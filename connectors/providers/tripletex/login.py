"""The login: consumer token and employee token bring a session token, which is the password of every call."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from connectors.auth import Auth, Token, basic, needed
from connectors.contracts.base import Answer, BadAnswer, Request
from connectors.errors import RetryLater
from connectors.providers.tripletex.api import NORWAY, today
from tenants.secret_value import SecretValue

#: A session ends at the beginning of this day, counted from today.
DAYS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class SessionLogin(Auth):
    """The user name is the company that is worked for: 0 is the employee's own, an accountant names a client's."""

    def apply(self, headers: MutableMapping[str, str], values: Any, token: Token | None) -> None:
        if token is not None:
            headers["Authorization"] = basic(str(values.company_id), token.access.reveal())

    def token_request(self, config: Any) -> Request:
        """By POST: the older PUT has the tokens in its address."""
        tokens = {
            "consumerToken": needed(config.values, "consumer_token"),
            "employeeToken": needed(config.values, "employee_token"),
        }
        body = {**tokens, "expirationDate": today() + DAYS}
        return Request(
            method="POST",
            path="/token/session/:create",
            json=body,
            credential="\n".join(tokens.values()),
            authenticated=False,
        )

    def read_token(self, answer: Answer, now: datetime) -> Token:
        try:
            value = answer.json()["value"]
            token, until = value["token"], date.fromisoformat(value["expirationDate"])
        except (BadAnswer, LookupError, TypeError, ValueError):
            token, until = None, date.min
        if not isinstance(token, str) or not token:
            raise RetryLater("Tripletex's answer holds no session token", status=answer.status)
        return Token(
            access=SecretValue(token), obtained_at=now, expires_at=datetime.combine(until, time(), NORWAY)
        )

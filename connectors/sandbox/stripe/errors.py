"""Failures in Stripe's shape."""

from __future__ import annotations

from typing import Any


class StripeError(Exception):
    """`executed` tells whether the request passed validation, so that its outcome is remembered under its key."""

    def __init__(
        self, status: int, kind: str, message: str, *, executed: bool = False, **details: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.executed = executed
        given = {name: value for name, value in details.items() if value not in (None, "")}
        self.body = {"error": {"type": kind, "message": message, **given}}


def invalid(
    message: str, *, param: str = "", code: str = "", status: int = 400, **details: Any
) -> StripeError:
    return StripeError(status, "invalid_request_error", message, param=param, code=code, **details)


def missing(param: str) -> StripeError:
    return invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")


def no_such(kind: str, object_id: str, param: str, status: int = 404) -> StripeError:
    message = f"No such {kind}: '{object_id}'"
    return invalid(message, param=param, code="resource_missing", status=status)


def unauthorized(key: str) -> StripeError:
    if not key:
        return StripeError(401, "invalid_request_error", "You did not provide an API key.")
    shown = f"{key[:8]}{'*' * max(0, len(key) - 12)}{key[-4:]}"
    return StripeError(401, "invalid_request_error", f"Invalid API Key provided: {shown}")


def key_reused(key: str) -> StripeError:
    message = (
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request."
    )
    return StripeError(400, "idempotency_error", message)


def key_in_use(key: str) -> StripeError:
    message = (
        f"There is currently another in-progress request using this Idempotent Key: {key}. "
        "This can happen if a request is repeated before its first try has ended."
    )
    return StripeError(409, "idempotency_error", message, code="idempotency_key_in_use")


def wrong_status(intent: dict[str, Any], verb: str, allowed: tuple[str, ...]) -> StripeError:
    """An intent is asked for something that its status does not allow, e.g. a second capture."""
    message = (
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}. Only a PaymentIntent "
        f"with one of the following statuses may be {verb}: {', '.join(allowed)}."
    )
    return invalid(message, code="payment_intent_unexpected_state", executed=True, payment_intent=intent)

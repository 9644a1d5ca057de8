"""What is refused of a change of the configuration, and how it can be mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.publishing import PublishRefused
from tenants.apikit import FieldError, Problem


def gone(noun: str, pk: Any) -> Problem:
    return Problem(404, "not-found", f"There is no {noun} {pk}.")


def no_version(number: int) -> Problem:
    return Problem(404, "not-found", f"There is no version {number}; list the versions.")


def changed(noun: str, now: Mapping[str, Any]) -> Problem:
    """`now` is the draft as it is, with what differs from what is live."""
    text = f"The {noun} was changed since you read it; look at what differs and send it again with its new draft."
    return Problem(409, "draft-changed", text, current=now)


def refused(error: PublishRefused, checklist: Mapping[str, Any]) -> Problem:
    errors = [
        FieldError(
            item.field,
            item.message,
            "" if item.blocks else f"Mend it, or send {item.code} in confirm.",
        )
        for item in error.findings
    ]
    head = "Confirm the warnings" if error.can_be_confirmed else "Mend the errors"
    text = f"Nothing was published: the checklist has findings. {head} and publish again."
    return Problem(409, "checklist", text, errors=errors, current=checklist)

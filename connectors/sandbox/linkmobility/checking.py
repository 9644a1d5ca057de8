"""What LINK finds wrong with a message, as it says it: by number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.sandbox.core.wire import Response, json_response

Json = dict[str, Any]

BLOCKED, INVALID_SOURCE, NUMBER_ERROR, NO_TEXT = 2105, 2000, 2106, 4001
_TEXTS = {
    400: (106000, "Unknown error"),
    401: (106100, "Authentication failed"),
    403: (106101, "Access denied"),
    404: (106000, "Not found"),
    500: (106000, "Internal error"),
}
_SOURCES = {
    "ALPHANUMERIC": re.compile(r"[A-Za-z0-9 ]{1,11}"),
    "SHORTNUMBER": re.compile(r"[0-9]{1,14}"),
    "MSISDN": re.compile(r"\+[0-9]{6,15}"),
}
_CODES = {"TEXT", "GSM", "UCS2", "BINARY"}
_NUMBER = re.compile(r"\+[1-9][0-9]{5,14}")
MOST_MESSAGES = 1000


class LinkError(Exception):
    def __init__(self, status: int, code: int, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text

    def response(self) -> Response:
        body = {"status": self.code, "description": self.text, "translatedDescription": None}
        return json_response(body, self.status)


def failed(status: int) -> LinkError:
    return LinkError(status, *_TEXTS.get(status, (106000, f"Injected failure {status}")))


def check(body: Any, partner: Mapping[str, str], gates: Sequence[str]) -> None:
    """Raises LinkError for a request that is refused as a whole."""
    if not isinstance(body, dict):
        raise LinkError(400, 106000, "The body is no JSON object")
    for name, code in (("platformId", 106200), ("platformPartnerId", 106201)):
        if body.get(name) in (None, "") or partner.get(name, body[name]) != body[name]:
            raise LinkError(400, code, f"Unknown {name}")
    asked = body.get("deliveryReportGates") or []
    if body.get("useDeliveryReport", True) and not asked:
        raise LinkError(400, 106300, "No delivery report gates")
    if gates and any(gate not in gates for gate in asked):
        raise LinkError(400, 106301, "Unknown delivery report gate")


def refusal(message: Any) -> tuple[int, str] | None:
    """Why a single message is not taken; None where it is."""
    return next(_refusals(message), None)


def _refusals(message: Json) -> Iterator[tuple[int, str]]:
    kind = message.get("sourceTON", "ALPHANUMERIC")
    if kind not in _SOURCES or not _SOURCES[kind].fullmatch(str(message.get("source") or "")):
        yield INVALID_SOURCE, "Invalid source"
    destination = str(message.get("destination") or "")
    if not _NUMBER.fullmatch(destination):
        yield NUMBER_ERROR, "Number error"
    if destination.endswith("0409"):
        yield BLOCKED, "Destination blocked"
    if message.get("dcs", "TEXT") not in _CODES or not message.get("userData"):
        yield NO_TEXT, "Invalid message content"
    if any(ord(letter) > 0xFFFF for letter in str(message.get("userData") or "")):
        yield NO_TEXT, "Characters of four bytes are not supported"

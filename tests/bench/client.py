"""A client of the API that costs next to nothing, as it shares the machine with what is measured."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_S = 60.0


class Client:
    """One kept connection with one key. Raises RuntimeError for an answer that is no success."""

    def __init__(self, url: str, key: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=_TIMEOUT_S)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def place(self, body: dict[str, Any]) -> None:
        self._post("orders/", body, {"Idempotency-Key": f"bench-{body['number']}"})

    def move(self, number: str, status: str) -> None:
        self._post(f"orders/{number}/status/", {"status": status}, {})

    def _post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> None:
        self._connection.request("POST", f"/api/v1/{path}", json.dumps(body), {**self._headers, **headers})
        response = self._connection.getresponse()
        answer = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{path} was answered with {response.status}: {answer.decode()[:500]}")

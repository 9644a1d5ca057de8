"""Sends signed events to webhook endpoints from a thread of its own, in the order of the events."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import queue
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_S = 10


@dataclass(slots=True)
class _Message:
    url: str
    secret: str
    event: dict[str, Any]


class Sender:
    """`retries` further tries, `wait_ms` apart, follow a delivery without a 2xx; `paused` keeps messages back."""

    def __init__(self) -> None:
        self.retries = 0
        self.wait_ms = 200.0
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=5_000)
        self._flowing = threading.Event()
        self._flowing.set()
        self._closed = threading.Event()
        self._messages: queue.Queue[_Message | None] = queue.Queue()
        self._thread: threading.Thread | None = None

    def configure(
        self, *, retries: int | None = None, wait_ms: float | None = None, paused: bool = False
    ) -> None:
        self.retries = self.retries if retries is None else retries
        self.wait_ms = self.wait_ms if wait_ms is None else wait_ms
        (self._flowing.clear if paused else self._flowing.set)()

    def send(self, url: str, secret: str, event: dict[str, Any]) -> None:
        """The caller holds the vendor's lock, so one thread at most is started."""
        self._messages.put(_Message(url, secret, event))
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="sandbox-stripe-webhooks", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Drop what has not been sent."""
        self._closed.set()
        self._flowing.set()
        self._messages.put(None)

    def _work(self) -> None:
        while (message := self._messages.get()) is not None:
            self._flowing.wait()
            for attempt in range(1, self.retries + 2):
                if self._closed.is_set() or self._delivered(message, attempt):
                    break
                self._closed.wait(self.wait_ms / 1000)

    def _delivered(self, message: _Message, attempt: int) -> bool:
        status, problem = _post(message)
        self.deliveries.append(
            {
                "event": message.event["id"],
                "type": message.event["type"],
                "url": message.url,
                "attempt": attempt,
                "status": status,
                "problem": problem,
            }
        )
        return status is not None and 200 <= status < 300


def signature(secret: str, body: bytes, at: int) -> str:
    """Value of the header Stripe-Signature; `at` in seconds since the epoch."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _post(message: _Message) -> tuple[int | None, str]:
    """Status of the answer, or None and what was in the way. Redirects are not followed, as Stripe does not."""
    body = json.dumps(message.event, indent=2).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(message.secret, body, int(time.time())),
        "User-Agent": "Stripe/1.0 (sandbox)",
    }
    target = urlsplit(message.url)
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    connection = kind(target.netloc, timeout=_TIMEOUT_S)
    try:
        connection.request("POST", target.path + (f"?{target.query}" if target.query else ""), body, headers)
        return connection.getresponse().status, ""
    except (OSError, http.client.HTTPException) as error:
        return None, str(error) or type(error).__name__
    finally:
        connection.close()

"""Sends a vendor's signed webhooks from a thread of its own, in the order in which they were handed over."""

from __future__ import annotations

import http.client
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One webhook. `make` gives body and headers at each try, for a time in seconds since the epoch, outside of the vendor's
    lock; `noted` tells what it was in the list of deliveries."""

    url: str
    make: Callable[[int], tuple[bytes, Mapping[str, str]]]
    noted: Mapping[str, Any] = field(default_factory=dict)


class Sender:
    """`retries` further tries, `wait_ms` apart, follow a delivery without a 2xx; `paused` keeps messages back."""

    def __init__(self, vendor: str) -> None:
        self.vendor = vendor
        self.retries = 0
        self.wait_ms = 200.0
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=5_000)
        self._flowing = threading.Event()
        self._flowing.set()
        self._closed = threading.Event()
        self._messages: queue.Queue[Post | None] = queue.Queue()
        self._thread: threading.Thread | None = None

    def configure(
        self, *, retries: int | None = None, wait_ms: float | None = None, paused: bool = False
    ) -> None:
        self.retries = self.retries if retries is None else retries
        self.wait_ms = self.wait_ms if wait_ms is None else wait_ms
        (self._flowing.clear if paused else self._flowing.set)()

    def settings(self) -> dict[str, Any]:
        return {"retries": self.retries, "wait_ms": self.wait_ms}

    def send(self, post: Post) -> None:
        """The caller holds the vendor's lock, so one thread at most is started."""
        self._messages.put(post)
        if self._thread is None:
            name = f"sandbox-{self.vendor}-webhooks"
            self._thread = threading.Thread(target=self._work, name=name, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Drop what has not been sent."""
        self._closed.set()
        self._flowing.set()
        self._messages.put(None)

    def _work(self) -> None:
        while (post := self._messages.get()) is not None:
            self._flowing.wait()
            for attempt in range(1, self.retries + 2):
                if self._closed.is_set() or self._delivered(post, attempt):
                    break
                self._closed.wait(self.wait_ms / 1000)

    def _delivered(self, post: Post, attempt: int) -> bool:
        status, problem = _posted(post)
        told = {"url": post.url, "attempt": attempt, "status": status, "problem": problem}
        self.deliveries.append({**post.noted, **told})
        return status is not None and 200 <= status < 300


def _posted(post: Post) -> tuple[int | None, str]:
    """Status of the answer, or None and what was in the way. Redirects are not followed, as vendors do not."""
    target = urlsplit(post.url)
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    connection = kind(target.netloc, timeout=_TIMEOUT_S)
    path = target.path + (f"?{target.query}" if target.query else "")
    body, headers = post.make(int(time.time()))
    try:
        connection.request("POST", path, body, dict(headers))
        return connection.getresponse().status, ""
    except (OSError, http.client.HTTPException) as error:
        return None, str(error) or type(error).__name__
    finally:
        connection.close()

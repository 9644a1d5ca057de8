"""All simulated vendors together: picks the vendor, applies the fault, keeps the books."""

from __future__ import annotations

import itertools
import logging
import re
import threading
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.sandbox.core import control
from connectors.sandbox.core.faults import NO_FAULT, Fault, Faults
from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.vendor import Course, Vendor, discover
from connectors.sandbox.core.wire import Request, Response, json_response

#: Older calls are forgotten, so that a long benchmark does not fill the memory.
CALLS_KEPT = 20_000
_BODY_KEPT = 64 * 1024
LONGEST_WORK_S = 60.0

log = logging.getLogger(__name__)


class Simulator:
    """`url` is where the sandbox listens, `ledger_file` where executed effects are kept beyond a crash."""

    def __init__(self, url: str, ledger_file: Path | None = None, latency_ms: float = 0) -> None:
        self.url = url
        self.ledger = Ledger(ledger_file)
        self.latency_ms = latency_ms
        self._classes = discover()
        self._answered = threading.Condition()
        self._begin()

    def _begin(self) -> None:
        self.faults = Faults()
        self.faults.set_latency(self.latency_ms)
        self.calls: deque[dict[str, Any]] = deque(maxlen=CALLS_KEPT)
        self._numbers = itertools.count(1)
        self.vendors: dict[str, Vendor] = {
            slug: vendor(self.ledger, self.url) for slug, vendor in self._classes.items()
        }

    def reset(self) -> None:
        """Forget everything: vendors' memory, faults, latency, calls and ledger."""
        self._close_vendors()
        self.ledger.clear()
        self._begin()

    def close(self) -> None:
        self._close_vendors()
        self.ledger.close()

    def _close_vendors(self) -> None:
        for vendor in self.vendors.values():
            vendor.close()

    def answer(self, request: Request) -> tuple[Response, Fault]:
        """The answer and the fault that decides how it is delivered. Never raises: a bug here is a 500."""
        try:
            return self._answer(request)
        except Exception:
            log.exception("The sandbox failed at %s %s", request.method, request.path)
            return json_response({"error": "The sandbox has a bug; see its log."}, 500), NO_FAULT

    def _answer(self, request: Request) -> tuple[Response, Fault]:
        slug, _, rest = request.path[1:].partition("/")
        if slug == "_":
            return control.answer(self, request), NO_FAULT
        vendor = self.vendors.get(slug)
        if vendor is None:
            return json_response({"error": f"The sandbox knows no vendor {slug!r}."}, 404), NO_FAULT
        request.path = f"/{rest}"
        fault = self.faults.take(slug, request)
        call = self._note(slug, request, fault)
        response = self._served(vendor, request, fault)
        with self._answered:
            call["status"] = response.status
            self._answered.notify_all()
        return response, fault

    def _served(self, vendor: Vendor, request: Request, fault: Fault) -> Response:
        """A front server's failure keeps the vendor from seeing the call, or only hides the vendor's true answer."""
        if fault.works_on:
            threading.Thread(target=self._work_on, args=(vendor, request, fault), daemon=True).start()
            return Response()
        seconds = (self.faults.latency_ms(vendor.slug) + fault.latency_ms) / 1000
        if fault.prevents_effect and not (fault.status and fault.is_from_vendor):
            time.sleep(seconds)
            return vendor.failure(fault.status) if fault.status else Response()
        if fault.is_from_vendor:
            return vendor.serve(request, Course(seconds, fault.status, fault.status_after_effect))
        response = vendor.serve(request, Course(seconds))
        return vendor.failure(fault.status_after_effect) if fault.status_after_effect else response

    def _work_on(self, vendor: Vendor, request: Request, fault: Fault) -> None:
        """Nobody listens any more. Ends with the sandbox, or where what it waits for does not come."""
        seen = len(self.calls)

        def is_answered() -> bool:
            later = list(self.calls)[seen:]
            places = [f"{call['method']} {call['path']}" for call in later if call["status"] is not None]
            return any(re.search(fault.works_on, place) for place in places)

        def wait() -> None:
            with self._answered:
                self._answered.wait_for(is_answered, LONGEST_WORK_S)

        vendor.serve(request, Course(wait=wait))

    def _note(self, slug: str, request: Request, fault: Fault) -> dict[str, Any]:
        """Put down on arrival, so that tests can wait for a call under way; its status is None until it is decided."""
        call = {
            "n": next(self._numbers),
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "vendor": slug,
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "headers": {**request.headers, "authorization": "***"},
            "body": request.body[:_BODY_KEPT].decode("utf-8", "replace"),
            "status": None,
            "faulty": fault is not NO_FAULT,
        }
        self.calls.append(call)
        return call

"""What a simulated vendor is, and how the sandbox finds them."""

from __future__ import annotations

import importlib
import pkgutil
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeGuard

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.core.wire import Request, Response, json_response


@dataclass(frozen=True, slots=True)
class Course:
    """What a fault makes of one call inside the vendor: seconds of work, something that it waits for, and a status before or
    after the effect."""

    work_s: float = 0
    fail_before: int | None = None
    fail_after: int | None = None
    wait: Callable[[], object] | None = None


class Vendor(ABC):
    """A vendor's behaviour and memory. `url` is the sandbox's own address, for links that the vendor hands out."""

    slug: ClassVar[str]

    def __init__(self, ledger: Ledger, url: str) -> None:
        self.ledger = ledger
        self.url = url
        self.lock = threading.RLock()

    @abstractmethod
    def serve(self, request: Request, course: Course) -> Response:
        """Answer one call; `request.path` is without the slug. Executes through `run`."""

    def run(self, course: Course, handle: Callable[[], Response]) -> Response:
        """Execute under the vendor's lock, after the time that its work takes."""
        if course.work_s > 0:
            time.sleep(course.work_s)
        if course.wait is not None:
            course.wait()
        if course.fail_before:
            return self.failure(course.fail_before)
        with self.lock:
            response = handle()
        return self.failure(course.fail_after) if course.fail_after else response

    def failure(self, status: int) -> Response:
        """An error of this status in the vendor's own shape."""
        return json_response({"error": {"message": f"Injected failure {status}"}}, status)

    def control(self, request: Request) -> Response:
        """What tests and the demo may do to this vendor under /_/<slug>/, e.g. pay as a shopper would."""
        return json_response({"error": f"{self.slug} has no control {request.method} {request.path}"}, 404)

    def close(self) -> None:
        """End background threads; most vendors have none."""
        return


def discover() -> dict[str, type[Vendor]]:
    """All vendors that have a module or package of their own in connectors/sandbox/, by slug."""
    found: dict[str, type[Vendor]] = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parents[1])]):
        if module.name in {"core", "__main__"}:
            continue
        members = vars(importlib.import_module(f"connectors.sandbox.{module.name}")).values()
        found |= {item.slug: item for item in members if _is_vendor(item)}
    return found


def _is_vendor(item: Any) -> TypeGuard[type[Vendor]]:
    return isinstance(item, type) and issubclass(item, Vendor) and item is not Vendor

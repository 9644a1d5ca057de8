"""What the order services refuse, in words for the caller: what is wrong, where, and the cure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

#: PostgreSQL's codes for a lock that could not be had in time, and for two that waited for each other.
_NOT_LOCKED = frozenset({"55P03", "40P01"})


class OrderProblem(Exception):
    """Base of all refusals; nothing was saved. The text may be shown to the caller."""

    @property
    def message(self) -> str:
        return str(self)


class FieldErrors:
    """Collects what is wrong with the fields of one document, so that all of it is told at once."""

    def __init__(self, prefix: str = "", found: dict[str, list[str]] | None = None) -> None:
        self.prefix = prefix
        self.found: dict[str, list[str]] = {} if found is None else found

    def add(self, path: str, message: str) -> None:
        """`path` as "lines.0.sku", counted from zero."""
        messages = self.found.setdefault(f"{self.prefix}{path}", [])
        if message not in messages:
            messages.append(message)

    def under(self, path: str | int) -> FieldErrors:
        """The same collection, seen from a part of the document: `errors.under("lines").under(0)`."""
        return FieldErrors(f"{self.prefix}{path}.", self.found)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((path, text) for path, texts in self.found.items() for text in texts)

    def __bool__(self) -> bool:
        return bool(self.found)

    @contextmanager
    def catch(self, path: str, *kinds: type[Exception]) -> Iterator[None]:
        """Turn these errors, raised inside, into a message for the field."""
        try:
            yield
        except kinds as error:
            self.add(path, str(error))


class InvalidData(OrderProblem):
    """The document is refused. `errors` maps paths such as "lines.0.sku" to their messages."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{path}: {text}" for path, texts in errors.items() for text in texts))
        self.errors = errors


class NotFound(OrderProblem):
    """There is no such row in the tenant in scope."""


class DuplicateNumber(OrderProblem):
    """Another order has this number."""


class DuplicateCode(OrderProblem):
    """The tenant has a row of this code; `field` is the code's name."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class StatusNotAllowed(OrderProblem):
    """The order may not go there from where it is."""

    def __init__(self, requested: str, current: str, allowed: Iterable[str]) -> None:
        self.requested, self.current, self.allowed = requested, current, tuple(allowed)
        choice = f"allowed next: {', '.join(self.allowed)}" if self.allowed else "no status may follow"
        super().__init__(f"the order is in status {current} and cannot go to {requested}; {choice}")


class VersionConflict(OrderProblem):
    """The order changed since the caller read it."""

    def __init__(self, expected: int, current: int, status: str) -> None:
        self.expected, self.current, self.status = expected, current, status
        super().__init__(
            f"the order is at version {current} (status {status}), not {expected}; read it and decide anew"
        )


class NotPossible(OrderProblem):
    """What was asked for cannot be done as things stand; the text says why, and what can be done instead."""


class OrderBusy(OrderProblem):
    """Somebody else holds the order's row; trying again soon helps."""


def is_busy(error: BaseException) -> bool:
    """Whether this was refused because somebody else holds a row, which passes by itself."""
    return isinstance(error, OrderBusy) or getattr(error.__cause__, "sqlstate", "") in _NOT_LOCKED

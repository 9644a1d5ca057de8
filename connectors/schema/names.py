"""A setting that holds several names with commas between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.schema.fields import Field


class Names(Field):
    """Providers and steps get a tuple, each name once. `known` are the only ones that may be used, in any case."""

    def __init__(self, label: str, *, known: Iterable[str] = (), longest: int = 200, **options: Any) -> None:
        super().__init__(label, **options)
        self.known = tuple(known)
        self.longest = longest

    def convert(self, raw: Any) -> tuple[str, ...]:
        if not isinstance(raw, str):
            raise ValueError("must be text: names with commas between them")
        names = tuple(dict.fromkeys(name.strip() for name in raw.split(",") if name.strip()))
        if not names:
            raise ValueError("names nothing")
        if any(len(name) > self.longest for name in names):
            raise ValueError(f"must have names of up to {self.longest} characters")
        return tuple(map(self._known, names)) if self.known else names

    def _known(self, name: str) -> str:
        for known in self.known:
            if known.casefold() == name.casefold():
                return known
        raise ValueError(f"{name} is none of {', '.join(self.known)}")

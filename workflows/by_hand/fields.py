"""What an act asks for, and reading what was given. The same inputs serve the admin's forms and the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tenants.money import Money
from workflows.problems import InvalidData

_TRUE = (True, "true", "on", "1", "yes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One thing that may be given. `kind` names how it is drawn."""

    name: str
    label: str
    help: str = ""
    kind = "text"

    def read(self, given: Any) -> Any:
        """The value; what is not given (None or "") takes the default. Raises ValueError with the cure."""
        return str(given or "").strip()

    def beside(self, other: Input) -> Input | None:
        """One input for several orders, where this is that of one and `other` that of another; None where there can be
        none."""
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyInput(Input):
    """An amount in the order's currency of at most `most`; empty means `full`."""

    most: Money
    full: Money
    kind = "money"

    def read(self, given: Any) -> Money:
        text = str(given or "").strip()
        if not text:
            return self.full
        try:
            amount = Money.of(text, self.most.currency)
        except (ValueError, ArithmeticError) as error:
            raise ValueError(f"{error}" or f"Use an amount such as {self.most.amount}.") from None
        if not amount or not amount <= self.most:
            raise ValueError(f"Use more than 0 and at most {self.most}.")
        return amount

    def beside(self, other: Input) -> None:
        """Several orders are always acted on in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Input):
    """One of `options`, pairs of value and words; the first is the default unless `initial` names another."""

    options: Sequence[tuple[str, str]]
    initial: str = ""
    kind = "choice"

    def read(self, given: Any) -> str:
        wanted = str(given if given is not None else "").strip() or self.chosen
        found = next((value for value, _ in self.options if value.lower() == wanted.lower()), None)
        if found is None:
            known = ", ".join(value or "(empty)" for value, _ in self.options)
            raise ValueError(f"{wanted!r} is none of the choices; use one of {known}.")
        return found

    @property
    def chosen(self) -> str:
        return self.initial or self.options[0][0]

    def beside(self, other: Input) -> Input | None:
        if not isinstance(other, Choice):
            return None
        merged = dict(self.options) | dict(other.options)
        return replace(self, options=tuple(merged.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Input):
    initial: bool = False
    kind = "flag"

    def read(self, given: Any) -> bool:
        if given is None:
            return self.initial
        return (given.lower() if isinstance(given, str) else given) in _TRUE


def read_values(inputs: Sequence[Input], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values by name. Raises InvalidData with everything that is wrong."""
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for item in inputs:
        try:
            values[item.name] = item.read(given.get(item.name))
        except ValueError as error:
            errors[item.name] = [str(error)]
    if errors:
        raise InvalidData(errors)
    return values


def shared_inputs(lists: Sequence[Sequence[Input]]) -> list[Input]:
    """The inputs of an act on several orders: those that all have, with the choices of all."""
    if not lists:
        return []
    found: dict[str, Input | None] = {item.name: item for item in lists[0]}
    for inputs in lists:
        mine = {item.name: item for item in inputs}
        for name, item in found.items():
            found[name] = item.beside(mine[name]) if item is not None and name in mine else None
    return [item for item in found.values() if item is not None]

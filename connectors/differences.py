"""What differs between two published documents, in words for staff. Secrets only ever "changed"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.documents import SECRETS

#: What tells the rows of a list apart, in this order; a list of plain values is compared as a whole.
_IDENTITIES = (("key_group", "key"), ("property",), ("position",), ("name",))
#: Between the parts of a path.
SEPARATOR = " > "
_SET, _NOT_SET, _CHANGED = "set", "not set", "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` names the place, such as "properties > Limit > value"; old and new are texts, "" where there is none."""

    path: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.path}: {self.old or '(none)'} → {self.new or '(none)'}"


def differences(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[Difference]:
    """From one document to the other, in the order of the new one; None stands for nothing published."""
    return list(_mapping((), old or {}, new or {}))


def _mapping(path: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*new, *old)):
        yield from _any((*path, str(name)), old.get(name), new.get(name))


def _any(path: tuple[str, ...], old: Any, new: Any) -> Iterator[Difference]:
    """Nothing and empty are the same to people."""
    if old == new:
        return
    if path[-1] in ("secret", "webhook_token", *SECRETS):
        yield Difference(_text(path), *_secret(old, new))
    elif isinstance(old or new, Mapping) and isinstance(new or old, Mapping):
        yield from _mapping(path, old or {}, new or {})
    elif _is_table(old) and _is_table(new) and (old or new):
        yield from _table(path, old or [], new or [])
    elif _shown(old) != _shown(new) or _shown(new):
        yield Difference(_text(path), _shown(old), _shown(new))


def _table(path: tuple[str, ...], old: Sequence[Any], new: Sequence[Any]) -> Iterator[Difference]:
    identity = next((names for names in _IDENTITIES if names[-1] in (*old, *new)[0]), ())
    before = _by_identity(old, identity)
    after = _by_identity(new, identity)
    yield from _mapping(path, before, after)
    moved = [name for name in before if name in after] != [name for name in after if name in before]
    if moved:
        yield Difference(_text((*path, "order")), ", ".join(before), ", ".join(after))


def _by_identity(rows: Sequence[Mapping[str, Any]], identity: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, row in enumerate(rows, start=1):
        label = " > ".join(str(row[name]) for name in identity if row.get(name)) or f"#{number}"
        while label in found:
            label += f" #{number}"
        found[label] = {name: value for name, value in row.items() if name not in identity}
    return found


def _is_table(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(row, Mapping) for row in value))


def _secret(old: Any, new: Any) -> tuple[str, str]:
    if old and new:
        return _SET, _CHANGED
    return (_SET, _NOT_SET) if old else (_NOT_SET, _SET)


def _shown(value: Any) -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    text = {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"


def _text(path: tuple[str, ...]) -> str:
    return SEPARATOR.join(path)

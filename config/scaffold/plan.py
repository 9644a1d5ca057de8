"""What is to be made: checked before a file is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from connectors import registry
from connectors.contracts.base import Category, Provider
from connectors.matrix import CONTRACTS
from workflows.chart import suggest

_SLUG = re.compile(r"[a-z][a-z0-9_]{1,38}")


class Mistake(ValueError):
    """What was asked for cannot be made; the text names the argument and the cure."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`operations` are those that the vendor has, each with the contract that it belongs to."""

    slug: str
    label: str
    category: Category
    contracts: tuple[type[Provider], ...]
    operations: tuple[tuple[type[Provider], str], ...]
    host: str

    @classmethod
    def of(
        cls,
        slug: str,
        label: str,
        category: str,
        contracts: Sequence[str],
        operations: Sequence[str],
        host: str,
    ) -> Wanted:
        """Raises Mistake."""
        bases = tuple(_contract(name) for name in contracts)
        if not bases:
            raise Mistake(f"--contract is missing; {suggest('', CONTRACTS)}")
        return cls(
            slug=_slug(slug),
            label=label or slug.title(),
            category=_category(category, bases),
            contracts=bases,
            operations=tuple(_chosen(bases, operations)),
            host=_host(host),
        )

    @property
    def class_name(self) -> str:
        return "".join(part.capitalize() for part in self.slug.split("_"))


def _slug(slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise Mistake(f"the slug {slug!r} must be lower-case letters, digits and _, such as acmepay")
    if slug in registry.all():
        raise Mistake(f"there is an implementation {slug!r} already; choose another slug")
    return slug


def _contract(name: str) -> type[Provider]:
    for known, base in CONTRACTS.items():
        if known.casefold() == name.strip().casefold():
            return base
    raise Mistake(f"--contract {name!r} is unknown; there are: {', '.join(CONTRACTS)}")


def _category(name: str, bases: Sequence[type[Provider]]) -> Category:
    """The one that is named, else that of the first contract which has one."""
    if name:
        for category in Category:
            if category.value.casefold() == name.casefold():
                return category
        raise Mistake(f"--category {name!r} is unknown; there are: {', '.join(Category)}")
    return next((base.category for base in bases if hasattr(base, "category")), Category.OTHER)


def _chosen(bases: Sequence[type[Provider]], names: Sequence[str]) -> list[tuple[type[Provider], str]]:
    offered = [
        (base, name) for base in bases for name, item in vars(base).items() if hasattr(item, "is_operation")
    ]
    unknown = [name for name in names if name not in {known for _, known in offered}]
    if unknown:
        known = ", ".join(name for _, name in offered)
        raise Mistake(f"--operation {unknown[0]!r} belongs to none of the contracts; they have: {known}")
    return [(base, name) for base, name in offered if not names or name in names]


def _host(host: str) -> str:
    parts = urlsplit(host)
    if parts.scheme != "https" or not parts.netloc or parts.query:
        raise Mistake(
            f"--host {host!r} must be an address that begins with https://, such as https://api.acme.example"
        )
    return host.rstrip("/")

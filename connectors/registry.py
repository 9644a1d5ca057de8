"""Which implementations are installed: our own files under providers/, and the entry points of others.

An implementation is imported on first use. A slug belongs to one class; the second one is refused.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import entry_points
from threading import RLock
from types import ModuleType
from typing import Any

from connectors import providers
from connectors.contracts.base import Provider
from connectors.errors import Misconfigured

GROUP = "crossdock.providers"

_lock = RLock()
_known: dict[str, type[Provider]] = {}
_broken: dict[str, str] = {}
_complete = False


class NotInstalled(Misconfigured, LookupError):
    """No implementation of that slug is installed."""


class DuplicateSlug(TypeError):
    """Two implementations claim one slug."""


def get(slug: str) -> type[Provider]:
    """The implementation of a slug, in any case. Raises NotInstalled."""
    name = slug.casefold()
    if name not in _known:
        _look_for(name)
    try:
        return _known[name]
    except KeyError:
        raise NotInstalled(f"No implementation {slug!r} is installed") from None


def all() -> dict[str, type[Provider]]:
    """Every installed implementation by slug, sorted."""
    _load_everything()
    return dict(sorted(_known.items()))


def broken() -> dict[str, str]:
    """Entry points of others that cannot be imported, with the reason."""
    _load_everything()
    return dict(_broken)


def names_of(implementation: type[Provider]) -> tuple[str, ...]:
    """The names under which a step may ask for it: slug, label, names and aliases, without doubles of another case."""
    given = (*implementation.names, implementation.slug, implementation.label, *implementation.aliases)
    unique: dict[str, str] = {}
    for name in given:
        unique.setdefault(name.casefold(), name)
    return tuple(unique.values())


def register(implementation: type[Provider]) -> None:
    """Add one implementation. Raises DuplicateSlug when its slug belongs to another class."""
    slug = implementation.slug.casefold()
    with _lock:
        owner = _known.setdefault(slug, implementation)
    if owner is not implementation:
        raise DuplicateSlug(f"{_path(implementation)} claims the slug {slug!r} of {_path(owner)}")


@contextmanager
def registered(implementation: type[Provider]) -> Iterator[type[Provider]]:
    """Install an implementation for the length of a `with` block; for trials and tests."""
    register(implementation)
    try:
        yield implementation
    finally:
        with _lock:
            del _known[implementation.slug.casefold()]


def _look_for(name: str) -> None:
    """First the file of that name, then everything: a file may hold several implementations."""
    with _lock:
        if name.replace("-", "_") in _modules():
            _load_module(name.replace("-", "_"))
        if name not in _known:
            _load_everything()


def _load_everything() -> None:
    global _complete
    with _lock:
        if _complete:
            return
        for module in _modules():
            _load_module(module)
        for entry in entry_points(group=GROUP):
            _load_entry(entry)
        _complete = True


def _modules() -> list[str]:
    return [
        found.name for found in pkgutil.iter_modules(providers.__path__) if not found.name.startswith("_")
    ]


def _load_module(name: str) -> None:
    module = import_module(f"{providers.__name__}.{name}")
    for implementation in _declared_in(module):
        register(implementation)


def _declared_in(module: ModuleType) -> list[type[Provider]]:
    classes = [item for _, item in inspect.getmembers(module, inspect.isclass) if issubclass(item, Provider)]
    return [item for item in classes if "slug" in vars(item) and item.__module__.startswith(module.__name__)]


def _load_entry(entry: Any) -> None:
    """What others install must not stop our own implementations; a system check shows `broken`."""
    try:
        implementation = entry.load()
    except Exception as error:
        _broken[entry.name] = f"{type(error).__name__}: {error}"
        return
    if not (inspect.isclass(implementation) and issubclass(implementation, Provider)):
        _broken[entry.name] = f"{entry.value} is not a Provider"
        return
    register(implementation)


def _path(implementation: type[Provider]) -> str:
    return f"{implementation.__module__}.{implementation.__qualname__}"

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from connectors import providers, registry
from connectors.contracts.base import Category, Provider
from connectors.errors import Misconfigured

FILE = """
from connectors.contracts.base import Category, Provider


class {name}(Provider):
    slug, label, category = "{slug}", "{name}", Category.OTHER
"""


class Mine(Provider):
    slug, label, category = "mine", "Mine", Category.OTHER
    names, aliases = ("Mine", "MyOwn"), ("MINE", "mine2")


class AlsoMine(Provider):
    slug, label, category = "MINE", "Also mine", Category.OTHER


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of providers and a registry that knows nothing."""
    monkeypatch.setattr(providers, "__path__", [str(tmp_path)])
    monkeypatch.setattr(registry, "_known", {})
    monkeypatch.setattr(registry, "_broken", {})
    monkeypatch.setattr(registry, "_complete", False)
    monkeypatch.setattr(registry, "entry_points", lambda group: [])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith(providers.__name__):
            del sys.modules[name]


def put(folder: Path, module: str, *classes: tuple[str, str]) -> None:
    text = "".join(FILE.format(name=name, slug=slug) for name, slug in classes)
    (folder / f"{module}.py").write_text(text)


def test_a_file_is_found_by_its_slug_in_any_case_and_alone(folder: Path) -> None:
    put(folder, "acme", ("Acme", "acme"))
    (folder / "broken.py").write_text("raise RuntimeError('imported without need')")
    assert registry.get("ACME").label == "Acme"


def test_a_file_may_hold_several_and_its_name_may_differ(folder: Path) -> None:
    put(folder, "acme", ("Parcels", "acme-parcels"), ("Letters", "acme-letters"))
    put(folder, "other_name", ("Other", "other-name"))
    assert registry.get("acme-letters").label == "Letters"
    assert list(registry.all()) == ["acme-letters", "acme-parcels", "other-name"]


def test_helpers_and_imported_classes_are_no_implementations(folder: Path) -> None:
    put(folder, "_shared", ("Shared", "shared"))
    put(folder, "acme", ("Acme", "acme"))
    with (folder / "acme.py").open("a") as file:
        file.write("from tests.connectors.test_registry import Mine\n")
    assert list(registry.all()) == ["acme"]


def test_two_of_one_slug_are_refused(folder: Path) -> None:
    put(folder, "one", ("One", "twin"))
    put(folder, "two", ("Two", "TWIN"))
    with pytest.raises(registry.DuplicateSlug, match=r"two\.Two claims the slug 'twin' of .*one\.One"):
        registry.all()


def test_what_is_not_installed_is_for_an_administrator(folder: Path) -> None:
    with pytest.raises(Misconfigured, match="No implementation 'acme' is installed"):
        registry.get("acme")


def test_a_broken_file_of_ours_is_not_hidden(folder: Path) -> None:
    (folder / "acme.py").write_text("import nothing_of_that_name")
    with pytest.raises(ModuleNotFoundError):
        registry.get("acme")


class TestEntryPoints:
    def test_bring_the_implementations_of_others(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._install(monkeypatch, mine="tests.connectors.test_registry:Mine")
        assert registry.get("mine") is Mine

    def test_that_are_broken_hurt_nobody_else(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(folder, "acme", ("Acme", "acme"))
        self._install(
            monkeypatch,
            gone="nothing_of_that_name:X",
            odd="json:dumps",
            mine="tests.connectors.test_registry:Mine",
        )
        assert list(registry.all()) == ["acme", "mine"]
        assert registry.broken() == {
            "gone": "ModuleNotFoundError: No module named 'nothing_of_that_name'",
            "odd": "json:dumps is not a Provider",
        }

    def _install(self, monkeypatch: pytest.MonkeyPatch, **points: str) -> None:
        found = [EntryPoint(name, value, registry.GROUP) for name, value in points.items()]
        monkeypatch.setattr(registry, "entry_points", lambda group: found if group == registry.GROUP else [])


def test_an_implementation_can_be_installed_for_a_while(folder: Path) -> None:
    with registry.registered(Mine):
        assert registry.get("Mine") is Mine
        with pytest.raises(registry.DuplicateSlug), registry.registered(AlsoMine):
            pass
        registry.register(Mine)
    with pytest.raises(registry.NotInstalled):
        registry.get("mine")


def test_names_are_told_once_whatever_their_case() -> None:
    assert registry.names_of(Mine) == ("Mine", "MyOwn", "mine2")


def test_our_own_implementations_are_sound() -> None:
    for slug, implementation in registry.all().items():
        assert slug == implementation.slug.casefold()
        assert implementation.label
        assert isinstance(implementation.category, Category)
    assert registry.broken() == {}

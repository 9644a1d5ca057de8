"""Beginning something new: choose an implementation from tiles, and find the form filled in with what it expects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from connectors import registry
from connectors.admin.tiles import tile
from connectors.contracts.base import Provider
from connectors.drafts import free_id
from connectors.manual import by_category, describe
from connectors.models import Connector
from connectors.schema import Group, Secret
from connectors.validation import implementation_of
from tenants.adminkit import action

#: Names on a card.
_SHOWN = 2


class GalleryMixin:
    """For a ModelAdmin: the page of tiles. `chosen_field` is the form's field that takes the slug, `gallery_category`
    the only category that is offered, "" for all."""

    actions_list = ["gallery"]
    chosen_field = "type"
    gallery_category = ""

    @action(description="New from gallery", url_path="gallery/", permissions=["edit"], icon="apps")
    def gallery(self: Any, request: HttpRequest) -> HttpResponse:
        add = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add")
        categories = [self.gallery_category] if self.gallery_category else []
        context = {
            **self.admin_site.each_context(request),
            "title": f"New {self.opts.verbose_name}",
            "groups": [
                (category, [_card(item, f"{add}?{self.chosen_field}={item.slug}") for item in items])
                for category, items in by_category(categories)
            ],
            "add": add,
        }
        return TemplateResponse(request, "admin/connectors/gallery.html", context)


def first_values(slug: str, *, is_test: bool) -> dict[str, Any]:
    """What a new connector of this implementation begins with; {} for one that is not installed."""
    implementation = implementation_of(slug)
    if implementation is None:
        return {}
    taken = Connector.objects.filter(type=implementation.slug, retired=False).exists()
    return {
        "type": implementation.slug,
        "name": (*implementation.names, implementation.label)[0],
        "connector_id": free_id(implementation.label) if taken else "",
        "is_test": is_test,
    }


def proposals(slug: str, present: set[str]) -> list[dict[str, Any]]:
    """Rows for the properties that an implementation reads and that are not there; `present` are keys in lower case."""
    implementation = implementation_of(slug)
    rows = _rows(implementation) if implementation else ()
    return [row for row in rows if row["key"].casefold() not in present]


def is_proposed(key: str) -> bool:
    """Whether some implementation reads a property of this key, so that the editor may have put it there."""
    return any(
        row["key"].casefold() == key.strip().casefold()
        for implementation in registry.all().values()
        for row in _rows(implementation)
    )


def setup_guide(slug: str) -> dict[str, Any]:
    """For the templates, as on the plugin page; {} for an implementation that is not installed."""
    implementation = implementation_of(slug)
    if implementation is None:
        return {}
    tiled = tile(implementation.slug, implementation.label, 40)
    return {
        **describe(implementation),
        "tile": tiled,
        "url": reverse("admin:plugin", args=[implementation.slug]),
    }


def _card(item: type[Provider], url: str) -> dict[str, Any]:
    return {
        "tile": tile(item.slug, item.label, 40),
        "label": item.label,
        "url": url,
        "says": _some([name for name in item.names if name.casefold() != item.label.casefold()]),
        "names": " ".join(registry.names_of(item)),
    }


def _some(names: Sequence[str]) -> str:
    """Not more than a card has room for; the search knows all of them."""
    left = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {left} more" if left > 0 else "")


def _rows(implementation: type[Provider]) -> Iterator[dict[str, Any]]:
    """The required ones first. Those of a Key Group have names of the merchant's own."""
    fields = [item for item in implementation.settings.fields().values() if not item.column]
    for item in sorted(fields, key=lambda item: not (item.required and item.default is None)):
        if not isinstance(item, Group):
            secret = isinstance(item, Secret)
            yield {"key": item.stored_as, "value_type": item.value_type, "is_secret": secret}

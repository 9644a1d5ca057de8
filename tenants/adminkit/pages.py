from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

_urls: list[tuple[str, str, Callable[..., HttpResponse]]] = []


def register_admin_url(route: str, name: str, view: Callable[..., HttpResponse]) -> None:
    """Serve a page of our own under /admin/<route>, reversed as "admin:<name>"; only staff get to it."""
    _urls[:] = [entry for entry in _urls if entry[1] != name] + [(route, name, view)]
    admin.site.extra_urls = _extra_urls  # type: ignore[attr-defined]


def _extra_urls() -> list[URLPattern]:
    return [path(route, admin.site.admin_view(view), name=name) for route, name, view in _urls]


def link(url: str, words: Any, *, new_tab: bool = False) -> SafeString:
    """A link in a column or a field; `words` are escaped."""
    target = SafeString(' target="_blank" rel="noopener noreferrer"' if new_tab else "")
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}"{}>{}</a>', url, target, words
    )


def link_to(row: models.Model, words: Any = None) -> SafeString:
    """A link to the row's own page in the admin."""
    opts = row._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    return link(url, row if words is None else words)


def pretty_json(document: Any) -> str:
    """A JSON document as indented text for a detail page; escaped."""
    if document is None:
        return "-"
    text = json.dumps(document, indent=2, ensure_ascii=False, default=str)
    return format_html('<pre class="overflow-x-auto whitespace-pre-wrap text-xs">{}</pre>', text)

"""Links between the event log and what its events are about."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from tenants.adminkit import link

#: Names of pages by the field of an event that holds the key of what the page shows.
_pages: dict[str, str] = {}


def register_event_link(field: str, page: str) -> None:
    """Show the event's `field`, such as "order_id", as a link to an admin page; from the app that has the page."""
    _pages[field] = page


def subject_link(event: Any, field: str, words: Any) -> SafeString | str:
    """What the event is about, as a link where an app has a page for it."""
    key = getattr(event, field)
    if key is None or field not in _pages:
        return str(words or "-")
    return link(reverse(_pages[field], args=[key]), words or key)


def events_url(*, order: str, step_run: int | None = None) -> str:
    """The event log of an order, or of one step of it."""
    wanted = {"q": order} | ({} if step_run is None else {"step_run_id": str(step_run)})
    return f"{reverse('admin:eventlog_event_changelist')}?{urlencode(wanted)}"

"""Nobody overwrites what somebody else saved or published in the meantime; the second one gets the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError

from connectors.canonical import checksum
from connectors.differences import Difference
from connectors.labels import labelled
from connectors.models import Publishable
from connectors.publishing import kind_of, lock
from connectors.versions import changes, draft_changes, newest

#: Differences that a message shows; the page of versions has all.
SHOWN = 12


def stamp(root: Publishable, document: Any) -> str:
    """What a form was made of: the number of the newest version, and the part of the draft that it shows."""
    last = newest(root)
    return f"{last.number if last else 0}:{checksum(document)}"


def refuse_overtaken(
    root: Publishable, given: str | None, now: Callable[[], str], also: Iterable[Publishable] = ()
) -> None:
    """Raises ValidationError, with the difference, when the stamp of the form is not the one of `now()`.

    `also` are aggregates that the form edits with it, such as a payment method's connector.
    Called inside the transaction that saves: it takes the tenant's lock first, so that of two who save at once one
    sees what the other has saved.
    """
    lock(root)
    if given and given != now():
        raise ValidationError(_told(type(root)._base_manager.get(pk=root.pk), given, also))


def _told(root: Any, given: str, also: Iterable[Publishable]) -> list[str]:
    what, last, shown = str(root._meta.verbose_name), newest(root), _number(given)
    if last is not None and shown < last.number:
        who = last.published_by.get_username() if last.published_by else "somebody"
        did = f"retired this {what}" if last.retired else f"published version {last.number} of this {what}"
        lines = _lines(root, changes(root, shown, last.number))
    else:
        who, did = _editor(root), f"changed this {what}"
        lines = _lines(root, draft_changes(root))
    lines += [line for other in also for line in _lines(other, draft_changes(other))]
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    head = f"Nothing was saved: {who} {did} while you edited it. Reload the page and edit again."
    return [head, *(["The difference:"] if lines else []), *lines[:SHOWN], *more]


def _lines(obj: Publishable, found: Iterable[Difference]) -> list[str]:
    return [str(item) for item in labelled(kind_of(obj), found)]


def _number(given: str) -> int:
    number = given.partition(":")[0]
    return int(number) if number.isdecimal() else 0


def _editor(root: Any) -> str:
    latest = root.history.select_related("history_user").order_by("-history_id").first()
    return latest.history_user.get_username() if latest and latest.history_user else "somebody"

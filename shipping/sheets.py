"""Many labels in one file, to be printed in one go."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse

from connectors.contracts.labels import join
from connectors.contracts.shipping import Label as Made
from connectors.errors import Rejected
from shipping.labels import SUFFIXES
from shipping.models import Label

MOST = 500


class CannotJoin(Exception):
    """There is nothing to print, or not in one file; the text tells the cure."""


def serve(labels: Sequence[Label], missing: int = 0) -> HttpResponse:
    """`missing` is how many of the shipments have no label. Raises CannotJoin."""
    if missing or not labels:
        raise CannotJoin(f"{missing} of the shipments have no label yet; run PrintShippingLabel first")
    if len(labels) > MOST:
        raise CannotJoin(f"{len(labels)} labels are too many for one file; choose at most {MOST}")
    made = [Made(content=bytes(label.content), content_type=label.content_type) for label in labels]
    try:
        joined = join(made)
    except Rejected as error:
        raise CannotJoin(f"{error.message}; choose labels of one type, or print them one by one") from None
    response = HttpResponse(joined.content, content_type=joined.content_type)
    name = f"labels-{len(labels)}.{SUFFIXES.get(joined.content_type, 'bin')}"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response

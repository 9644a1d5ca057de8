"""The secret address of a feed."""

from __future__ import annotations

from django.conf import settings

from workflows.models import ProductFeed
from workflows.models.feeds import new_token


def address_of(feed: ProductFeed, extension: str) -> str:
    return f"{settings.CROSSDOCK_PUBLIC_URL}/feeds/{feed.token}.{extension}"


def renew(feed: ProductFeed) -> None:
    """A new address; the old one is nothing any more at once."""
    feed.token = new_token()
    feed.save(update_fields=["token"])

"""What a feed's connector may not be published with."""

from __future__ import annotations

from collections.abc import Iterator

from connectors import registry
from connectors.checklist import Finding, Going, error, register
from connectors.contracts.feeds import FeedProvider
from connectors.documents import KIND
from workflows.feeds.tasks import wrong_codes


@register(KIND)
def feed_names_what_is_there(going: Going) -> Iterator[Finding]:
    config = going.config
    implementation = registry.get(config.slug) if not config.problem else None
    if implementation is not None and issubclass(implementation, FeedProvider):
        yield from (error("feed", text) for text in wrong_codes(implementation.feed_of(config)))

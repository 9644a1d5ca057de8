"""Scenarios of receivers that are told of a new feed and asked what they made of it."""

from __future__ import annotations

from connectors.calls import Ending, Outcome
from connectors.contracts.feeds import FeedNews, FeedState
from connectors.errors import Misconfigured
from tests.contract.scenarios.base import Given, Scenario, succeeded


def news(given: Given) -> FeedNews:
    return FeedNews(reference="feed:7", url="https://hub.example/feeds/secret.xml")


def taken(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.state is FeedState.TAKEN
    assert outcome.result.items


def reading(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.state is FeedState.READING


def failed(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.state is FeedState.FAILED
    assert outcome.result.remarks


def unknown(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.state is FeedState.UNKNOWN


def refused(outcome: Outcome) -> None:
    assert outcome.ending is Ending.FAILED
    assert isinstance(outcome.error, Misconfigured)


SCENARIOS = (
    Scenario(name="announce", operation="announce_feed", build=news, expect=succeeded),
    Scenario(name="announce refused", operation="announce_feed", build=news, expect=refused),
    Scenario(name="feed taken", operation="read_feed_state", build=news, expect=taken, write=False),
    Scenario(name="feed being read", operation="read_feed_state", build=news, expect=reading, write=False),
    Scenario(name="feed failed", operation="read_feed_state", build=news, expect=failed, write=False),
    Scenario(name="unknown feed state", operation="read_feed_state", build=news, expect=unknown, write=False),
)

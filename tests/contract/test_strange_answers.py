"""What every implementation makes of an answer that is none: told in words, and never taken for success."""

from __future__ import annotations

import pytest

from connectors.calls import Ending
from connectors.contracts.payment import PaymentProvider
from connectors.contracts.shipping import CarrierProvider
from connectors.errors import Misconfigured, Rejected
from tests import faultserver
from tests.contract.bench import play
from tests.contract.probing import check, every_probe, line_of
from tests.contract.scenarios.base import Scenario
from tests.faultserver import Behaviour

pytestmark = pytest.mark.thorough


@every_probe
@pytest.mark.parametrize(
    "nonsense",
    [
        faultserver.html(),
        faultserver.answer(200, b'{"id": "1", "am'),
        faultserver.answer(200, b"NaN"),
        faultserver.answer(200, b"[" * 5000 + b"]" * 5000),
        faultserver.answer(200, b"\xff\xfe\x00"),
    ],
    ids=["html", "cut off", "no number", "too deep", "no text"],
)
def test_unreadable_success(
    slug: str, scenario: Scenario, nonsense: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    line = line_of(slug, scenario)

    played = play(slug, scenario, failures=[nonsense], forever=True)

    assert played.outcome.ending is line.doubtful
    assert len(played.requests) == 1
    check(played, slug, caplog)


@every_probe
@pytest.mark.parametrize("body", [b"null", b"[]", b"{}", b"1", b'"done"'], ids=lambda body: body.decode())
def test_json_of_another_shape(slug: str, scenario: Scenario, body: bytes) -> None:
    """Where money or goods move, an answer without its fields is no success."""
    line = line_of(slug, scenario)

    played = play(slug, scenario, failures=[faultserver.answer(200, body)], forever=True)

    if body == b"[]" and scenario.write and not line.writes:
        # To the question that comes before a write, this may say that nothing is there yet; then the write gets it.
        assert played.outcome.ending in {Ending.RETRY, Ending.UNKNOWN}
        return
    moves = issubclass(line.implementation, (PaymentProvider, CarrierProvider))
    assert played.outcome.ending in ({line.doubtful} if moves else {line.doubtful, Ending.SUCCEEDED})
    assert len(played.requests) == 1 or played.outcome.ending is Ending.SUCCEEDED


@every_probe
@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_refusal_with_a_web_page(
    slug: str, scenario: Scenario, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    line = line_of(slug, scenario)

    played = play(slug, scenario, failures=[faultserver.html(status)], forever=True)

    assert played.outcome.ending is line.ending(status)
    check(played, slug, caplog)


@every_probe
@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials(
    slug: str, scenario: Scenario, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    played = play(slug, scenario, failures=[faultserver.answer(status)], forever=True)

    assert played.outcome.ending is Ending.FAILED
    assert isinstance(played.outcome.error, Misconfigured)
    assert len(played.requests) <= 2
    check(played, slug, caplog)


@every_probe
def test_redirect_is_not_followed(slug: str, scenario: Scenario, caplog: pytest.LogCaptureFixture) -> None:
    played = play(slug, scenario, failures=[faultserver.redirect("/elsewhere", 307)], forever=True)

    assert played.outcome.ending is Ending.FAILED
    assert not isinstance(played.outcome.error, Rejected)
    assert len(played.requests) == 1
    check(played, slug, caplog)

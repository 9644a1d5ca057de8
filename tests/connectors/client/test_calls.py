"""One operation from start to end: what a lost answer leads to, with a vendor that remembers keys and one that does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors import registry
from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import Deadline
from connectors.contracts.base import Idempotency, NotExecuted
from connectors.errors import Misconfigured, ReadBack, Rejected
from tests.connectors.client.bench import IMPATIENT_MS, KEY, NOW, Bench, Keyed, config_of
from tests.faultserver import Behaviour, FaultServer, answer, hang, html, ok, reset, throttle

NEXT = "3f0f8a55-6a1e-5b7c-8d42-9f8e7d6c5b4a"


class Capturing(Keyed):
    """Captures; can be asked what became of a capture."""

    slug, label = "bench-capturing", "Bench"
    errors = {"done": ReadBack}

    def capture(self, amount: int) -> str:
        return str(self.post("/captures", {"amount": amount})["id"])

    def twice(self, amount: int) -> list[str]:
        return [self.capture(amount), self.capture(amount)]

    def broken(self, amount: int) -> str:
        return str(self.post("/captures", {"amount": amount})["no such field"])

    def settle(self, operation: str, request: Any) -> Any:
        found = self.get("/captures/find")
        return str(found["id"]) if found["id"] else NotExecuted()


class Forgetful(Capturing):
    """The same without keys."""

    slug = "bench-forgetful"
    idempotency = None


class Mute(Forgetful):
    """Cannot be asked either."""

    slug = "bench-mute"

    def settle(self, operation: str, request: Any) -> Any:
        return None


class Lagging(Forgetful):
    """Finds what it executed only after ten minutes."""

    slug = "bench-lagging"

    def settle(self, operation: str, request: Any) -> Any:
        settled = super().settle(operation, request)
        return NotExecuted(proved_after_s=600) if isinstance(settled, NotExecuted) else settled


class Brief(Capturing):
    """Recognises a repeated capture for an hour, everything else for a day."""

    slug = "bench-brief"
    idempotency = Idempotency("header:Idempotency-Key", windows={"capture": 1})


class Partly(Capturing):
    """Takes keys for other operations only, so its captures leave without one."""

    slug = "bench-partly"
    idempotency = Idempotency("header:Idempotency-Key", operations=("order",))

    def capture(self, amount: int) -> str:
        return str(self.post("/captures", {"amount": amount}, keyed=False)["id"])


class Loose(Capturing):
    """Does not care whether a repeated key has another body."""

    slug = "bench-loose"
    idempotency = Idempotency("header:Idempotency-Key", body_bound=False)


@pytest.fixture(autouse=True)
def more_vendors(vendors: None) -> Iterator[None]:
    with ExitStack() as stack:
        for provider in (Capturing, Forgetful, Mute, Lagging, Partly, Brief, Loose):
            stack.enter_context(registry.registered(provider))
        yield


def call(
    bench: Bench,
    server: FaultServer,
    provider: type[Keyed] = Capturing,
    operation: str = "capture",
    **changes: Any,
) -> Outcome:
    config = config_of(provider, host=server.url, **changes.pop("config", {}))
    spec = CallSpec(connector=config, operation=operation, subject="payment:1", request=100)
    prepared = Prepared(spec=spec, context=CallContext(), key=KEY, next_key=NEXT, first_sent_at=NOW)
    return perform(replace(prepared, **changes), bench.ports(server))


def keys(server: FaultServer) -> list[str]:
    return [request.key for request in server.requests if request.method == "POST"]


def test_a_plain_success(bench: Bench) -> None:
    with FaultServer(ok({"id": "c1"})) as server:
        outcome = call(bench, server)
    assert (outcome.ending, outcome.result, outcome.error) == (Ending.SUCCEEDED, "c1", None)
    assert (outcome.started_at, outcome.renewed) == (NOW, False)


@pytest.mark.parametrize(
    ("behaviour", "ending"),
    [
        (hang(effect=True), Ending.UNKNOWN),
        (throttle("30"), Ending.RETRY),
        (answer(422), Ending.FAILED),
        (answer(401), Ending.FAILED),
    ],
)
def test_a_failure_ends_as_its_kind(bench: Bench, behaviour: Behaviour, ending: Ending) -> None:
    with FaultServer(behaviour) as server:
        assert call(bench, server, config={"timeout_ms": IMPATIENT_MS}).ending is ending


def test_a_bug_after_the_answer_is_unknown(bench: Bench) -> None:
    with FaultServer(ok({"id": "c1"})) as server:
        outcome = call(bench, server, operation="broken")
    assert outcome.ending is Ending.UNKNOWN
    assert server.executed == [KEY]


def test_each_write_of_an_operation_has_its_own_key(bench: Bench) -> None:
    with FaultServer(ok({"id": "c1"})) as server:
        assert call(bench, server, operation="twice").result == ["c1", "c1"]
    assert len(set(server.executed)) == 2
    assert server.executed[0] == KEY


class TestAfterALostAnswer:
    """`uncertain` is what the database says; each test is one way out."""

    def test_the_same_key_is_sent_again_while_the_vendor_remembers_it(self, bench: Bench) -> None:
        with FaultServer(ok({"id": "c1"})) as server:
            outcome = call(bench, server, uncertain=True)
        assert (outcome.ending, keys(server)) == (Ending.SUCCEEDED, [KEY])

    @pytest.mark.parametrize(
        ("provider", "hours", "asks"),
        [(Capturing, 19.1, False), (Capturing, 19.3, True), (Brief, 0.7, False), (Brief, 0.9, True)],
    )
    def test_after_80_percent_of_the_window_the_vendor_is_asked(
        self, bench: Bench, provider: type[Keyed], hours: float, asks: bool
    ) -> None:
        bench.now = NOW + timedelta(hours=hours)
        with FaultServer(answer(200, {"id": "c1"})) as server:
            outcome = call(bench, server, provider, uncertain=True)
        assert (outcome.ending, outcome.result) == (Ending.SUCCEEDED, "c1")
        assert (keys(server) == []) is asks

    def test_a_conflict_may_be_the_lost_try_itself_so_the_same_key_is_sent_again_later(
        self, bench: Bench
    ) -> None:
        with FaultServer(answer(409)) as server:
            outcome = call(bench, server, uncertain=True)
        assert outcome.ending is Ending.UNKNOWN
        assert outcome.error is not None
        assert not outcome.error.answered
        assert not outcome.needs_person

    def test_a_refusal_of_the_repeated_key_settles_it(self, bench: Bench) -> None:
        with FaultServer(answer(422)) as server:
            assert call(bench, server, uncertain=True).ending is Ending.FAILED

    @pytest.mark.parametrize("changes", [{"answered": True}, {"changed": True}])
    def test_a_key_that_would_only_replay_or_be_refused_is_renewed_once_it_is_proved_unused(
        self, bench: Bench, changes: dict[str, bool]
    ) -> None:
        with FaultServer(answer(200, {"id": ""}), ok({"id": "c2"})) as server:
            outcome = call(bench, server, uncertain=True, **changes)
        assert (outcome.ending, outcome.renewed, keys(server)) == (Ending.SUCCEEDED, True, [NEXT])

    def test_a_key_that_the_vendor_was_not_told_then_is_not_trusted(self, bench: Bench) -> None:
        """The vendor would carry out a second request with it, so the first one has to be found, or proved undone."""
        with FaultServer(answer(200, {"id": "c1"})) as server:
            outcome = call(bench, server, uncertain=True, carrier_changed=True)
        assert (outcome.ending, outcome.result, keys(server)) == (Ending.SUCCEEDED, "c1", [])
        with FaultServer(answer(200, {"id": ""})) as server:
            until = NOW + timedelta(seconds=60)
            waiting = call(bench, server, uncertain=True, carrier_changed=True, under_way_until=until)
        assert (waiting.ending, waiting.sent) == (Ending.UNKNOWN, False)
        with FaultServer(answer(200, {"id": ""}), ok({"id": "c2"})) as server:
            outcome = call(bench, server, uncertain=True, carrier_changed=True)
        assert (outcome.ending, outcome.renewed, keys(server)) == (Ending.SUCCEEDED, True, [NEXT])

    def test_a_changed_body_may_keep_its_key_where_the_vendor_does_not_mind(self, bench: Bench) -> None:
        with FaultServer(ok({"id": "c1"})) as server:
            outcome = call(bench, server, Loose, uncertain=True, changed=True)
        assert (outcome.ending, keys(server)) == (Ending.SUCCEEDED, [KEY])

    def test_without_keys_what_was_executed_is_found(self, bench: Bench) -> None:
        with FaultServer(answer(200, {"id": "c1"})) as server:
            outcome = call(bench, server, Forgetful, uncertain=True)
        assert (outcome.ending, outcome.result, keys(server)) == (Ending.SUCCEEDED, "c1", [])

    def test_an_operation_that_takes_no_key_is_asked_about_and_never_repeated_blindly(
        self, bench: Bench
    ) -> None:
        with FaultServer(answer(200, {"id": ""}), answer(500)) as server:
            outcome = call(bench, server, Partly, uncertain=True)
        assert (outcome.ending, keys(server)) == (Ending.UNKNOWN, [""])

    def test_without_keys_what_was_not_executed_is_done_now(self, bench: Bench) -> None:
        with FaultServer(answer(200, {"id": ""}), ok({"id": "c2"})) as server:
            outcome = call(bench, server, Forgetful, uncertain=True)
        assert (outcome.ending, outcome.result, outcome.renewed) == (Ending.SUCCEEDED, "c2", False)

    @pytest.mark.parametrize(
        ("last", "wait_s", "told"), [(NOW - timedelta(seconds=599), 1, "1 s"), (None, 600, "10 minutes")]
    )
    def test_a_look_up_that_lags_proves_nothing_at_first(
        self, bench: Bench, last: Any, wait_s: float, told: str
    ) -> None:
        with FaultServer(answer(200, {"id": ""})) as server:
            outcome = call(
                bench, server, Lagging, uncertain=True, last_sent_at=last, settle_only=last is None
            )
        assert (outcome.ending, outcome.needs_person, keys(server)) == (Ending.UNKNOWN, False, [])
        assert outcome.error is not None
        assert (outcome.error.retry_after, outcome.error.answered) == (wait_s, False)
        assert f"only in {told}" in outcome.message

    def test_a_look_up_that_lags_proves_something_later(self, bench: Bench) -> None:
        last = NOW - timedelta(seconds=600)
        with FaultServer(answer(200, {"id": ""}), ok({"id": "c2"})) as server:
            outcome = call(bench, server, Lagging, uncertain=True, last_sent_at=last)
        assert (outcome.ending, outcome.result) == (Ending.SUCCEEDED, "c2")
        with FaultServer(answer(200, {"id": "c1"})) as server:
            assert call(bench, server, Lagging, uncertain=True, last_sent_at=NOW).result == "c1"

    @pytest.mark.parametrize("provider", [Forgetful, Lagging])
    def test_not_found_proves_nothing_while_a_lost_request_may_be_under_way(
        self, bench: Bench, provider: type[Keyed]
    ) -> None:
        lost = {"uncertain": True, "last_sent_at": NOW, "under_way_until": NOW + timedelta(seconds=60)}
        with FaultServer(answer(200, {"id": ""})) as server:
            outcome = call(bench, server, provider, **lost)
        lag = 600 if provider is Lagging else 0
        assert (outcome.ending, outcome.sent, keys(server)) == (Ending.UNKNOWN, False, [])
        assert outcome.error is not None
        assert outcome.error.retry_after == 60 + lag
        bench.now = NOW + timedelta(seconds=60 + lag)
        with FaultServer(answer(200, {"id": ""}), ok({"id": "c2"})) as server:
            assert call(bench, server, provider, **lost).result == "c2"

    def test_what_is_no_longer_wanted_has_failed_only_once_nothing_can_be_under_way(
        self, bench: Bench
    ) -> None:
        until = NOW + timedelta(seconds=60)
        with FaultServer(answer(200, {"id": ""})) as server:
            outcome = call(bench, server, uncertain=True, settle_only=True, under_way_until=until)
        assert (outcome.ending, keys(server)) == (Ending.UNKNOWN, [])

    def test_a_key_that_was_answered_is_sent_again_while_another_request_with_it_is_under_way(
        self, bench: Bench
    ) -> None:
        """A server in front of the vendor may have given that answer, so the same key may well bring another one."""
        lost = {"uncertain": True, "answered": True, "under_way_until": NOW + timedelta(seconds=60)}
        with FaultServer(answer(200, {"id": ""}), ok({"id": "c1"})) as server:
            outcome = call(bench, server, **lost)
        assert (outcome.ending, outcome.renewed, keys(server)) == (Ending.SUCCEEDED, False, [KEY])
        with FaultServer(answer(200, {"id": ""}), answer(500, {"code": "kept"})) as server:
            outcome = call(bench, server, **lost)
        assert (outcome.ending, outcome.lost, set(keys(server))) == (Ending.UNKNOWN, False, {KEY})
        assert outcome.error is not None
        assert outcome.error.retry_after == 60

    def test_a_changed_request_waits_until_nothing_can_be_under_way(self, bench: Bench) -> None:
        until = NOW + timedelta(seconds=60)
        with FaultServer(answer(200, {"id": ""})) as server:
            outcome = call(bench, server, uncertain=True, changed=True, under_way_until=until)
        assert (outcome.ending, keys(server)) == (Ending.UNKNOWN, [])

    def test_the_next_key_is_stored_before_anything_is_sent_with_it(self, bench: Bench) -> None:
        sent_before: list[list[str]] = []
        with FaultServer(answer(200, {"id": ""}), ok({"id": "c2"})) as server:
            bench.renew = lambda prepared: sent_before.append(keys(server)) is None
            outcome = call(bench, server, uncertain=True, answered=True)
        assert (outcome.renewed, sent_before, keys(server)) == (True, [[]], [NEXT])

    def test_nothing_is_sent_with_the_next_key_once_somebody_else_has_taken_over(self, bench: Bench) -> None:
        bench.renew = lambda prepared: False
        with FaultServer(answer(200, {"id": ""})) as server:
            outcome = call(bench, server, uncertain=True, answered=True)
        assert (outcome.ending, outcome.renewed, keys(server)) == (Ending.UNKNOWN, False, [])

    @pytest.mark.parametrize(
        ("provider", "script", "lost"),
        [
            (Capturing, [answer(500, {"code": "kept"})], False),
            (Capturing, [answer(500, {"code": "kept"}), answer(503), answer(500)], True),
            (Capturing, [reset(effect=False), answer(500, {"code": "kept"})], True),
            (Capturing, [answer(502)], True),
            (Capturing, [html()], True),
            (Capturing, [answer(422)], False),
            (Capturing, [throttle("30")], False),
            (Forgetful, [answer(500, {"code": "kept"})], True),
        ],
    )
    def test_only_the_vendor_itself_tells_that_a_request_is_over(
        self, bench: Bench, provider: type[Keyed], script: list[Behaviour], lost: bool
    ) -> None:
        """A server in front of it may answer while the vendor works on, and without a key nothing binds its answer."""
        with FaultServer(*script) as server:
            outcome = call(bench, server, provider)
        assert (outcome.sent, outcome.lost) == (True, lost)

    @pytest.mark.parametrize("silence", [answer(503), answer(404), hang(effect=False)])
    def test_a_vendor_that_does_not_tell_leaves_it_unknown(self, bench: Bench, silence: Behaviour) -> None:
        with FaultServer(silence) as server:
            outcome = call(bench, server, Forgetful, uncertain=True, config={"timeout_ms": IMPATIENT_MS})
        assert (outcome.ending, outcome.needs_person, keys(server)) == (Ending.UNKNOWN, False, [])

    def test_a_vendor_that_cannot_be_asked_needs_a_person(self, bench: Bench) -> None:
        with FaultServer() as server:
            outcome = call(bench, server, Mute, uncertain=True)
        assert (outcome.ending, outcome.needs_person) == (Ending.UNKNOWN, True)
        assert server.requests == []

    def test_what_is_no_longer_wanted_is_only_found_out(self, bench: Bench) -> None:
        with FaultServer(answer(200, {"id": ""})) as server:
            outcome = call(bench, server, uncertain=True, settle_only=True)
        assert outcome.ending is Ending.FAILED
        assert type(outcome.error) is Rejected
        assert keys(server) == []

    def test_a_refused_repetition_settles_it(self, bench: Bench) -> None:
        with FaultServer(answer(402, {"message": "declined"})) as server:
            outcome = call(bench, server, uncertain=True)
        assert (outcome.ending, outcome.message) == (Ending.FAILED, "declined")

    def test_trouble_on_the_way_settles_nothing(self, bench: Bench) -> None:
        with FaultServer(throttle("30")) as server:
            assert call(bench, server, uncertain=True).ending is Ending.UNKNOWN


class TestDoneBefore:
    def test_is_success_once_it_is_read_back(self, bench: Bench) -> None:
        with FaultServer(answer(409, {"code": "done"}), answer(200, {"id": "c1"})) as server:
            outcome = call(bench, server)
        assert (outcome.ending, outcome.result) == (Ending.SUCCEEDED, "c1")

    def test_is_a_refusal_when_reading_back_does_not_confirm_it(self, bench: Bench) -> None:
        with FaultServer(
            answer(409, {"code": "done", "message": "captured"}), answer(200, {"id": ""})
        ) as server:
            outcome = call(bench, server)
        assert outcome.ending is Ending.FAILED
        assert outcome.message == "captured (reading it back did not confirm that)"


def test_asking_and_doing_share_one_deadline(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    deadlines: list[Deadline] = []
    ask, do = Forgetful.settle, Forgetful.capture

    def settle(self: Any, operation: str, request: Any) -> Any:
        deadlines.append(self.door.deadline)
        return ask(self, operation, request)

    def capture(self: Any, amount: int) -> str:
        deadlines.append(self.door.deadline)
        return do(self, amount)

    monkeypatch.setattr(Forgetful, "settle", settle)
    monkeypatch.setattr(Forgetful, "capture", capture)
    with FaultServer(answer(200, {"id": ""}), ok({"id": "c2"})) as server:
        call(bench, server, Forgetful, uncertain=True)
    assert deadlines[0] is deadlines[1]


def test_a_connector_with_a_problem_is_not_called(bench: Bench) -> None:
    with FaultServer() as server:
        outcome = call(bench, server, config={"problem": "its secret does not open"})
    assert type(outcome.error) is Misconfigured
    assert (outcome.ending, server.connections) == (Ending.FAILED, 0)

import gc
import threading
import weakref

import pytest

from tests.stand.processes import wait_for
from workflows.engine.callers import Callers, Inbox
from workflows.engine.drive import Job

WAIT_S = 30


def job(number: int, *calls) -> Job:
    return Job(ticket=None, calls=list(calls), step_id=number, context=None)


def ended(inbox: Inbox, count: int) -> list[int]:
    return sorted(inbox.items.get(timeout=WAIT_S).job.step_id for _ in range(count))


def threads() -> int:
    return sum(thread.name.startswith("caller_") for thread in threading.enumerate())


def test_more_jobs_than_threads_are_all_done_by_no_more_threads_than_there_may_be():
    before, callers, inbox = threads(), Callers(3), Inbox()
    for number in range(50):
        callers.submit(job(number), inbox)
    assert ended(inbox, 50) == list(range(50))
    assert 1 <= threads() - before <= 3


def test_one_job_after_the_other_needs_one_thread():
    before, callers, inbox = threads(), Callers(3), Inbox()
    for number in range(10):
        callers.submit(job(number), inbox)
        assert ended(inbox, 1) == [number]
        wait_until_idle(callers)
    assert threads() - before == 1


class Leaves:
    """A call during which somebody wants to end the process."""

    def __getattr__(self, name: str) -> object:
        raise SystemExit(1)


@pytest.mark.parametrize("call", ["no call", Leaves()], ids=["a bug", "an exit"])
def test_a_job_that_breaks_costs_no_thread_and_is_told(call, caplog):
    callers, inbox = Callers(1), Inbox()
    callers.submit(job(1, call), inbox)
    callers.submit(job(2), inbox)
    assert ended(inbox, 1) == [2]
    assert "the calls of step run 1 ended with a bug" in caplog.text


def test_a_thread_that_could_not_be_begun_is_begun_with_the_next_job(monkeypatch):
    callers, inbox = Callers(1), Inbox()
    with monkeypatch.context() as full:
        full.setattr(threading, "Thread", lambda **_: Full())
        with pytest.raises(RuntimeError, match="new thread"):
            callers.submit(job(1), inbox)
    callers.submit(job(2), inbox)
    assert ended(inbox, 2) == [1, 2]


class Full:
    """What the machine answers that has no room for another thread."""

    def start(self) -> None:
        raise RuntimeError("can't start new thread")


class Held:
    """What a job holds."""


def test_an_idle_thread_keeps_nothing_of_its_last_job():
    callers, inbox = Callers(1), Inbox()
    ticket = Held()
    kept = weakref.ref(ticket)
    callers.submit(Job(ticket=ticket, calls=[], step_id=1, context=None), inbox)
    del ticket
    assert ended(inbox, 1) == [1]
    wait_until_idle(callers)
    gc.collect()
    assert kept() is None


def wait_until_idle(callers: Callers) -> None:
    """A thread says that it is idle after it has handed in what it did."""
    assert wait_for(lambda: callers._idle, WAIT_S, 0.001)

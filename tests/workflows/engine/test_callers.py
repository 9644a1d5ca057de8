import threading

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


def test_a_bug_in_one_job_costs_no_thread(caplog):
    callers, inbox = Callers(1), Inbox()
    callers.submit(job(1, "no call"), inbox)
    callers.submit(job(2), inbox)
    assert ended(inbox, 1) == [2]
    assert "the calls of step run 1 ended with a bug" in caplog.text


def wait_until_idle(callers: Callers) -> None:
    """A thread says that it is idle after it has handed in what it did."""
    waited = threading.Event()
    while not callers._idle:
        waited.wait(0.001)

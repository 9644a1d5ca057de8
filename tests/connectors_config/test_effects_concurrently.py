"""Several threads at the same business action, on a database with row locks."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared
from connectors.effects import Busy, Done, close_effects, open_effects
from connectors.models import Effect
from tenants.scoping import platform_scope
from tests.connectors_config.conftest import TOKEN
from tests.factories.connectors import publish_connector
from tests.factories.tenants import TenantFactory

pytestmark = [pytest.mark.pg, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def config(transactional_db):
    return publish_connector(TenantFactory(), "acme", bearer_token=TOKEN)


def together(count, work):
    """Run work(number) in as many threads, all starting at once."""
    barrier = Barrier(count)

    def run(number):
        barrier.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def opener(config, subjects=lambda number: ["payment:1"], origin=lambda number: f"step:{number}", **options):
    def work(number):
        wanted = [
            (
                CallSpec(connector=config, operation="capture", subject=subject, request={"amount": "1"}),
                CallContext(),
                origin(number),
            )
            for subject in subjects(number)
        ]
        with transaction.atomic():
            return open_effects(wanted, owner=f"worker-{number}", **options)

    return work


def succeeded(prepared):
    from django.utils import timezone

    return Outcome(prepared=prepared, ending=Ending.SUCCEEDED, started_at=timezone.now(), duration_ms=1)


@pytest.mark.parametrize("round", range(5))
def test_one_is_prepared_and_all_others_are_busy(config, round):
    results = [opened for (opened,) in together(8, opener(config))]
    assert sorted(type(item).__name__ for item in results) == ["Busy"] * 7 + ["Prepared"]
    with platform_scope("test"):
        assert Effect.objects.count() == 1


@pytest.mark.parametrize("round", range(5))
def test_a_repeated_web_request_is_busy_too(config, round):
    work = opener(config, origin=lambda number: "checkout:1", fenced=False)
    results = [opened for (opened,) in together(6, work)]
    assert sum(isinstance(item, Prepared) for item in results) == 1
    assert sum(isinstance(item, Busy) for item in results) == 5


def test_a_further_ordinal_is_opened_by_one_only(config):
    (first,) = opener(config)(0)
    with transaction.atomic():
        close_effects([succeeded(first)])
    results = [opened for (opened,) in together(8, opener(config, origin=lambda number: f"later:{number}"))]
    assert sum(isinstance(item, Prepared) for item in results) == 1
    assert sum(isinstance(item, Busy) for item in results) == 7
    with platform_scope("test"):
        assert sorted(Effect.objects.values_list("ordinal", flat=True)) == [1, 2]


def test_batches_in_opposite_order_do_not_block_each_other(config):
    names = [f"payment:{number}" for number in range(40)]
    work = opener(config, subjects=lambda number: names if number % 2 else names[::-1])
    results = together(6, work)
    prepared = [item.spec.subject for opened in results for item in opened if isinstance(item, Prepared)]
    assert sorted(prepared) == sorted(names)


def test_success_is_seen_by_who_waits_for_the_row(config):
    """One thread closes while others of the same origin open: they see its end or wait for its lease, never both call."""
    (first,) = opener(config, origin=lambda number: "checkout:1", fenced=False)(0)

    def work(number):
        if number == 0:
            with transaction.atomic():
                close_effects([succeeded(first)])
            return first
        (opened,) = opener(config, origin=lambda _: "checkout:1", fenced=False)(number)
        return opened

    results = together(6, work)[1:]
    assert {type(item) for item in results} <= {Busy, Done}

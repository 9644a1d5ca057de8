from contextlib import nullcontext

import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    connection,
    connections,
    transaction,
)

from tenants.kept import Kept
from tenants.models import Market
from tenants.scoping import platform_scope
from tenants.together import Together
from tests.factories.tenants import MarketFactory

pytestmark = [pytest.mark.pg, pytest.mark.django_db(transaction=True)]


def test_a_connection_that_the_server_has_closed_is_replaced_at_the_next_request():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (old,) = cursor.fetchone()
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [old])
            assert cursor.fetchone() == (True,)
    finally:
        other.close()
    assert not connection.is_usable()
    connection.close_if_unusable_or_obsolete()
    connection.health_check_done = False
    connection.close_if_health_check_failed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() != (old,)


def test_a_connection_that_is_there_costs_no_statement(django_assert_num_queries):
    connection.ensure_connection()
    with django_assert_num_queries(0):
        assert connection.is_usable()


by_code = Kept(lambda codes: Market.objects.filter(code__in=codes).order_by("code"))


def prepared() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [text for (text,) in cursor.fetchall() if "tenants_market" in text]


@pytest.fixture(params=[0, None], ids=["prepares", "pooler"])
def threshold(request):
    connection.ensure_connection()
    before = connection.connection.prepare_threshold
    connection.connection.prepare_threshold = request.param
    yield request.param
    connection.connection.prepare_threshold = before
    connection.close()


def test_a_kept_query_is_prepared_unless_a_pooler_forbids_it(threshold):
    with platform_scope("the test looks at all"):
        market = MarketFactory(code="NOR")
        for codes in (["NOR"], ["SWE", "NOR"], ["DNK"]):
            assert by_code(codes) == ([market] if "NOR" in codes else [])
        assert len(prepared()) == (0 if threshold is None else 1)


def rename(market: Market, name: str) -> Together:
    together = Together()
    together.update(Market, market.pk, {"name": name})
    together.add("SELECT name FROM tenants_market WHERE id = %s", [market.pk])
    return together


def test_statements_together_are_prepared_unless_a_pooler_forbids_it(threshold):
    with platform_scope("the test looks at all"):
        market = MarketFactory(name="old")
        for name in ("100 % of it", "another; --"):
            with transaction.atomic():
                assert rename(market, name).run() == [[], [(name,)]]
        assert len(prepared()) == (0 if threshold is None else 2)


def test_what_fails_among_statements_is_told_and_the_connection_goes_on(threshold):
    with platform_scope("the test looks at all"):
        market, other = MarketFactory(name="old"), MarketFactory()
        together = rename(market, "new")
        together.update(Market, market.pk, {"tenant_id": other.tenant_id, "code": other.code})
        together.add("SELECT 1")
        with pytest.raises(IntegrityError, match="unique"), transaction.atomic():
            together.run()
        market.refresh_from_db()
        assert market.name == "old"
        with transaction.atomic():
            assert rename(market, "newer").run()[1] == [("newer",)]


def test_statements_wait_for_a_lock_no_longer_than_any(threshold):
    """And the connection is as it was for the next of them."""
    other = connections["default"].copy()
    with platform_scope("the test looks at all"):
        market = MarketFactory(name="old")
        try:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute("SELECT FROM tenants_market WHERE id = %s FOR UPDATE", [market.pk])
            with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = 20")
                rename(market, "new").run()
        finally:
            other.close()
        with transaction.atomic():
            assert rename(market, "newer").run()[1] == [("newer",)]


def test_statements_that_are_large_both_ways_do_not_wait_for_each_other(threshold):
    """Neither side reads what the other sends before it has sent its own."""
    text = "x" * 8_000_000
    together = Together()
    for number in range(4):
        together.add("SELECT %s::text || %s", [text, str(number)])
    with platform_scope("the test looks at all"), transaction.atomic():
        answers = together.run()
    assert [(len(answer), answer[-1:]) for ((answer,),) in answers] == [(len(text) + 1, n) for n in "0123"]


def test_a_value_that_no_statement_can_hold_leaves_the_connection_as_it_was(threshold):
    with platform_scope("the test looks at all"):
        market = MarketFactory(name="old")
        together = rename(market, "new")
        together.add("SELECT %s", [object()])
        with pytest.raises(ProgrammingError, match="adapt"), transaction.atomic():
            together.run()
        market.refresh_from_db()
        assert market.name == "old"
        with transaction.atomic():
            assert rename(market, "newer").run()[1] == [("newer",)]


def test_whoever_watches_statements_sees_those_that_go_together(threshold):
    seen = []

    def watch(execute, sql, values, many, context):
        seen.append(sql)
        return execute(sql, values, many, context)

    with platform_scope("the test looks at all"), transaction.atomic():
        market = MarketFactory(name="old")
        with connection.execute_wrapper(watch):
            assert rename(market, "new").run()[1] == [("new",)]
    assert "UPDATE" in "".join(seen)


def test_a_transaction_is_begun_once_however_many_statements_go_together(threshold):
    told = []
    connection.connection.add_notice_handler(lambda notice: told.append(notice.message_primary))
    with platform_scope("the test looks at all"), transaction.atomic():
        rename(Market(pk=1), "new").run()
    assert told == []


@pytest.mark.parametrize("number", [1, 3])
def test_a_statement_that_cannot_be_sent_costs_no_more_than_the_connection(threshold, number):
    """libpq takes no more than 65,535 parameters."""
    many = list(range(70_000))
    together = Together()
    for _ in range(number):
        together.add("SELECT 1")
    together.add(f"SELECT 1 WHERE 0 IN ({', '.join(['%s'] * len(many))})", many)
    refused = pytest.raises(DatabaseError, match="number of parameters") if threshold == 0 else nullcontext()
    with refused:
        together.run()
    connection.close_if_unusable_or_obsolete()
    together.add("SELECT 2")
    assert together.run() == [[(2,)]]

import pytest
from django.db import connection, connections

from tenants.kept import Kept
from tenants.models import Market
from tenants.scoping import platform_scope
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


@pytest.mark.parametrize("threshold", [0, None])
def test_a_kept_query_is_prepared_unless_a_pooler_forbids_it(threshold):
    connection.ensure_connection()
    before = connection.connection.prepare_threshold
    with platform_scope("the test looks at all"):
        market = MarketFactory(code="NOR")
        try:
            connection.connection.prepare_threshold = threshold
            for codes in (["NOR"], ["SWE", "NOR"], ["DNK"]):
                assert by_code(codes) == ([market] if "NOR" in codes else [])
            assert len(prepared()) == (0 if threshold is None else 1)
        finally:
            connection.connection.prepare_threshold = before
            connection.close()

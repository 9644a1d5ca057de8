"""Several publishers and editors at once, on a database with row locks."""

from threading import Event

import pytest
from django.db import connection, transaction
from django.test import Client

from connectors.models import Connector, Publication
from connectors.publishing import PublishConflict, lock, publish
from tenants.scoping import tenant_scope
from tests.connectors_config.conftest import TOKEN
from tests.connectors_config.editor import form_of, fresh, page
from tests.connectors_config.test_effects_concurrently import together
from tests.factories.connectors import make_connector
from tests.factories.tenants import MarketFactory, MembershipFactory, TenantFactory

pytestmark = [pytest.mark.pg, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tenant(transactional_db):
    return TenantFactory()


@pytest.fixture
def connector(tenant):
    with tenant_scope(tenant):
        connector = make_connector(tenant, "acme", bearer_token=TOKEN)
        publish(connector)
        return connector


def test_of_many_who_saw_the_same_version_exactly_one_publishes(connector, tenant):
    def work(number):
        with tenant_scope(tenant):
            mine = Connector.objects.get(pk=connector.pk)
            mine.display_name = f"Name {number}"
            try:
                with transaction.atomic():
                    lock(mine)
                    mine.save()
                    return publish(mine, expected=1).number
            except PublishConflict as conflict:
                return (conflict.seen, conflict.live)

    assert sorted(map(str, together(6, work))) == ["(1, 2)"] * 5 + ["2"]


def test_publishing_different_things_at_once_leaves_no_gap_and_no_double(tenant):
    with tenant_scope(tenant):
        rows = [make_connector(tenant, "acme", bearer_token=TOKEN, connector_id=f"n{n}") for n in range(6)]

    def work(number):
        with tenant_scope(tenant):
            publish(rows[number])

    together(6, work)
    with tenant_scope(tenant):
        assert sorted(Publication.objects.values_list("generation", flat=True)) == [1, 2, 3, 4, 5, 6]
    tenant.refresh_from_db()
    assert tenant.generation == 6


def test_of_two_editors_who_press_at_once_one_is_told_and_nothing_is_mixed(connector, tenant):
    with tenant_scope(tenant):
        sent = [form_of(fresh(connector), display_name=f"Name {number}") for number in range(2)]
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(MembershipFactory(tenant=tenant).user)
    answers = together(2, lambda number: clients[number].post(page(connector), sent[number]))
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    winner = [answer.status_code for answer in answers].index(302)
    loser = answers[1 - winner].content.decode()
    assert "Nothing was saved" in loser
    with tenant_scope(tenant):
        assert fresh(connector).display_name == f"Name {winner}"


def test_orders_and_events_need_not_wait_for_an_administrator(connector, tenant):
    """Rows that refer to the tenant are inserted while somebody holds the lock of publishing."""
    held, done = Event(), Event()

    def work(number):
        if number == 0:
            with transaction.atomic(), tenant_scope(tenant):
                lock(connector)
                held.set()
                return done.wait(30)
        held.wait(30)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        try:
            return MarketFactory(tenant=tenant, code="NOR").pk
        finally:
            done.set()

    assert all(together(2, work))

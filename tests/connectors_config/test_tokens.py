from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F

from connectors import client
from connectors.auth import Token
from connectors.models import OAuthToken
from connectors.ports import direct_ports, egress_policy, refuse_open_transaction
from connectors.tokens import OrmTokens, write
from eventlog.events import Category, EventData
from eventlog.models import Event
from tenants.scoping import platform_scope
from tenants.secret_value import SecretValue
from tests.connectors_config.conftest import TOKEN
from tests.factories.connectors import publish_connector
from tests.factories.tenants import TenantFactory

NOW = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)


def token(text="access_0123456789abcdef"):
    return Token(
        access=SecretValue(text),
        obtained_at=NOW,
        expires_at=NOW + timedelta(hours=1),
        credential="c1",
        refresh=SecretValue("r"),
    )


@pytest.fixture
def tokens(config):
    return OrmTokens()


def test_a_token_comes_back_as_it_was_and_is_sealed_in_the_database(tokens, config):
    assert tokens.get(config.id) is None
    tokens.save(config.id, token())
    assert tokens.get(config.id) == token()
    row = OAuthToken.objects.get()
    assert "access_" not in row.sealed
    assert row.sealed.startswith("v1:")
    assert row.expires_at == NOW + timedelta(hours=1)


def test_one_claim_at_a_time(tokens, config):
    assert tokens.claim_refresh(config.id, None)
    assert not tokens.claim_refresh(config.id, None)
    tokens.release(config.id)
    assert tokens.claim_refresh(config.id, None)


def test_who_saw_an_older_token_must_read_again(tokens, config):
    tokens.save(config.id, token())
    assert not tokens.claim_refresh(config.id, None)
    assert tokens.claim_refresh(config.id, token())
    tokens.save(config.id, token("second_0123456789abcdef"), token())
    assert not tokens.claim_refresh(config.id, token())


def test_a_renewal_does_not_undo_what_a_person_did_meanwhile(tokens, config):
    connected = token("connected_0123456789abcdef")
    tokens.save(config.id, token())
    assert tokens.claim_refresh(config.id, token())
    write(OAuthToken.objects.get(), connected)
    tokens.save(config.id, token("late_0123456789abcdef"), token())
    assert tokens.get(config.id) == connected
    OAuthToken.objects.update(sealed="")
    tokens.save(config.id, token("late_0123456789abcdef"), connected)
    assert tokens.get(config.id) is None


def test_a_token_that_was_found_refused_may_still_be_renewed_by_who_was_quicker(tokens, config):
    tokens.save(config.id, token())
    tokens.refuse(config.id, token(), "invalid_grant")
    tokens.save(config.id, token("second_0123456789abcdef"), token())
    assert tokens.get(config.id) == token("second_0123456789abcdef")


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_a_new_token_outlasts_a_database_that_is_away_for_a_moment(tokens, config):
    """Its refresh token is the only one that the vendor still takes."""
    away = iter([True])

    def cut(execute, sql, *rest):
        if sql.startswith("UPDATE") and OAuthToken._meta.db_table in sql and next(away, False):
            raise OperationalError("the server closed the connection")
        return execute(sql, *rest)

    tokens.save(config.id, token())
    with connection.execute_wrapper(cut):
        tokens.save(config.id, token("second_0123456789abcdef"), token())
    assert tokens.get(config.id) == token("second_0123456789abcdef")


def test_the_claim_of_a_process_that_died_ends(tokens, config):
    tokens.claim_refresh(config.id, None)
    OAuthToken.objects.update(claimed_until=F("claimed_until") - timedelta(minutes=5))
    assert tokens.claim_refresh(config.id, None)


def test_a_token_that_does_not_open_is_none_and_can_be_renewed(tokens, config, caplog):
    tokens.save(config.id, token())
    OAuthToken.objects.update(sealed="v1:gone:" + "A" * 64)
    assert tokens.get(config.id) is None
    assert "CROSSDOCK_ENCRYPTION_KEYS" in caplog.text
    assert tokens.claim_refresh(config.id, None)


def test_a_sealed_token_of_another_connector_does_not_open(tokens, config, tenant):
    other = publish_connector(tenant, "acme", bearer_token="tok_other_0123456789")
    tokens.save(config.id, token())
    tokens.save(other.id, token("other_0123456789abcdef"))
    OAuthToken.objects.filter(connector_id=other.id).update(
        sealed=OAuthToken.objects.get(connector_id=config.id).sealed
    )
    assert tokens.get(other.id) is None


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_of_fifty_claims_one_succeeds():
    connector_id = publish_connector(TenantFactory(), "acme", bearer_token=TOKEN).id
    barrier = Barrier(50)

    def claim(_):
        barrier.wait()
        try:
            return OrmTokens().claim_refresh(connector_id, None)
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(claim, range(50))) == 1
    with platform_scope("test"):
        assert OAuthToken.objects.count() == 1


def test_events_of_direct_calls_are_recorded_at_once(config, tenant):
    direct_ports().events(EventData(category=Category.CONNECTOR, message="GET /ping", tenant_id=tenant.pk))
    assert Event.objects.get(category="Connector").message == "GET /ping"


def test_the_egress_rules_follow_the_setting(settings):
    assert egress_policy().allowed == ()
    settings.CROSSDOCK_EGRESS_ALLOW = ["127.0.0.1/32:8080"]
    assert len(egress_policy().allowed) == 1


@pytest.mark.django_db(transaction=True)
def test_no_byte_leaves_while_a_transaction_is_open():
    assert client.guard is refuse_open_transaction
    client.guard()
    with transaction.atomic(), pytest.raises(RuntimeError, match="commit first"):
        client.guard()

"""What several processes know of each other's calls; here two of them, played in one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F

from connectors import registry
from connectors.contracts.base import Limits
from connectors.models import ConnectorStanding, ConnectorTraffic
from connectors.traffic import Gate, Gates, standing
from connectors.traffic.sharing import Sharing
from eventlog.models import Event
from tenants.models import Tenant
from tenants.scoping import tenant_scope
from tests.connectors.client.bench import Keyed, config_of, installed
from tests.connectors.traffic.clock import call, sent
from tests.factories.connectors import make_connector
from tests.factories.tenants import TenantFactory


class Process:
    """One process: its gate for the connector, and its side of the exchange."""

    def __init__(self, tenant: Tenant, connector_id: int) -> None:
        config = config_of(Keyed, id=connector_id, tenant_id=tenant.pk, tenant_uid=tenant.uid)
        self.sharing = Sharing(Gates(alone=False))
        self.config = config

    @property
    def gate(self) -> Gate:
        return self.sharing.gates.of(self.config)

    def hear(self) -> None:
        self.sharing.exchange()

    @property
    def is_open(self) -> bool:
        return self.gate.breaker.open_until is not None


@pytest.fixture
def tenant(db: None) -> Iterator[Tenant]:
    tenant = TenantFactory()
    with tenant_scope(tenant), installed():
        yield tenant


@pytest.fixture
def pair(tenant: Tenant) -> tuple[Process, Process]:
    connector = make_connector(tenant)
    return Process(tenant, connector.pk), Process(tenant, connector.pk)


def trip(process: Process) -> None:
    for _ in range(10):
        call(process.gate, failed=True)
    process.hear()


def pass_by(*processes: Process) -> None:
    """The breaker's time is over: the moment at which to probe has come, for the database and for everybody."""
    past = timedelta(minutes=10)
    ConnectorStanding.objects.update(open_until=F("open_until") - past, generation=F("generation") + 1)
    for process in processes:
        process.hear()


def test_failures_are_added_up_over_processes(pair: tuple[Process, Process]) -> None:
    for _ in range(3):
        for process in pair:
            for _ in range(2):
                call(process.gate, failed=True)
            process.hear()
    assert any(process.is_open for process in pair)


def test_what_one_process_finds_out_all_know(pair: tuple[Process, Process], tenant: Tenant) -> None:
    one, other = pair
    trip(one)
    other.hear()
    assert sent(other.gate) is None
    late = Process(tenant, one.config.id)
    late.hear()
    assert sent(late.gate) is None
    told = Event.objects.get()
    assert "keeps failing" in told.message
    assert told.connector_id == one.config.id


def test_one_probe_over_all_processes(pair: tuple[Process, Process]) -> None:
    one, other = pair
    trip(one)
    pass_by(one, other)
    assert sent(one.gate) is None
    assert sent(other.gate) is None
    other.hear()
    one.hear()
    assert sent(one.gate) is None
    for _ in range(3):
        (probe,) = [leave for leave in (sent(other.gate) for _ in range(20)) if leave]
        one.hear()
        assert sent(one.gate) is None
        other.gate.leave(probe, failed=False)
    other.hear()
    one.hear()
    assert not one.is_open
    assert not other.is_open
    assert Event.objects.filter(message__contains="calls go out as usual").count() == 1


def test_a_prober_that_dies_is_replaced(pair: tuple[Process, Process]) -> None:
    one, other = pair
    trip(one)
    pass_by(one, other)
    for process in (one, other):
        assert sent(process.gate) is None
        process.hear()
    assert sent(one.gate)
    ConnectorStanding.objects.update(probe_until=F("probe_until") - timedelta(minutes=2))
    assert sent(other.gate) is None
    other.hear()
    assert sent(other.gate)


def test_a_reset_by_staff_reaches_everybody(pair: tuple[Process, Process], tenant: Tenant) -> None:
    one, other = pair
    trip(one)
    other.hear()
    standing.reset(one.config.id, tenant.pk)
    for process in pair:
        process.hear()
        assert sent(process.gate)


def test_a_reset_while_a_probe_fails_holds_nobody_back_for_ever(
    pair: tuple[Process, Process], tenant: Tenant
) -> None:
    one, other = pair
    trip(one)
    pass_by(one, other)
    assert sent(one.gate) is None
    one.hear()
    probe = sent(one.gate)
    assert probe is not None
    standing.reset(one.config.id, tenant.pk)
    one.gate.leave(probe, failed=True)
    for process in pair:
        process.hear()
    assert not (one.is_open or other.is_open)


def test_a_reset_needs_the_right_tenant(pair: tuple[Process, Process]) -> None:
    trip(pair[0])
    standing.reset(pair[0].config.id, TenantFactory().pk)
    pair[1].hear()
    assert sent(pair[1].gate) is None


def test_a_pause_is_everybodys(pair: tuple[Process, Process]) -> None:
    one, other = pair
    call(one.gate)
    one.gate.pause(60)
    one.hear()
    other.hear()
    assert sent(other.gate) is None


def test_processes_share_a_quota_by_what_they_ask_for(pair: tuple[Process, Process]) -> None:
    one, other = pair
    for process, calls in ((one, 30), (other, 10)):
        for _ in range(calls):
            call(process.gate)
        process.hear()
    one.hear()
    assert one.gate.limiter.share == 0.75
    assert other.gate.limiter.share == 0.25


def test_idle_processes_write_nothing_and_old_counts_are_not_believed(pair: tuple[Process, Process]) -> None:
    one, other = pair
    other.gate.limiter.per_second = Limits(per_second=2).per_second
    call(one.gate)
    one.hear()
    ConnectorTraffic.objects.update(at=F("at") - timedelta(minutes=1))
    Sharing(Gates(alone=False)).exchange()
    assert ConnectorTraffic.objects.count() == 1
    call(other.gate)
    other.hear()
    assert other.gate.limiter.share == 1.0


def test_an_exchange_takes_a_handful_of_statements(
    pair: tuple[Process, Process], django_assert_max_num_queries: object
) -> None:
    one, _ = pair
    for _ in range(100):
        call(one.gate)
    one.hear()
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        one.hear()


class OneKey(Keyed):
    """A vendor whose quota belongs to a key that several connectors may have."""

    slug, limits = "bench-one-key", Limits(per_second=10, shared_by="token")


def of_one_key(tenant: Tenant, connector_id: int) -> Process:
    process = Process(tenant, connector_id)
    process.config = config_of(OneKey, id=connector_id, tenant_id=tenant.pk, tenant_uid=tenant.uid)
    return process


def test_connectors_with_the_same_key_share_one_quota(tenant: Tenant) -> None:
    gates = Gates()
    with registry.registered(OneKey):
        one, other = (config_of(OneKey, id=number, tenant_uid=tenant.uid) for number in (1, 2))
        gates.of(one).pause(60)
        assert sent(gates.of(other)) is None
        changed = replace(other, values=one.values.__class__({"token": "another key"}))
        assert sent(gates.of(changed))


def test_processes_share_the_quota_of_a_key_whichever_connectors_they_serve(tenant: Tenant) -> None:
    with registry.registered(OneKey):
        one, other = (of_one_key(tenant, make_connector(tenant).pk) for _ in range(2))
        for process, calls in ((one, 30), (other, 10)):
            for _ in range(calls):
                call(process.gate)
            process.hear()
        one.hear()
        assert (one.gate.limiter.share, other.gate.limiter.share) == (0.75, 0.25)


def test_what_the_database_did_not_take_is_told_again(pair: tuple[Process, Process]) -> None:
    """Otherwise its breaker is open for ever: nobody else knows of it, so nobody gets leave to probe."""
    one, other = pair

    def away(execute: Any, sql: str, *rest: Any) -> Any:
        if "INSERT" in sql and ConnectorStanding._meta.db_table in sql:
            raise OperationalError("the server closed the connection")
        return execute(sql, *rest)

    with pytest.raises(OperationalError), transaction.atomic(), connection.execute_wrapper(away):
        trip(one)
    one.hear()
    other.hear()
    assert other.is_open
    pass_by(one, other)
    assert sent(one.gate) is None
    one.hear()
    assert sent(one.gate)


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_a_connector_that_was_deleted_keeps_no_other_from_being_told_of() -> None:
    tenant = TenantFactory()
    with tenant_scope(tenant), installed():
        gone, kept = make_connector(tenant), make_connector(tenant)
        process = Process(tenant, gone.pk)
        gates = [process.gate, process.sharing.gates.of(replace(process.config, id=kept.pk))]
        for gate in gates:
            for _ in range(10):
                call(gate, failed=True)
        gone.delete()
        process.hear()
        assert [row.connector_id for row in ConnectorStanding.objects.all()] == [kept.pk]

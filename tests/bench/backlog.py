"""A past and a backlog for the benchmark, copied by the database itself: runs that wait to be driven, and old events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from django.db import connection, transaction

from tenants.clock import database_now
from tenants.models import Tenant
from tenants.scoping import tenant_scope
from tests.bench.tenant import ORDER
from workflows.engine.doorbell import ring
from workflows.engine.start import start_run
from workflows.models import Lane, Order, OrderLine, StepRun, Trigger, WorkflowRun
from workflows.orders import create_order


def waiting(count: int, status: str = "Go", *, due: bool = True) -> int:
    """So many orders whose run of a status waits for a worker, all of them due, or none; the id of the run before them.
    The database is as it would be had they come one by one: no vacuum and no checkpoint is owed for them."""
    with tenant_scope(Tenant.objects.get()), transaction.atomic():
        order = create_order({**ORDER, "number": f"sample-{uuid4().hex}"}, run_workflow=False)
        run = start_run(order, status, trigger=Trigger.API)
        if not due:
            Lane.objects.filter(order=order).update(due_at=None)
    of_order, of_run = {"order_id": f"{order.pk} + n"}, {"run_id": f"{run.pk} + n"}
    named = {"id": f"{order.pk} + n", "number": "s.number || '-' || n"}
    _copy(Order, f"s.id = {order.pk}", count - 1, named)
    _copy(OrderLine, f"s.order_id = {order.pk}", count - 1, of_order)
    _copy(WorkflowRun, f"s.id = {run.pk}", count - 1, {"id": f"{run.pk} + n"} | of_order)
    _copy(StepRun, f"s.run_id = {run.pk}", count - 1, of_order | of_run)
    in_turn = {"due_at": "s.due_at + n * interval '1 microsecond'"}
    _copy(Lane, f"s.order_id = {order.pk}", count - 1, of_order | in_turn)
    for model in (Order, WorkflowRun):
        table = model._meta.db_table
        _run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    _run("VACUUM ANALYZE")
    _run("CHECKPOINT")
    return run.pk - 1


def make_due(last: int) -> datetime:
    """The orders of all runs after that one, in turn; when that was."""
    now = database_now()
    _run(
        f"UPDATE workflows_lane AS lane SET due_at = '{now.isoformat()}'::timestamptz + run.id * interval '1 microsecond'"
        f" - interval '1 second' FROM workflows_workflowrun AS run WHERE run.order_id = lane.order_id AND run.id > {last}"
    )
    ring()
    return now


def forget_waiting() -> None:
    """Nobody drives what is still waiting."""
    Lane.objects.update(due_at=None)


def events(count: int) -> None:
    """Old events of the tenant, as calls leave them."""
    _run(
        "INSERT INTO eventlog_event (tenant_id, category, outcome, message, at, connector_id, connector_name,"
        " connector_category, provider, operation, order_id, order_number, run_id, step_run_id, step, duration_ms,"
        " actor, market, store, method, url, status_code, request_id)"
        " SELECT t.id, 'Connector', 'success', 'POST vendor.example/r1: HTTP 200', now() - n * interval '1 second',"
        " 1, 'Webhook', 'Other', 'webhook', 'export_order', -n, 'past-' || n, -n, -n, 'ExportOrder', 20, '', 'NOR',"
        f" '', 'POST', 'https://vendor.example/r1', 200, '' FROM tenants_tenant t, generate_series(1, {count}) AS n"
    )
    _run("ANALYZE eventlog_event")


def _copy(model: type, where: str, count: int, other: Mapping[str, str]) -> None:
    """Copies of some rows, numbered by n; `other` are the columns that differ. An id that is not given is drawn."""
    table = model._meta.db_table
    columns = [field.column for field in model._meta.concrete_fields]
    columns = [column for column in columns if column != "id" or "id" in other]
    values = ", ".join(other.get(column, f's."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    _run(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} AS s, generate_series(1, {count}) AS n WHERE {where}"
    )


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)

"""Events of calls that are made side by side, where the database does not take them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from eventlog.events import Category, EventData
from eventlog.models import Event
from tenants.scoping import platform_scope
from tests.factories.tenants import TenantFactory
from workflows.checkout import at_once


@pytest.mark.django_db
def test_events_are_kept_for_a_database_that_is_away() -> None:
    told = {"category": Category.CONNECTOR, "tenant_id": TenantFactory().pk}

    def cut(execute: Any, sql: str, *rest: Any) -> Any:
        if "eventlog_event" in sql:
            raise OperationalError("the server closed the connection")
        return execute(sql, *rest)

    at_once._events.extend([EventData(message="kept", **told), EventData(message="too", **told)])
    with pytest.raises(OperationalError), transaction.atomic(), connection.execute_wrapper(cut):
        at_once.settle()
    at_once._events.append(EventData(message="too large a number", order_id=2**80, **told))
    at_once.settle()
    with platform_scope("test"):
        assert [event.message for event in Event.objects.order_by("pk")] == ["kept", "too"]

"""Events of the event log."""

from eventlog.events import Category, EventData, Outcome
from eventlog.models import Event
from eventlog.store import record_many


def record_event(tenant, **values):
    """Records one event of a connector call unless told otherwise, and returns its row."""
    base = {"category": Category.CONNECTOR, "message": "Captured", "outcome": Outcome.SUCCESS}
    record_many([EventData(tenant_id=tenant.pk, **{**base, **values})])
    return Event._base_manager.latest("id")

"""What an event is, without Django, so that every thread can build one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Category(StrEnum):
    CREATED = "Created"
    UPDATED = "Updated"
    CANCELED = "Canceled"
    WORKFLOW = "Workflow"
    WORKFLOW_STEP = "WorkflowStep"
    CONNECTOR = "Connector"
    NOTIFICATION = "Notification"
    COMMENT = "Comment"
    ERROR = "Error"
    EXPORTED = "Exported"
    IMPORTED = "Imported"
    DELETED = "Deleted"
    INFORMATION = "Information"
    PUBLISHED = "Published"


class Outcome(StrEnum):
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"
    RETRY = "retry"
    UNKNOWN = "unknown"
    INFO = "info"


CATEGORIES = [item.value for item in Category]
OUTCOMES = [item.value for item in Outcome]


@dataclass(slots=True, kw_only=True)
class EventData:
    """One event of one tenant. `at` defaults to the time of recording; `duration_ms` is in milliseconds;
    `request` and `response` are already redacted documents such as {"headers": {…}, "body": …}."""

    category: Category
    message: str
    tenant_id: int
    outcome: Outcome = Outcome.INFO
    at: datetime | None = None
    connector_id: int | None = None
    connector_name: str = ""
    connector_category: str = ""
    provider: str = ""
    operation: str = ""
    order_id: int | None = None
    order_number: str = ""
    run_id: int | None = None
    step_run_id: int | None = None
    step: str = ""
    effect_id: UUID | None = None
    duration_ms: int | None = None
    actor: str = ""
    market: str = ""
    store: str = ""
    method: str = ""
    url: str = ""
    status_code: int | None = None
    request_id: str = ""
    request: dict[str, Any] | None = None
    response: dict[str, Any] | None = None
    details: dict[str, Any] | None = None

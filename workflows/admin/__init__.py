"""Admin pages of orders, their charts, what they refer to, and what runs by schedule."""

from tenants.adminkit import register_page
from workflows.admin import (
    catalog,
    chart,
    dashboard,
    explain,
    imports,
    inbound,
    messages,
    order_errors,
    orders,
    runs,
    scheduled_runs,
    schedules,
    step_pages,
    templates,
)
from workflows.admin.panels import register_panel

__all__ = [
    "catalog",
    "chart",
    "dashboard",
    "explain",
    "imports",
    "inbound",
    "messages",
    "order_errors",
    "orders",
    "register_panel",
    "runs",
    "scheduled_runs",
    "schedules",
    "step_pages",
    "templates",
]

for _title, _model, _icon in (
    ("Scheduled Tasks", "scheduledtask", "schedule"),
    ("Runs", "scheduledrun", "history"),
    ("Imported Objects", "importedobject", "move_to_inbox"),
):
    register_page("Scheduled Tasks", _title, f"admin:workflows_{_model}_changelist", icon=_icon)

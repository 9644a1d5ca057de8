"""Admin pages of orders, their charts, what they refer to, and what runs by schedule."""

from tenants.adminkit import register_page
from workflows.admin import (
    catalog,
    chart,
    dashboard,
    explain,
    feeds,
    imports,
    inbound,
    mails,
    messages,
    order_errors,
    orders,
    runs,
    scheduled_runs,
    schedules,
    step_pages,
    sync_items,
    templates,
)
from workflows.admin.panels import register_panel

__all__ = [
    "catalog",
    "chart",
    "dashboard",
    "explain",
    "feeds",
    "imports",
    "inbound",
    "mails",
    "messages",
    "order_errors",
    "orders",
    "register_panel",
    "runs",
    "scheduled_runs",
    "schedules",
    "step_pages",
    "sync_items",
    "templates",
]

for _title, _model, _icon in (
    ("Scheduled Tasks", "scheduledtask", "schedule"),
    ("Runs", "scheduledrun", "history"),
    ("Imported Objects", "importedobject", "move_to_inbox"),
    ("Sync State", "syncitem", "sync_alt"),
):
    register_page("Scheduled Tasks", _title, f"admin:workflows_{_model}_changelist", icon=_icon)

register_page(
    "Customers and Products", "Product Feeds", "admin:workflows_productfeed_changelist", icon="rss_feed"
)
register_page(
    "Customers and Products",
    "Missing in Feeds",
    "admin:workflows_feedproblem_changelist",
    icon="playlist_remove",
)

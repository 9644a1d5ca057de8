"""Admin pages of orders, their charts and what they refer to."""

from workflows.admin import catalog, chart, messages, orders, runs, templates
from workflows.admin.panels import register_panel

__all__ = ["catalog", "chart", "messages", "orders", "register_panel", "runs", "templates"]

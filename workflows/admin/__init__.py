"""Admin pages of orders, their charts and what they refer to."""

from workflows.admin import catalog, chart, orders, runs
from workflows.admin.panels import register_panel

__all__ = ["catalog", "chart", "orders", "register_panel", "runs"]

"""What is checked before an order type goes live, by autodiscovery; connectors and other kinds have checks of their own."""

from workflows import chart_checks, scope_checks, step_checks
from workflows.stock import ownership

__all__ = ["chart_checks", "ownership", "scope_checks", "step_checks"]

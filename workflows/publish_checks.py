"""What is checked before an order type goes live, by autodiscovery; connectors and other kinds have checks of their own."""

from workflows import chart_checks, scope_checks, step_checks

__all__ = ["chart_checks", "scope_checks", "step_checks"]

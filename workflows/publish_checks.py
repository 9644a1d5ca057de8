"""What is checked before an order type, or a connector that judges carts, goes live; found by autodiscovery."""

from workflows import chart_checks, scope_checks, step_checks
from workflows.checkout import checks as cart_checks

__all__ = ["cart_checks", "chart_checks", "scope_checks", "step_checks"]

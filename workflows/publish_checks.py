"""What is checked before an order type, a feed's connector or one that judges carts goes live; found by autodiscovery."""

from workflows import chart_checks, scope_checks, step_checks
from workflows.checkout import checks as cart_checks
from workflows.feeds import publish_checks as feed_checks
from workflows.stock import ownership

__all__ = ["cart_checks", "chart_checks", "feed_checks", "ownership", "scope_checks", "step_checks"]

"""What is checked before an order type or a feed's connector goes live, by autodiscovery."""

from workflows import chart_checks, scope_checks, step_checks
from workflows.feeds import publish_checks as feed_checks

__all__ = ["chart_checks", "feed_checks", "scope_checks", "step_checks"]

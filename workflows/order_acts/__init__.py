"""Acts on the order itself: change status, run and resume workflows, single steps, export again, tell the customer."""

from workflows.order_acts import again, moving, sending

__all__ = ["again", "moving", "sending"]

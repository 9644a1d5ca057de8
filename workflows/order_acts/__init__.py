"""Acts on the order itself: change status, run and resume workflows, single steps, decide what became of a call, export
again, tell the customer."""

from workflows.order_acts import again, deciding, moving, sending

__all__ = ["again", "deciding", "moving", "sending"]

"""PostNord: EDI booking with labels, service points, delivery dates, tracking. Docs: https://developer.postnord.com.

Unlike PostNord it keeps and tracks test bookings too, so that the demo has something to show. Any key of at least eight
characters may call until /_/postnord/keys names those that may. Shipments move on when /_/postnord/advance says so.
"""

from connectors.sandbox.postnord.api import PostNord

__all__ = ["PostNord"]

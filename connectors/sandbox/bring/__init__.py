"""Bring: Shipping Guide, pickup points, Booking with labels, Tracking, Event Cast. Docs: https://developer.bring.com/api.

Unlike Bring it tracks test bookings too, so that the demo has something to show. Any user with an e-mail address and a
key may call until /_/bring/users names those who may. Shipments move on when /_/bring/advance says so, and Event Cast
tells of it.
"""

from connectors.sandbox.bring.api import Bring

__all__ = ["Bring"]

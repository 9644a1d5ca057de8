"""Voyado Engage, v2 and v3: contacts, receipts, points, promotions and vouchers, and webhooks as Svix sends them.

Docs: https://developer.voyado.com. Every key opens the same Engage. A contact whose last name is Refused cannot be
changed; the store 404 takes no receipts. Each purchase brings a point for every whole unit of money.
"""

from connectors.sandbox.voyado.api import Voyado

__all__ = ["Voyado"]

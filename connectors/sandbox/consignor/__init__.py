"""Shipment Server of nShift Ship: one address that takes every command as a form, and says no with status 200.

Any actor with a key may call until /_/consignor/keys names those who may. Shipments move on when /_/consignor/advance says
so.
"""

from connectors.sandbox.consignor.api import Consignor

__all__ = ["Consignor"]

"""Ingrid Delivery Checkout: sessions with a widget, a shopper's choice, completion. Docs: developer.ingrid.com.

Any bearer token that decodes from base64 to text may call until /_/ingrid/keys names those that may. What a shopper does in
the widget is done by /_/ingrid/choose. Orders of the transport get their id when a completed session is next asked for, as
Ingrid makes them a little later.
"""

from connectors.sandbox.ingrid.api import Ingrid

__all__ = ["Ingrid"]

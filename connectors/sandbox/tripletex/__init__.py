"""Tripletex, API v2: sessions, customers, products, orders, invoices, payments, credit notes, stock, webhooks.

Docs: https://tripletex.no/v2-docs. The API is at /tripletex; each employee token has a company of its own. A token that
begins with "wrong" is refused.
"""

from connectors.sandbox.tripletex.api import Tripletex

__all__ = ["Tripletex"]

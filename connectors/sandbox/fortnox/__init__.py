"""Fortnox, API v3: consent page, tokens with refresh tokens of one use, customers, articles, orders, invoices, payments.

Docs: https://apps.fortnox.se/apidocs. Login server and API are both at /fortnox; each Client-Id has a company of its own,
with the database number COMPANY. A secret that begins with "wrong" is refused.
"""

from connectors.sandbox.fortnox.api import Fortnox
from connectors.sandbox.fortnox.company import COMPANY

__all__ = ["COMPANY", "Fortnox"]

"""Klarna: payment sessions, hosted pages, placed orders and Order Management, with callbacks that nobody signs.

Docs: https://docs.klarna.com. Amounts in minor units. A merchant is a user name (`K…` or `PK…`) with any password.
An authorization token is what the shop's widget would have got: `accepted-…`, `pending-…`, `rejected-…` by what the fraud
check makes of it, whatever follows the dash; each places one order. Everything else is no token.
"""

from connectors.sandbox.klarna.api import Klarna

__all__ = ["Klarna"]

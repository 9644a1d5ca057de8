"""Flow Retail: receipts, orders, products, stock, customers and webhooks of any number of tenants, API v2.

A tenant opens with its first call: /flow/v2/tenants/nord-7/reasons. It has the stores st-oslo and st-bergen. Any bearer
token is taken but one that begins with "wrong". What Flow publishes of an order has Flow's names; where it publishes
none, and of requests that write, this sandbox has names and paths of its own, which a connector has to be told as it would
be Flow's: FIELDS and CALLS. Controls: controls.py.
"""

from connectors.sandbox.flow.api import Flow
from connectors.sandbox.flow.tenant import CALLS, FIELDS, MAPPING

__all__ = ["CALLS", "FIELDS", "MAPPING", "Flow"]

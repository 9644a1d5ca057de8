"""Sitoo: tills, orders, products, price lists, stock and customers of any number of accounts, REST API v2.

An account opens with its first call: /sitoo/v2/accounts/1500/sites/1/orders.json. It has the site 1, the warehouses 1 (a
store's, counted piece by piece), 2 (virtual) and the price lists 1 and 2. Any login is taken but one whose password begins
with "wrong". Controls: controls.py.
"""

from connectors.sandbox.sitoo.api import Sitoo

__all__ = ["Sitoo"]

"""Magento 2.4: orders and what is made of them, stock by source, articles, prices, customers and the queue, REST API V1.

Docs: https://developer.adobe.com/commerce/webapi/rest. A shop is /magento/{shop}/rest/{store view}/V1/…, or "shop" without
its part. Logins: login.py. What shoppers, staff and time do: controls.py.
"""

from connectors.sandbox.magento.api import Magento

__all__ = ["Magento"]

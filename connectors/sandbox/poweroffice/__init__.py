"""PowerOffice Go, API v2: login, customers, products, sales orders, invoices that are made a while later, vouchers.

Docs: https://developer.poweroffice.net. The API is at /poweroffice/v2 with the login server beside it, and both once more
below /poweroffice/Demo; each Client Key has books of its own. A Client Key that begins with "wrong" is refused.
"""

from connectors.sandbox.poweroffice.api import PowerOffice

__all__ = ["PowerOffice"]

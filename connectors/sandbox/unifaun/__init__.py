"""nShift Delivery with its history and documents, and the nShift portal's login, Checkout and Shipment Data beside it.

Unlike nShift it tracks test shipments too, so that the demo has something to show. Any API key may call until
/_/unifaun/keys names those who may. Shipments move on when /_/unifaun/advance says so.
"""

from connectors.sandbox.unifaun.api import Unifaun

__all__ = ["Unifaun"]

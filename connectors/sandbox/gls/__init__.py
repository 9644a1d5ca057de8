"""GLS: login, ShipIT with bookings, labels and parcel shops, Track And Trace. Docs: https://dev-portal.gls-group.net.

Any key and secret get a token until /_/gls/apps names those that do. Parcels move on when /_/gls/advance says so.
"""

from connectors.sandbox.gls.api import Gls

__all__ = ["Gls"]

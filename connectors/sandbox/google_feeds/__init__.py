"""Google Merchant Center: the login of service accounts, data sources that fetch a file, and the fetcher itself.

Docs: https://developers.google.com/merchant/api/reference/rest/datasources_v1. The token endpoint is /google-feeds/token. A
data source is made by a control with the address of the file; `:fetch` then gets that file over the network as Google's
fetcher does (compressed, only if it has changed) and judges every product by the rules of its own.
"""

from connectors.sandbox.google_feeds.api import GoogleFeeds

__all__ = ["GoogleFeeds"]

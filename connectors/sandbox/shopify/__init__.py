"""Shopify: orders, stock, fulfilments and webhooks of any number of shops, GraphQL Admin API in version 2026-07.

A shop is its part of the address: /shopify/nordstore/admin/api/2026-07/graphql.json is nordstore.myshopify.com, and so is
an address without it under a token such as shpat_nordstore_k1. Operations are recognised by their operationName, and
answered with the fields that the document asks for. Controls: controls.py.
"""

from connectors.sandbox.shopify.api import Shopify

__all__ = ["Shopify"]

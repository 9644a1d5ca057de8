"""The pages of shipping providers and shipments."""

from shipping.admin import order_panel, providers, shipments

__all__ = ["order_panel", "providers", "shipments"]

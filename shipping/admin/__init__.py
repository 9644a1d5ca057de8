"""The pages of shipping providers and shipments."""

from shipping.admin import providers, shipments

__all__ = ["providers", "shipments"]

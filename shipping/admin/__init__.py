"""The pages of shipping providers, shipments and the print queue."""

from shipping.admin import order_panel, print_jobs, providers, shipments

__all__ = ["order_panel", "print_jobs", "providers", "shipments"]

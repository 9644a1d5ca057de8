"""The pages of shipping providers, shipments and the print queue."""

from shipping.admin import print_jobs, providers, shipments

__all__ = ["print_jobs", "providers", "shipments"]

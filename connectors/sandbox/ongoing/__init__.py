"""Ongoing WMS: orders, articles, purchase orders and returns of goods owners, REST API v1.

Docs: https://developer.ongoingwarehouse.com/REST/v1. A warehouse is /ongoing/{warehouse}/api/v1/…; users begin with WSI.
What the people in the warehouse do: controls.py.
"""

from connectors.sandbox.ongoing.api import Ongoing

__all__ = ["Ongoing"]

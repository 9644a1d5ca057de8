"""A property of steps that holds several names with commas between them."""

from connectors.schema import Names

__all__ = ["Names"]

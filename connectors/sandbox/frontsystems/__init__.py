"""Front Systems: sales by OData, orders, products, prices, stock and customers of any number of tenants, REST API V2.

A tenant is named by what stands before the dot of the API key, such as nordic.Wq7, and opens with its first call. It
has the stores 101 and 102 with the stock locations 1 and 2, and the price list "NOK RRP". Any keys are taken but those
that begin with "wrong". Controls: controls.py.
"""

from connectors.sandbox.frontsystems.api import FrontSystems

__all__ = ["FrontSystems"]

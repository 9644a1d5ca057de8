from tests.shop import running_vendors, shop, vendors

__all__ = ["running_vendors", "shop", "vendors"]

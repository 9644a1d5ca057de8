from tests.shop import running_vendors, vendors

__all__ = ["running_vendors", "vendors"]

from tests.workflows.shopstall import implementations, market, stall

__all__ = ["implementations", "market", "stall"]

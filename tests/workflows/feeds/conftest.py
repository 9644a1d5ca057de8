from tests.workflows.feeds.stage import stage

__all__ = ["stage"]

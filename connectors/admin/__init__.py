from connectors.admin import connector, records

__all__ = ["connector", "records"]

from connectors.admin import connector, dashboard, records

__all__ = ["connector", "dashboard", "records"]

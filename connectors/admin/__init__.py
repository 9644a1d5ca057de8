from connectors.admin import connector, dashboard, plugins, records

__all__ = ["connector", "dashboard", "plugins", "records"]

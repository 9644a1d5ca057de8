from connectors.admin import connector, plugins, records

__all__ = ["connector", "plugins", "records"]

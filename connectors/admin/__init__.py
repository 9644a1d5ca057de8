from connectors.admin import (
    connector,
    dashboard,
    deliveries,
    inbound,
    plugins,
    records,
    subscription_pages,
    subscriptions,
)

__all__ = [
    "connector",
    "dashboard",
    "deliveries",
    "inbound",
    "plugins",
    "records",
    "subscription_pages",
    "subscriptions",
]

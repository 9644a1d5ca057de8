"""Azure Service Bus: queues over REST, with locks that expire, delivery counts, dead letters and duplicate detection.

Docs: https://learn.microsoft.com/rest/api/servicebus. A namespace is what a connection string points to; every queue is
made on first use. Policies are made by a control; until there is one, any well-formed token is good.
"""

from connectors.sandbox.azure_servicebus.api import AzureServiceBus

__all__ = ["AzureServiceBus"]

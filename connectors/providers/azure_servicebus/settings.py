"""What is entered for a queue."""

from __future__ import annotations

from typing import Any

from connectors.providers.azure_servicebus.connection import Connection, ConnectionString, QueueName
from connectors.schema import Integer, Settings, SettingsError, SettingsValues, Url


class QueueSettings(Settings):
    connection_string = ConnectionString(
        "Connection String",
        key="ServiceBusConnectionString",
        help="Of a shared access policy: Endpoint=sb://…",
    )
    queue = QueueName("Order Queue Name", key="OrderQueueName")
    window_minutes = Integer(
        "Duplicate Detection Minutes",
        key="DuplicateDetectionMinutes",
        required=False,
        default=0,
        help="The queue's duplicate detection window; 0 where it detects none.",
    )
    batch = Integer(
        "Batch Size", key="BatchSize", required=False, default=20, help="Messages a page; 1 to 100."
    )
    host = Url(
        "Host", column="host", required=False, help="Empty takes the namespace of the connection string."
    )

    @classmethod
    def compile(cls, columns: Any, properties: Any) -> SettingsValues:
        values = super().compile(columns, properties)
        entity = Connection.read(values.connection_string.reveal()).entity
        problems = []
        if entity and entity.lower() != values.queue.lower():
            told = f"the connection string is good for the queue {entity} only; enter that, or another string"
            problems.append(("Order Queue Name", "OrderQueueName", told))
        if not 0 <= values.window_minutes <= 7 * 24 * 60:
            problems.append(("Duplicate Detection Minutes", "DuplicateDetectionMinutes", "use 0 to 10080"))
        if not 1 <= values.batch <= 100:
            problems.append(("Batch Size", "BatchSize", "use 1 to 100"))
        if problems:
            raise SettingsError(problems)
        return values

"""The setup guide of a queue."""

from __future__ import annotations

GUIDE = """
In the Azure portal open the namespace's or the queue's Shared access policies and make a policy with Send to export orders,
Listen to import them. Its primary connection string goes into the property ServiceBusConnectionString, the
queue's name into OrderQueueName. Exports and imports need a connector each unless both use the same queue.

ExportOrder sends {"type": "order.export", "reference": …, "Value": {the order}} as JSON with a MessageId that stays the
same on every repetition. Enable duplicate detection on the queue (only possible when it is made) and enter its window
as DuplicateDetectionMinutes: an order whose answer was lost is then sent again. Without it (0) the order waits for a
person, as nobody can ask a queue what it has taken.

A scheduled task ImportOrders reads the queue. A message is one order as JSON, in the shape of the order API, also inside of
Value; Field Mapping leads to the fields of another shape, such as order.lines for Lines and price.gross for
Lines.Unit Price. Messages are deleted once their orders are stored. One that cannot be read stays, is told of in the
task's run, and ends in the dead-letter queue after the queue's Max delivery count. Queues with sessions cannot be
read over REST. Test connection needs Listen.
"""

from workflows.models.chart import GroupStep, OrderStatus, OrderType, StepGroup, WorkflowStep
from workflows.models.customers import Customer
from workflows.models.feeds import FeedBuild, FeedPart, FeedProblem, ProductFeed
from workflows.models.imports import ImportedObject
from workflows.models.inbound import EXPECTED, InboundDelivery, InboundLine, InboundState
from workflows.models.mails import ReceivedMail
from workflows.models.messages import MessageState, SentMessage
from workflows.models.notifications import Channel, FallbackWhen, NotificationTemplate
from workflows.models.orders import (
    ErrorSeverity,
    ErrorStatus,
    Order,
    OrderError,
    OrderLine,
    OrderNumberSequence,
)
from workflows.models.products import InventoryLevel, InventoryMovement, MovementKind, Product
from workflows.models.runs import (
    FINAL_STEP_STATES,
    OPEN_RUN_STATES,
    SHOWN_UNASKED,
    Lane,
    RunKind,
    RunState,
    StepRun,
    StepState,
    Trigger,
    Worker,
    WorkflowRun,
)
from workflows.models.schedules import ScheduledRun, ScheduledTask
from workflows.models.syncing import SyncItem

__all__ = [
    "EXPECTED",
    "FINAL_STEP_STATES",
    "OPEN_RUN_STATES",
    "SHOWN_UNASKED",
    "Channel",
    "Customer",
    "ErrorSeverity",
    "ErrorStatus",
    "FallbackWhen",
    "FeedBuild",
    "FeedPart",
    "FeedProblem",
    "GroupStep",
    "ImportedObject",
    "InboundDelivery",
    "InboundLine",
    "InboundState",
    "InventoryLevel",
    "InventoryMovement",
    "Lane",
    "MessageState",
    "MovementKind",
    "NotificationTemplate",
    "Order",
    "OrderError",
    "OrderLine",
    "OrderNumberSequence",
    "OrderStatus",
    "OrderType",
    "Product",
    "ProductFeed",
    "ReceivedMail",
    "RunKind",
    "RunState",
    "ScheduledRun",
    "ScheduledTask",
    "SentMessage",
    "StepGroup",
    "StepRun",
    "StepState",
    "SyncItem",
    "Trigger",
    "Worker",
    "WorkflowRun",
    "WorkflowStep",
]

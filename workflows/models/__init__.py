from workflows.models.chart import OrderStatus, OrderType, WorkflowStep
from workflows.models.customers import Customer
from workflows.models.imports import ImportedObject
from workflows.models.notifications import Channel, MessageState, NotificationTemplate, SentMessage
from workflows.models.orders import (
    ErrorSeverity,
    ErrorStatus,
    Order,
    OrderError,
    OrderLine,
    OrderNumberSequence,
)
from workflows.models.products import InventoryLevel, Product
from workflows.models.runs import (
    FINAL_STEP_STATES,
    OPEN_RUN_STATES,
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

__all__ = [
    "FINAL_STEP_STATES",
    "OPEN_RUN_STATES",
    "Channel",
    "Customer",
    "ErrorSeverity",
    "ErrorStatus",
    "ImportedObject",
    "InventoryLevel",
    "Lane",
    "MessageState",
    "NotificationTemplate",
    "Order",
    "OrderError",
    "OrderLine",
    "OrderNumberSequence",
    "OrderStatus",
    "OrderType",
    "Product",
    "RunKind",
    "RunState",
    "ScheduledRun",
    "ScheduledTask",
    "SentMessage",
    "StepRun",
    "StepState",
    "Trigger",
    "Worker",
    "WorkflowRun",
    "WorkflowStep",
]

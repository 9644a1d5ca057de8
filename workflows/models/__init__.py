from workflows.models.chart import OrderStatus, OrderType, WorkflowStep
from workflows.models.customers import Customer
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
    RunState,
    StepRun,
    StepState,
    Trigger,
    Worker,
    WorkflowRun,
)

__all__ = [
    "FINAL_STEP_STATES",
    "OPEN_RUN_STATES",
    "Channel",
    "Customer",
    "ErrorSeverity",
    "ErrorStatus",
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
    "RunState",
    "SentMessage",
    "StepRun",
    "StepState",
    "Trigger",
    "Worker",
    "WorkflowRun",
    "WorkflowStep",
]

from payments.models.act import PaymentAct
from payments.models.checkout import Checkout
from payments.models.entry import EntryKind, PaymentEntry, Standing
from payments.models.method import PaymentMethod
from payments.models.payment import ACTIVE_STATES, Payment, PaymentState

__all__ = [
    "ACTIVE_STATES",
    "Checkout",
    "EntryKind",
    "Payment",
    "PaymentAct",
    "PaymentEntry",
    "PaymentMethod",
    "PaymentState",
    "Standing",
]

"""What staff and callers of the API may do to an order by hand.

Apps add acts in their module `order_acts.py`, so that this app knows neither payments nor shipments.
"""

from workflows.by_hand.base import Offer, OrderAct, Started, StepAct, count_of
from workflows.by_hand.fields import Choice, Flag, Input, MoneyInput, read_values
from workflows.by_hand.registry import all_acts, find_act, register
from workflows.by_hand.subjects import Subject, subjects

__all__ = [
    "Choice",
    "Flag",
    "Input",
    "MoneyInput",
    "Offer",
    "OrderAct",
    "Started",
    "StepAct",
    "Subject",
    "all_acts",
    "count_of",
    "find_act",
    "read_values",
    "register",
    "subjects",
]

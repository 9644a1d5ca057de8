"""How the endpoints of orders are described."""

from __future__ import annotations

from workflows.api import examples
from workflows.api.acting import WAIT
from workflows.api.one_order import IF_MATCH, TAG
from workflows.api.openapi import FIELDS, IDEMPOTENCY, NUMBER, answer_example, describe, request_example
from workflows.api.order_change_serializers import (
    MOST_ORDERS,
    BulkOrdersResultSerializer,
    BulkOrdersSerializer,
    OrderChangeSerializer,
    TagsSerializer,
)
from workflows.api.order_serializers import (
    NewOrderSerializer,
    NewStatusSerializer,
    OrderQuerySerializer,
    OrderSerializer,
    PlacedOrderSerializer,
    StatusSerializer,
)

LIST = describe(
    "List orders",
    tag=TAG,
    description="Newest first; with `modified_since` in the order of their last change.",
    parameters=(OrderQuerySerializer, FIELDS),
    answers={200: OrderSerializer(many=True)},
    problems=(400,),
)
READ = describe(
    "Read an order",
    tag=TAG,
    description="The ETag of the answer is the order's version, to be sent as If-Match with a change.",
    parameters=(NUMBER, FIELDS),
    answers={200: OrderSerializer},
    problems=(400, 404),
    examples=(answer_example("An order", examples.ORDER, 200),),
)
PLACE = describe(
    "Place an order",
    tag=TAG,
    description=(
        "Checks the whole order and tells at once all that is wrong with it; then nothing is saved. The order "
        "enters the first status of its type, and the steps of that status run in the background: read the run "
        "to see how they went. Amounts are text with the decimals of the currency and include tax."
    ),
    parameters=(IDEMPOTENCY,),
    request=NewOrderSerializer,
    answers={201: PlacedOrderSerializer},
    problems=(400, 409, 413, 415, 422),
    examples=(
        request_example("Two products and shipping", examples.NEW_ORDER),
        answer_example("The saved order", examples.PLACED_ORDER, 201),
    ),
)
BULK = describe(
    "Place many orders",
    tag=TAG,
    description=(
        f"Up to {MOST_ORDERS} orders and 10 MiB. Each is checked and saved by itself: what is wrong with one is told at "
        "its place and does not keep the others from being placed. Look at `failed`."
    ),
    parameters=(IDEMPOTENCY,),
    request=BulkOrdersSerializer,
    answers={200: BulkOrdersResultSerializer(many=False)},
    problems=(400, 409, 413, 415, 422),
    examples=(
        request_example("One order", {"items": [examples.NEW_ORDER]}),
        answer_example("One saved, one refused", examples.BULK_ORDERS, 200),
    ),
)
PATCH = describe(
    "Change an order",
    tag=TAG,
    description=(
        "Tags, properties, external ids, the addresses and the customer's contact. Lines and amounts stay as they were "
        "ordered. Send `If-Match` or `version` where the change depends on what you read."
    ),
    parameters=(NUMBER, IF_MATCH),
    request=OrderChangeSerializer,
    answers={200: OrderSerializer},
    problems=(400, 404, 409, 413, 415, 503),
    examples=(request_example("An id of the ERP, a tag and a telephone number", examples.ORDER_CHANGE),),
)
TAGS = describe(
    "Add and remove tags of an order",
    tag=TAG,
    description="In one step, whatever others do with the order meanwhile. A tag that is in both lists is removed.",
    parameters=(NUMBER, IDEMPOTENCY),
    request=TagsSerializer,
    answers={200: OrderSerializer},
    problems=(400, 404, 409, 413, 415, 422, 503),
    examples=(request_example("One on, one off", {"add": ["gift"], "remove": ["web"]}),),
)
STATUS = describe(
    "Change the status of an order",
    tag=TAG,
    description=(
        "Moves the order and starts the steps of the new status, which run in the background; with `wait` the answer "
        "tells how they went. Refused with 409 when the type does not allow that status next, or when `version` (or "
        "If-Match) is not the current one; then the answer holds the order as it is now."
    ),
    parameters=(NUMBER, IDEMPOTENCY, IF_MATCH, WAIT),
    request=NewStatusSerializer,
    answers={200: StatusSerializer, 202: StatusSerializer},
    problems=(400, 404, 409, 413, 415, 422, 503),
    examples=(
        request_example("To InProgress", examples.NEW_STATUS),
        answer_example("Moved", examples.STATUS, 200),
        answer_example("Not allowed", examples.STATUS_NOT_ALLOWED, 409),
    ),
)

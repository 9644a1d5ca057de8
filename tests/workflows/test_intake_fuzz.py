"""Whatever a caller sends is judged: told to be wrong, or placed. Nothing escapes as another exception."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workflows.models import Order
from workflows.orders import apply_changes, check_order, create_order

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(max_size=12),
    st.sampled_from(
        ["NOR", "A", "1e400", "-0", "1" * 80, "NaN", "2026-02-30T00:00:00Z", "\x00", "\ud800", "٣"]
    ),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
BODY = {
    "number": "F-1",
    "order_type": "Online",
    "status": "New",
    "market": "NOR",
    "store": "",
    "currency": "NOK",
    "customer": {"number": "C-1", "email": "kari@buyer.example", "phone": "+4712345678"},
    "billing": {"name": "Kari", "country": "NO", "email": "kari@buyer.example"},
    "shipping": {"city": "Oslo"},
    "lines": [
        {
            "sku": "A",
            "name": "A",
            "quantity": "1",
            "unit_price": "100.00",
            "discount": "0",
            "tax_rate": "25",
            "tax": "20.00",
            "total": "100.00",
            "properties": {"a": 1},
        }
    ],
    "shipping_total": "10.00",
    "shipping_tax_rate": "25",
    "discount_total": "0",
    "tax_total": "22.00",
    "total": "110.00",
    "tags": ["web"],
    "properties": {"a": {"b": [1]}},
    "external_ids": {"shop": "1"},
    "placed_at": "2026-05-03T12:00:00Z",
    "payments": [{"payment_method": "card", "amount": "1.00", "token": "t"}],
}


def paths(value, at=()):
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*at, key))


PLACES = [path for path in paths(BODY) if path]


def changed(body, path, value):
    found = inner = copy.deepcopy(body)
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return found


FUZZ = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(path=st.sampled_from(PLACES), value=ANYTHING)
def test_any_value_in_any_place_is_judged(shop, path, value):
    body = changed(BODY, path, value)
    errors = check_order(body)
    assert all(texts for texts in errors.values())
    if not errors and path[0] != "payments":
        order = create_order({**body, "number": ""}, run_workflow=False)
        assert Order.objects.get(pk=order.pk).lines.count() == len(body["lines"])


@FUZZ
@given(body=st.dictionaries(st.sampled_from(list(BODY)) | st.text(max_size=8), ANYTHING, max_size=6))
def test_any_document_is_judged(shop, body):
    assert check_order(body)


@pytest.fixture
def order(shop):
    return create_order(shop.order_data(), run_workflow=False)


@FUZZ
@given(changes=st.dictionaries(st.sampled_from(list(BODY)) | st.text(max_size=8), ANYTHING, max_size=4))
def test_any_answer_of_a_webhook_is_judged(order, changes):
    assert all(isinstance(warning, str) for warning in apply_changes(order.pk, changes))

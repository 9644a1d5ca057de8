"""A vendor that does not know the page any more: where its reading begins again."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from connectors import registry
from connectors.errors import Rejected
from connectors.providers.shopify.cursor import Cursor

SINCE = "2026-11-20T10:00:00.000Z"
LINK = "/items?aid=FIN&$skiptoken='1000'"


@pytest.mark.parametrize(
    ("slug", "operation", "cursor", "start"),
    [
        ("dynamics365", "import_products", f"{SINCE} {LINK}", SINCE),
        ("dynamics365", "import_products", SINCE, SINCE),
        ("dynamics365", "read_inventory", f"812 {LINK}", ""),
        ("dynamics365", "read_inventory", "812", "812"),
        ("magento", "import_orders", '{"since": "2026-11-20 10:00:00", "page": 3}',
         {"since": "2026-11-20 10:00:00", "page": 1}),
        ("magento", "read_inventory", '{"page": 7}', ""),
        ("fortnox", "import_customers", "2026-11-19 10:00|2026-11-20 10:00|4", "2026-11-19 10:00|2026-11-20 10:00|1"),
        ("fortnox", "read_inventory", "4", "again"),
        ("rest", "import_orders", '{"since": "2026-11-20T10:00:00+00:00", "kept": "k1", "token": "t9", "seen": "x"}',
         {"since": "2026-11-20T10:00:00+00:00", "kept": "k1"}),
        ("rest", "import_orders", '{"since": "2026-11-20T10:00:00+00:00", "kept": "k1"}',
         {"since": "2026-11-20T10:00:00+00:00"}),
        ("flow", "import_products", "3", "3"),
    ],
)  # fmt: skip
def test_the_page_is_left_out_and_nothing_before_it_was_unread(slug, operation, cursor, start):
    told = registry.get(slug).begun_anew(operation, cursor)
    assert (json.loads(told) if isinstance(start, dict) else told) == start
    assert registry.get(slug).begun_anew(operation, told) in {told, '{"since": "2026-11-20T10:00:00+00:00"}'}


def test_shopify_begins_at_the_last_run_that_came_to_its_end():
    since, seen = (datetime(2026, 11, day, tzinfo=UTC) for day in (20, 21))
    shopify = registry.get("shopify")
    told = shopify.begun_anew("import_orders", Cursor(since, "eyJsYXN0", seen).text())
    assert Cursor.read(told) == Cursor(since)
    assert shopify.begun_anew("import_orders", told) == told
    with pytest.raises(Rejected):
        shopify.begun_anew("import_orders", "page 3")

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from connectors.contracts.notification import Attachment
from connectors.contracts.plain import plain
from tenants.money import Money
from tenants.secret_value import SecretValue
from tests.contract.scenarios.base import ORDER


def test_an_order_is_json_without_losing_a_digit() -> None:
    order = json.loads(json.dumps(plain(ORDER)))
    assert order["total"] == "1250.00"
    assert order["placed_at"] == "2026-11-20T10:00:00+00:00"
    assert order["lines"][0]["quantity"] == "2"
    assert order["customer"]["first_name"] == "Kari"
    assert order["tags"] == ["Vip"]


def test_everything_that_contracts_hold_has_a_form() -> None:
    given = {
        "money": Money.of("1.5", "KWD"),
        "decimal": Decimal("0.10"),
        "day": date(2026, 11, 20),
        "id": UUID(int=7),
        "file": Attachment(name="a", content_type="text/plain", content=b"\x00\xff"),
        1: (True, None, 2),
    }
    assert plain(given) == {
        "money": "1.500",
        "decimal": "0.10",
        "day": "2026-11-20",
        "id": "00000000-0000-0000-0000-000000000007",
        "file": {"name": "a", "content_type": "text/plain", "content": "AP8="},
        "1": [True, None, 2],
    }


def test_secrets_are_left_out_wherever_they_are() -> None:
    secret = SecretValue("a-secret-0123456789")
    order = replace(ORDER, properties={"kept": 1, "gone": secret}, sections={"list": [secret, "kept"]})
    told = json.dumps(plain(order))
    assert "a-secret" not in told
    assert plain(order)["properties"] == {"kept": 1}
    assert plain(order)["sections"] == {"list": ["kept"]}

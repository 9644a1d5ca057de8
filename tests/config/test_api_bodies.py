"""Whatever a client can get wrong in a body, at every call that takes one: a problem that says so, and nothing saved."""

import json
import re

import pytest
from django.test import Client

from tenants.models import ApiKey
from tenants.scoping import tenant_scope
from tests.config.test_api_tenants import CALLS, of
from tests.config.test_two_tenants import everything_of
from tests.config.world import make_world

OURS = "Minelle"
#: What asks for no body does not look at one.
TAKES_NOTHING = {"checkout-payment-cancellation", "shipment-print"}
WRITING = [call for call in CALLS if call[2] != "get" and call[0] not in TAKES_NOTHING]
BROKEN = {
    "no JSON": ("{", 400),
    "no object": ("[1]", 400),
    "a name twice": ('{"items": [], "items": []}', 400),
    "NaN": ('{"version": NaN}', 400),
    "infinity": ('{"version": -Infinity}', 400),
    "a huge number": ('{"version": 1' + "0" * 5000 + "}", 400),
    "a huge exponent": ('{"version": 1e999999999}', 400),
    "too deep": ('{"properties": ' + '{"a":' * 40 + "1" + "}" * 40 + "}", 400),
    "too many": (json.dumps({"tags": ["x"] * 1001}), 400),
    "NUL": ('{"reason": "\\u0000"}', 400),
    "half a pair": ('{"reason": "\\ud800"}', 400),
    "no UTF-8": (b'{"reason": "\xff"}', 400),
    "an unknown field": ('{"colour": "red"}', 400),
    "too large": (json.dumps({"reason": "x" * (10 << 20)}), 413),
}


@pytest.fixture
def world(db):
    return make_world(OURS)


@pytest.mark.thorough
def test_each_broken_body_is_refused_by_each_call_and_changes_nothing(world):
    with tenant_scope(world):
        _, plain = ApiKey.issue(world, "broken", ["*"])
        urls = [(name, method, of(OURS, name, address)) for name, address, method in WRITING]
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {plain}"})
    client.get("/api/v1/markets/")  # which notes when the key was used
    before, wrong = everything_of(world), []
    for name, method, url in urls:
        for what, (body, expected) in BROKEN.items():
            answer = getattr(client, method)(url, body, content_type="application/json")
            fine = answer.status_code == expected and answer["Content-Type"] == "application/problem+json"
            if not fine or not answer.json()["detail"]:
                wrong.append((name, method, what, answer.status_code, answer.content[:200]))
    assert wrong == []
    assert everything_of(world) == before


@pytest.mark.thorough
def test_a_nul_in_an_address_finds_nothing(world):
    with tenant_scope(world):
        _, plain = ApiKey.issue(world, "broken", ["*"])
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {plain}"})
    wrong = []
    for name, address, method in CALLS:
        url = re.sub(r"\{\w+\}", "%00", address)
        answer = getattr(client, method)(
            url, *(["{}"] if method != "get" else []), content_type="application/json"
        )
        if "{" in address and answer.status_code != 404:
            wrong.append((name, method, answer.status_code))
    assert wrong == []

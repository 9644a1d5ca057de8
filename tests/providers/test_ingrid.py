"""Ingrid: its key, carts, choices that were not kept, and completions that were made before."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.calls import CallContext, CallSpec, Ending, Prepared
from connectors.client import EgressPolicy, Ports, open_door
from connectors.contracts.common import Address
from connectors.contracts.shipping import Cart, CartLine, DeliveryType
from connectors.errors import Misconfigured, Rejected, Unknown
from connectors.providers.ingrid import Ingrid
from connectors.providers.ingrid.bodies import create_body
from connectors.providers.ingrid.key import encoded
from connectors.providers.ingrid.words import locales
from tenants.money import Money
from tests.contract.bench import connector
from tests.contract.fixtures import fixture
from tests.contract.scenarios.shipping import completion, query, visit
from tests.providers.asking import Asked, Says, ask

SESSION = "VNS-5c1e7f0b9a2d4e63"
REFUSED = {"error": "failed_precondition: session is complete", "trace_id": "S1"}


def recorded(name: str, exchange: int = 0) -> Any:
    return fixture("ingrid")["scenarios"][name]["exchanges"][exchange]["answer"]["body"]


def group(**changes: Any) -> dict[str, Any]:
    return {**recorded("session")["session"]["delivery_groups"][0], **changes}


def told(*groups: Any, **changes: Any) -> tuple[int, Any]:
    session = recorded("session")["session"]
    return 200, {"session": {**session, "delivery_groups": list(groups), **changes}}


def complete(*answers: Any, **options: Any) -> Asked:
    return ask("ingrid", "complete_session", completion({"session": SESSION}), *answers, **options)


def test_a_key_goes_out_in_base64_whichever_way_it_was_entered() -> None:
    plain = "shop-0123_staging"
    coded = base64.b64encode(plain.encode()).decode()
    assert encoded(plain) == encoded(coded) == coded


@settings(max_examples=20)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_no_key_is_encoded_twice(plain: str) -> None:
    coded = base64.b64encode(plain.encode()).decode()
    assert encoded(coded) == coded


def test_a_cart_in_the_smallest_unit_of_its_currency() -> None:
    lines = (
        CartLine(
            sku="A", name="A", quantity=3, unit_price=Money.of(100, "JPY"), discount=Money.of(50, "JPY")
        ),
    )
    cart = Cart(id="c", total=Money.of(250, "JPY"), lines=lines)
    asked = replace(query({"currency": "JPY", "recipient": Address(country="JP")}), cart=cart)
    body = create_body(asked, "en-US")
    assert (body["cart"]["total_value"], body["cart"]["total_discount"]) == (250, 50)
    assert [(item["price"], item["discount"]) for item in body["cart"]["items"]] == [(83, 50)]
    assert "prefill_delivery_address" not in body


def test_without_a_cart_nobody_is_asked() -> None:
    asked = ask("ingrid", "open_session", query({}), told(group()))
    assert (asked.sent, type(asked.error)) == ([], Rejected)
    assert "send cart" in asked.error.message


@pytest.mark.parametrize(
    ("language", "country", "wanted"),
    [
        ("nb", "NO", ["nb-NO", "sv-SE"]),
        ("no", "SE", ["nb-NO", "sv-SE"]),
        ("sv-FI", "FI", ["sv-FI", "sv-SE"]),
        ("fi", "FI", ["fi-FI", "sv-SE"]),
        ("", "NO", ["sv-SE"]),
    ],
)
def test_locales(language: str, country: str, wanted: list[str]) -> None:
    assert locales(language, country, "sv-SE") == wanted


def test_a_session_that_was_completed_is_not_gone_on_with() -> None:
    for answer in ((412, REFUSED), told(group(), status="COMPLETE")):
        asked = ask("ingrid", "open_session", visit({"session": "old"}), answer, (200, recorded("session")))
        assert asked.result.id == SESSION
        assert [path.rsplit(".")[-1] for _, path in asked.sent] == ["update", "create"]


def test_a_cart_that_is_refused_does_not_replace_the_session() -> None:
    refused = (400, {"error": "invalid_argument: cart.items: too many", "trace_id": "S2"})
    asked = ask("ingrid", "open_session", visit({"session": SESSION}), refused)
    assert (len(asked.sent), asked.error.code) == (1, "invalid_argument")


def test_what_was_completed_before_is_a_success() -> None:
    """By the shop itself, for example."""
    before = told(group(tos_id="T-1"), status="COMPLETE")
    asked = complete((412, REFUSED), before)
    assert (asked.result.product, asked.result.order_id) == ("BR-5800", "T-1")
    assert type(complete((412, REFUSED), told(group())).error) is Rejected


def test_an_order_that_is_not_made_yet_does_not_undo_the_completion() -> None:
    done = told(group(tos_id=""), status="COMPLETE")
    for later in (done, (500, {}), (404, {"error": "not_found: not yet"})):
        assert complete(done, later).result.order_id == ""


@pytest.mark.parametrize(
    "answer",
    [
        told(group()),
        told(group(), status="UNKNOWN"),
        told(status="COMPLETE"),
        told(group(shipping={}), status="COMPLETE"),
    ],
)
def test_an_answer_that_tells_of_no_completion_is_none(answer: Any) -> None:
    asked = complete(answer)
    assert (asked.outcome.ending, type(asked.error)) == (Ending.UNKNOWN, Unknown)


def test_a_completed_session_without_a_delivery_waits_for_a_person() -> None:
    asked = complete(told(status="COMPLETE"), uncertain=True)
    assert asked.outcome.ending is Ending.UNKNOWN
    assert "Check there, then decide here" in asked.outcome.message
    assert [method for method, _ in asked.sent] == ["GET"]


def test_what_ingrid_could_not_keep_to_is_told() -> None:
    fell_back = group(selection="FALLBACK_FROM_USER_CHOICE", tos_id="T-1")
    assert (
        "could not keep to what the shopper chose" in complete(told(fell_back, status="COMPLETE")).result.note
    )
    chosen = group(selection={"selected_by": "customer"}, tos_id="T-1")
    assert complete(told(chosen, status="COMPLETE")).result.note == ""


def test_a_split_cart_is_booked_by_nobody_s_code() -> None:
    second = group(tos_id="T-2", shipping={"carrier": "PostNord", "carrier_product_id": "PN-17"})
    choice = complete(told(group(tos_id="T-1"), second, status="COMPLETE")).result
    assert (choice.product, choice.order_id, choice.price) == ("", "T-1, T-2", Money.of(98, "NOK"))
    assert "split the cart into 2 deliveries (BR-5800, PN-17)" in choice.note


def test_a_locker_and_a_kind_of_delivery_that_nobody_knows() -> None:
    locker = group(addresses={"location": {"external_id": 88, "location_type": "LOCKER"}})
    strange = group(
        shipping={"carrier_product_id": "X", "delivery_type": "drone"}, addresses=None, pricing=None
    )
    for answer, wanted in ((locker, DeliveryType.LOCKER), (strange, None)):
        assert ask("ingrid", "read_session", SESSION, told(answer)).result.choice.type == wanted


def test_the_connection_is_tested_with_a_session_of_nobody() -> None:
    missing = (404, {"error": "not_found: session does not exist", "trace_id": "S3"})
    assert "does not exist" in trial(missing)["answered"]
    for answer, kind in (
        ((401, {"error": "unauthenticated: bad"}), Misconfigured),
        ((404, {"error": "unimplemented: no such path"}), Misconfigured),
        ((404, {}), Rejected),
    ):
        with pytest.raises(kind):
            trial(answer)


def trial(answer: Any) -> Any:
    """Through the provider alone, with a door of this test's own."""
    with Says(answer) as server:
        config = connector("ingrid", host=server.url)
        ports = Ports(
            events=[].append,
            sleep=lambda seconds: None,
            egress=EgressPolicy.parse([f"127.0.0.1:{server.port}"]),
        )
        spec = CallSpec(connector=config, operation="check", subject="it", request=None, write=False)
        return Ingrid(
            config, open_door(config, ports, Prepared(spec=spec, context=CallContext()), None)
        ).test_connection()

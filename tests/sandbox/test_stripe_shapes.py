"""The sandbox judged by others: Stripe's published description and samples, where they are at hand."""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from connectors.sandbox import Sandbox
from connectors.sandbox.stripe.posts import signature
from tests.sandbox.callers import Reply, StripeCaller
from tests.sandbox.test_stripe_checkout import SESSION

PROVIDERS = Path(__file__).parents[3] / "shared" / "providers"
SPEC = Path(os.environ.get("CROSSDOCK_SPECS", PROVIDERS / "specs")) / "stripe.json"
VECTORS = Path(os.environ.get("CROSSDOCK_VECTORS", PROVIDERS / "vectors")) / "stripe.json"
needs_spec = pytest.mark.skipif(not SPEC.exists(), reason="Stripe's description is not here: CROSSDOCK_SPECS")
needs_vectors = pytest.mark.skipif(
    not VECTORS.exists(), reason="Stripe's samples are not here: CROSSDOCK_VECTORS"
)


@functools.cache
def description() -> tuple[dict[str, Any], Registry[Any]]:
    document = json.loads(SPEC.read_text(), object_hook=_nullable_means_null)
    return document, Registry().with_resource("stripe", Resource(contents=document, specification=DRAFT4))


def _nullable_means_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Validators take `nullable` beside `anyOf` at its word, which would forbid the null that the author meant."""
    if schema.get("nullable") is True and "anyOf" in schema:
        schema["anyOf"] = [*schema["anyOf"], {"enum": [None], "nullable": True}]
    return schema


def check(reply: Reply, method: str, path: str) -> Any:
    """The answer fits what the description says of this path; returns it."""
    document, registry = description()
    responses = document["paths"][path][method]["responses"]
    status = "200" if reply.status == 200 else "default"
    pointer = f"stripe#/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}/responses/{status}"
    assert "application/json" in responses[status]["content"]
    schema = {"$ref": f"{pointer}/content/application~1json/schema"}
    problems = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in OAS30Validator(schema, registry=registry).iter_errors(reply.json)
    ]
    assert problems == []
    return reply.json


def check_object(item: dict[str, Any], name: str) -> None:
    _, registry = description()
    schema = {"$ref": f"stripe#/components/schemas/{name}"}
    errors = list(OAS30Validator(schema, registry=registry).iter_errors(item))
    assert [error.message[:200] for error in errors] == []


@needs_spec
def test_the_judge_can_say_no(stripe: StripeCaller) -> None:
    intent = stripe.authorize().json
    with pytest.raises(AssertionError):
        check_object({**intent, "amount": "10000"}, "payment_intent")
    with pytest.raises(AssertionError):
        check_object({**intent, "status": "captured"}, "payment_intent")


@needs_spec
def test_payment_intents_fit_the_description(stripe: StripeCaller) -> None:
    base = "/v1/payment_intents"
    intent = check(stripe.authorize(), "post", base)["id"]
    check(stripe.get("payment_intents"), "get", base)
    check(stripe.get(f"payment_intents/{intent}"), "get", f"{base}/{{intent}}")
    check(stripe.post(f"payment_intents/{intent}", {"description": "x"}), "post", f"{base}/{{intent}}")
    taken = check(stripe.post(f"payment_intents/{intent}/capture"), "post", f"{base}/{{intent}}/capture")
    check(stripe.get(f"charges/{taken['latest_charge']}"), "get", "/v1/charges/{charge}")
    gone = stripe.post(f"payment_intents/{stripe.authorized()}/cancel")
    check(gone, "post", f"{base}/{{intent}}/cancel")
    waiting = {"payment_method": "pm_card_authenticationRequired", "return_url": "https://shop.example"}
    check(stripe.authorize(**waiting), "post", base)
    automatic = {"automatic_payment_methods[enabled]": "true"}
    bare = check(stripe.post("payment_intents", {"amount": 1, "currency": "nok", **automatic}), "post", base)[
        "id"
    ]
    confirmed = stripe.post(f"payment_intents/{bare}/confirm", {"payment_method": "pm_card_visa"})
    check(confirmed, "post", f"{base}/{{intent}}/confirm")


@needs_spec
def test_refunds_fit_the_description(stripe: StripeCaller) -> None:
    intent = stripe.authorized(capture_method="automatic")
    refund = check(stripe.post("refunds", {"payment_intent": intent, "amount": 1}), "post", "/v1/refunds")[
        "id"
    ]
    check(stripe.get("refunds"), "get", "/v1/refunds")
    check(stripe.get(f"refunds/{refund}"), "get", "/v1/refunds/{refund}")


@needs_spec
def test_checkout_fits_the_description(sandbox: Sandbox, stripe: StripeCaller) -> None:
    base = "/v1/checkout/sessions"
    paid = check(stripe.post("checkout/sessions", SESSION), "post", base)["id"]
    sandbox.control("POST", f"stripe/pay/{paid}")
    check(stripe.get(f"checkout/sessions/{paid}"), "get", f"{base}/{{session}}")
    expired = stripe.post("checkout/sessions", SESSION).json["id"]
    check(stripe.post(f"checkout/sessions/{expired}/expire"), "post", f"{base}/{{session}}/expire")
    check(stripe.get("checkout/sessions"), "get", base)


@needs_spec
def test_endpoints_and_events_fit_the_description(stripe: StripeCaller) -> None:
    base = "/v1/webhook_endpoints"
    asked = {"url": "https://hub.example/x", "enabled_events[]": "charge.captured"}
    made = check(stripe.post("webhook_endpoints", asked), "post", base)["id"]
    check(stripe.get("webhook_endpoints"), "get", base)
    check(stripe.get(f"webhook_endpoints/{made}"), "get", f"{base}/{{webhook_endpoint}}")
    changed = stripe.post(f"webhook_endpoints/{made}", {"disabled": "true"})
    check(changed, "post", f"{base}/{{webhook_endpoint}}")
    check(stripe.delete(f"webhook_endpoints/{made}"), "delete", f"{base}/{{webhook_endpoint}}")
    stripe.authorize(capture_method="automatic")
    events = check(stripe.get("events"), "get", "/v1/events")["data"]
    check(stripe.get(f"events/{events[0]['id']}"), "get", "/v1/events/{id}")
    for event in events:
        check_object(event["data"]["object"], event["data"]["object"]["object"])


@needs_spec
@pytest.mark.parametrize("status", [400, 401, 402, 404, 409, 429, 500])
def test_injected_errors_fit_the_description(sandbox: Sandbox, stripe: StripeCaller, status: int) -> None:
    sandbox.faults(status=status)
    check(stripe.authorize(), "post", "/v1/payment_intents")


@needs_spec
def test_own_errors_fit_the_description(sandbox: Sandbox, stripe: StripeCaller) -> None:
    base = "/v1/payment_intents"
    check(stripe.authorize(payment_method="pm_card_chargeDeclined"), "post", base)
    check(stripe.authorize(amount="x"), "post", base)
    check(stripe.authorize("r2", key="k1"), "post", base)
    check(stripe.authorize("r3", key="k1"), "post", base)
    intent = stripe.authorized(capture_method="automatic")
    check(stripe.post(f"payment_intents/{intent}/cancel"), "post", f"{base}/{{intent}}/cancel")
    check(StripeCaller(sandbox, "nonsense").get("payment_intents"), "get", base)


@needs_spec
def test_no_answer_has_a_field_that_the_description_lacks(stripe: StripeCaller) -> None:
    schemas = description()[0]["components"]["schemas"]
    intent = stripe.authorize(capture_method="automatic").json
    charge = stripe.get(f"charges/{intent['latest_charge']}").json
    refund = stripe.post("refunds", {"payment_intent": intent["id"]}).json
    session = stripe.post("checkout/sessions", SESSION).json
    for item in (intent, charge, refund, session):
        assert set(item) - set(schemas[item["object"]]["properties"]) == set()


@needs_vectors
def test_signatures_agree_with_the_published_sample() -> None:
    samples = {item["id"]: item["data"] for item in json.loads(VECTORS.read_text())["samples"]}
    sample = samples["stripe-webhook-header"]
    assert signature(sample["secret"], sample["payload"].encode(), sample["timestamp"]) == sample["header"]

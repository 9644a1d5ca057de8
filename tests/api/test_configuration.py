"""Configuration over the API: documents go in and come out, secrets only go in, and nothing is live before it is checked."""

import json

import pytest

from connectors.models import Connector
from connectors.runtime import runtime
from tenants.models import Secret
from tenants.scoping import tenant_scope
from tests.api.conftest import Api, fields
from tests.factories.subscriptions import receiver
from tests.faultserver import answer
from workflows.models import OrderType

TOKEN, NEW_TOKEN, HOOK = "sk_test_4f2a9c71d0e8", "sk_test_77bb00c4aa19", "whsec_81b6f0aa42ce"
STRIPE = {
    "type": "stripe",
    "is_test": True,
    "authentication": {"bearer_token": TOKEN},
    "properties": [{"key": "WebhookSecret", "secret": HOOK}, {"key": "Note", "value": "ours"}],
    "markets": {"enabled": ["nor"]},
}


@pytest.fixture
def scoped(shop):
    with tenant_scope(shop.tenant):
        yield


def patch(api, path, body, **headers):
    return api.patch(
        f"/api/v1/config/{path}/", json.dumps(body), content_type="application/json", headers=headers
    )


def make(api, body=STRIPE, kind="connectors"):
    made = api.send(f"config/{kind}/", body)
    assert made.status_code == 201, made.content
    return made.json()


def publish(api, path, confirm=("untested", "unused", "stop_on_error"), **body):
    return api.send(f"config/{path}/publish/", {"confirm": list(confirm), **body})


def plain(connector):
    found = {row.key: row.secret for row in connector.properties.all() if row.secret}
    token = connector.authentication.bearer_token
    return [secret.reveal().reveal() for secret in (token, *found.values())]


def test_secrets_go_in_stay_and_never_come_out(api, scoped):
    made = make(api)
    row, document = Connector.objects.get(), made["document"]
    assert plain(row) == [TOKEN, HOOK]
    assert document["authentication"]["bearer_token"] == "(set)"
    assert document["markets"]["enabled"] == ["NOR"] and document["name"] == "Stripe"

    count = Secret.objects.count()
    same = patch(api, f"connectors/{row.pk}", {**document, "display_name": "Cards"})
    assert same.json()["document"] == {**document, "display_name": "Cards"}
    assert (Secret.objects.count(), plain(Connector.objects.get())) == (count, [TOKEN, HOOK])

    kept = [{"key": "WebhookSecret", "secret": "(set)"}]
    patch(api, f"connectors/{row.pk}", {"authentication": {"bearer_token": NEW_TOKEN}, "properties": kept})
    assert plain(Connector.objects.get()) == [NEW_TOKEN, HOOK]
    gone = patch(api, f"connectors/{row.pk}", {"authentication": {"bearer_token": None}}).json()
    assert gone["document"]["authentication"]["bearer_token"] is None
    told = "".join(
        api.read(f"config/connectors/{path}").content.decode()
        for path in ("", f"{row.pk}/", f"{row.pk}/checklist/")
    )
    assert not [secret for secret in (TOKEN, NEW_TOKEN, HOOK) if secret in told + same.content.decode()]


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"hots": "https://x.example"}, "hots", "did you mean host?"),
        ({"type": "strpe"}, "type", "did you mean stripe"),
        ({"host": "ftp://x.example"}, "host", "https"),
        ({"markets": {"enabled": ["MARS"]}}, "markets.enabled", "There is no market MARS"),
        (
            {"properties": [{"key": "WebhookSecret", "value": HOOK}]},
            "properties.0.value",
            "give it as secret",
        ),
        ({"properties": [{"key": "PrivateKey", "value": HOOK}]}, "properties.0.value", "give it as secret"),
        ({"headers": [{"name": "Host", "value": "x"}]}, "headers.0.name", "set for every request"),
        (
            {"headers": [{"name": "A", "value": "x"}, {"name": "a", "value": "y"}]},
            "headers.1.name",
            "already",
        ),
        ({"authentication": {"bearer_token": "(set)"}}, "authentication.bearer_token", "No secret is stored"),
        (
            {"properties": [{"key": "Day", "value_type": "Date", "value": "soon"}]},
            "properties.0.value",
            "2026-05-31",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_named_and_nothing_saved(api, scoped, body, field, message):
    answered = api.send("config/connectors/", {**STRIPE, **body})
    assert answered.status_code == 400
    assert message in fields(answered)[field]
    assert HOOK not in answered.content.decode()
    assert not Connector.objects.exists() and not Secret.objects.exists()


def test_a_draft_becomes_live_through_the_checklist(shop, api, scoped):
    path = f"connectors/{make(api)['id']}"
    shown = api.read(f"config/{path}/checklist/").json()
    assert {item["code"] for item in shown["findings"]} == {"untested"} and shown["changes"]
    refused = publish(api, path, confirm=())
    assert refused.status_code == 409 and "confirm" in refused.json()["errors"][0]["cure"]
    assert refused.json()["current"]["findings"] == shown["findings"]
    assert not runtime(shop.tenant.pk).connectors

    live = publish(api, path, draft=shown["draft"], comment="First").json()
    assert (live["state"], live["version"]) == ("live", 1)
    patch(api, path, {"display_name": "Cards", "authentication": {"bearer_token": NEW_TOKEN}})
    assert publish(api, path).json()["version"] == 2
    versions = api.read(f"config/{path}/versions/").json()["results"]
    assert [(item["number"], item["comment"][:5]) for item in versions] == [(2, "(API "), (1, "First")]
    second = api.read(f"config/{path}/versions/2/").json()
    changed = {item["path"]: (item["old"], item["new"]) for item in second["changes"]}
    assert changed == {
        "display_name": ("", "Cards"),
        "authentication > bearer_token": ("set", "changed"),
    }
    assert api.send(f"config/{path}/roll-back/", {"version": 1}).json()["state"] == "changed"
    back = api.read(f"config/{path}/difference/").json()["changes"]
    assert {item["path"] for item in back} == set(changed)
    assert api.read(f"config/{path}/difference/", **{"from": 1}).json()["changes"] == []
    assert api.send(f"config/{path}/retire/", {}).json()["state"] == "retired"


def test_nobody_overwrites_or_publishes_what_somebody_else_saved(api, scoped):
    path = f"connectors/{make(api)['id']}"
    mark = publish(api, path).json()["draft"]
    first = patch(api, path, {"display_name": "Theirs"}, **{"If-Match": f'"{mark}"'})
    assert first.headers["ETag"] == f'"{first.json()["draft"]}"' != f'"{mark}"'
    for late in (
        patch(api, path, {"display_name": "Ours"}, **{"If-Match": f'"{mark}"'}),
        publish(api, path, draft=mark),
        api.send(f"config/{path}/roll-back/", {"version": 1}, **{"If-Match": f'"{mark}"'}),
    ):
        current = late.json()["current"]
        assert (late.status_code, current["document"]["display_name"]) == (409, "Theirs")
        assert current["changes"] == [{"path": "display_name", "old": "", "new": "Theirs"}]
    assert Connector.objects.get().display_name == "Theirs"


@pytest.mark.thorough
def test_a_draft_is_tested_before_it_is_published(api, scoped, settings):
    with receiver(settings, answer(200, {"object": "balance"})) as server:
        path = f"connectors/{make(api, {**STRIPE, 'host': server.url})['id']}"
        told = api.send(f"config/{path}/test/", {}).json()
    assert told["passed"], told
    assert api.read(f"config/{path}/checklist/").json()["findings"] == []


@pytest.mark.thorough
def test_what_merchants_choose_names_its_connector_by_code(shop, api, scoped):
    make(api, {**STRIPE, "connector_id": "Stripe-NO"})
    method = make(
        api, {"name": "Card", "connector": "stripe-no", "options": {"Position": 1}}, "payment-methods"
    )
    assert method["document"]["connector"] == "Stripe-NO"
    assert publish(api, f"payment-methods/{method['id']}").json()["state"] == "live"
    assert len(runtime(shop.tenant.pk).connectors) == 1
    bad = api.send("config/payment-methods/", {"name": "Other", "connector": "Stripe-SE"})
    assert "did you mean Stripe-NO" in fields(bad)["connector"]
    make(api, {"type": "bring", "authentication": {"merchant_id": "a@b.example"}})
    option = {
        "name": "Home",
        "product": "5600",
        "prices": [{"currency": "NOK", "price": "99.00"}],
        "tax_rate": "25",
    }
    body = {"name": "Bring", "connector": "bring", "shipment_options": [option]}
    provider = make(api, body, "shipping-providers")
    assert provider["document"]["shipment_options"][0]["tax_rate"] == "25.00"
    wrong = patch(
        api, f"shipping-providers/{provider['id']}", {"shipment_options": [{**option, "prices": [{}]}]}
    )
    assert "shipment_options.0.prices" in fields(wrong)


@pytest.mark.thorough
def test_an_order_type_is_written_with_its_steps(shop, api, scoped):
    row = OrderType.objects.get()
    shown = api.read(f"config/order-types/{row.pk}/").json()
    statuses = shown["document"]["statuses"]
    statuses[0]["steps"] = [{"name": "AddTag", "properties": {"Tag": "new"}}]
    changed = patch(api, f"order-types/{row.pk}", {"statuses": statuses}).json()
    assert changed["state"] == "changed" and changed["version"] == 1
    statuses[0]["steps"][0]["name"] = ""
    broken = patch(api, f"order-types/{row.pk}", {"statuses": statuses})
    assert "statuses.0.steps.0.name" in fields(broken)
    assert publish(api, f"order-types/{row.pk}").json()["version"] == 2


@pytest.mark.thorough
def test_a_key_reads_writes_or_publishes(shop, scoped):
    made = make(Api(shop.tenant, "config:write"))
    path = f"config/connectors/{made['id']}"
    reader, writer = Api(shop.tenant, "config:read"), Api(shop.tenant, "config:write")
    assert reader.read(f"{path}/").status_code == 200
    assert reader.send("config/connectors/", STRIPE).status_code == 403
    assert {writer.send(f"{path}/{name}/", {}).status_code for name in ("publish", "test", "retire")} == {403}


def test_nothing_of_another_tenant_is_found(shop, api, stranger, scoped):
    path = f"config/connectors/{make(api)['id']}/"
    assert stranger.read(path).status_code == 404
    assert stranger.send(f"{path}publish/", {}).status_code == 404
    assert stranger.read("config/connectors/").json()["results"] == []
    assert (
        "There is no connector"
        in fields(stranger.send("config/payment-methods/", {"name": "Card", "connector": "stripe"}))[
            "connector"
        ]
    )

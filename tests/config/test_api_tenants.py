"""No call of the API answers without a key, without the scope that it needs, or with anything of another tenant. The
routes are found by asking the address table, so that a new one is tested, or fails for want of a row in `PLACES`."""

import json
import re
from functools import cache

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from connectors.models import Connector, EventDelivery, EventSubscription
from eventlog.models import Event
from payments.models import Payment, PaymentMethod
from shipping.models import PrintJob, Shipment, ShippingProvider
from tenants.models import ApiKey
from tenants.scoping import tenant_scope
from tests.config.test_two_tenants import everything_of
from tests.config.world import make_world
from workflows.models import OrderError, OrderType, ScheduledTask, WorkflowRun

pytestmark = pytest.mark.thorough

OURS, THEIRS = "Minelle", "Strangeco"
METHODS = ("get", "post", "put", "patch", "delete")

#: What stands in an address for a row of the tenant: by the route's parameter, or by route and parameter.
PLACES = {
    "number": lambda mark: mark,
    "sku": lambda mark: mark,
    "code": lambda mark: mark,
    "store": lambda mark: f"{mark}-store",
    "position": lambda mark: "0",
    "event-detail pk": lambda mark: Event.objects.latest("pk").pk,
    "event-subscription pk": lambda mark: EventSubscription.objects.get().pk,
    "event-delivery pk": lambda mark: EventDelivery.objects.latest("pk").pk,
    "order-error-solve pk": lambda mark: OrderError.objects.get().pk,
    "scheduled-task pk": lambda mark: ScheduledTask.objects.get().pk,
    "run pk": lambda mark: WorkflowRun.objects.get().pk,
    "payment reference": lambda mark: Payment.objects.get().reference,
    "checkout reference": lambda mark: Payment.objects.get().reference,
    "shipment reference": lambda mark: Shipment.objects.get().reference,
    "config-connector pk": lambda mark: Connector.objects.get(display_name=mark).pk,
    "config-payment-method pk": lambda mark: PaymentMethod.objects.get(name=mark).pk,
    "config-shipping-provider pk": lambda mark: ShippingProvider.objects.get(name=mark).pk,
    "config-order-type pk": lambda mark: OrderType.objects.get().pk,
    "version": lambda mark: "1",
    "print-job id": lambda mark: PrintJob.objects.get().pk,
}
#: Calls whose answer to a stranger is not 404, because what they name is in no other tenant either.
BY_CODE = {"print-queue", "print-queue-claim"}


def _patterns(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and path.startswith("api/v1/"):
            yield path, pattern


@cache
def routes():
    """(name, address with {parameters}, methods) of every route."""
    found = []
    for path, pattern in _patterns(get_resolver("config.urls").url_patterns):
        address = re.sub(
            r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)|<(?:\w+:)?(\w+)>", lambda m: f"{{{m[1] or m[2]}}}", path
        )
        address = "/" + re.sub(r"[\^$]|\\Z", "", address).replace("\\.", ".")
        actions = getattr(pattern.callback, "actions", None)
        view = getattr(pattern.callback, "cls", None) or pattern.callback.view_class
        methods = set(actions) if actions else {name for name in METHODS if hasattr(view, name)}
        found.append((pattern.name, address, sorted(methods & set(METHODS))))
    return found


CALLS = [(name, address, method) for name, address, methods in routes() for method in methods]


def place(name, parameter, mark):
    keys = [parameter, *(f"{known} {parameter}" for known in _heads(name))]
    make = next((PLACES[key] for key in keys if key in PLACES), None)
    assert make is not None, f"say in PLACES what {parameter} of the route {name} is"
    return make(mark)


def _heads(name):
    parts = name.split("-")
    return ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]


def of(mark, name, address):
    return re.sub(r"\{(\w+)\}", lambda match: str(place(name, match[1], mark)), address)


class Caller:
    def __init__(self, tenant=None, *scopes):
        self.headers = {}
        if tenant is not None:
            with tenant_scope(tenant):
                _, plain = ApiKey.issue(tenant, "matrix", scopes)
            self.headers = {"Authorization": f"Bearer {plain}"}

    def call(self, method, url, body=None):
        sent = {} if method == "get" else {"data": json.dumps(body or {}), "content_type": "application/json"}
        return getattr(Client(raise_request_exception=False), method)(url, headers=self.headers, **sent)


@pytest.fixture
def theirs(db):
    return make_world(THEIRS)


@pytest.fixture
def ours(db):
    return make_world(OURS)


def test_every_route_is_found():
    assert len(CALLS) > 55
    assert {"orders/{number}/", "inventory/bulk/"} <= {
        address.removeprefix("/api/v1/") for _, address, _ in CALLS
    }


def test_without_a_key_nothing_is_answered(theirs):
    with tenant_scope(theirs):
        urls = [(method, of(THEIRS, name, address)) for name, address, method in CALLS]
    open_ones = [call for call in urls if Caller().call(*call).status_code != 401]
    assert open_ones == []


@pytest.mark.thorough
def test_a_key_without_the_scope_is_refused_and_told_which(theirs):
    """Each call with a key of all scopes but its own."""
    refused = {}
    nothing = Caller(theirs, "nothing:read")
    with tenant_scope(theirs):
        urls = [(method, of(THEIRS, name, address)) for name, address, method in CALLS]
    for call in urls:
        answer = nothing.call(*call)
        assert answer.status_code == 403, call
        refused[call] = re.search(r"scope ([a-z]+:[a-z]+);", answer.json()["detail"])[1]
    scopes = set(refused.values())
    callers = {scope: Caller(theirs, *(scopes - {scope})) for scope in scopes}
    for call, scope in refused.items():
        assert callers[scope].call(*call).status_code == 403, (call, scope)
        assert scope.endswith(":read") or call[0] != "get", (call, scope)


def test_a_key_of_another_tenant_finds_nothing(ours, theirs):
    before = everything_of(theirs)
    stranger, leaks = Caller(ours, "*"), []
    with tenant_scope(theirs):
        urls = [(name, method, of(THEIRS, name, address), "{" in address) for name, address, method in CALLS]
    for name, method, url, has_row in urls:
        for body in _bodies() if method != "get" else [None]:
            answer = stranger.call(method, url, body)
            seen = THEIRS.lower() in _without_what_was_sent(answer, url)
            found = has_row and name not in BY_CODE and answer.status_code not in {400, 404}
            if seen or found or answer.status_code >= 500:
                leaks.append((method, url, body, answer.status_code, answer.content[:300]))
    assert leaks == []
    assert everything_of(theirs) == before


@pytest.mark.thorough
def test_the_same_calls_find_ones_own(ours, theirs):
    """Else the test above proves nothing."""
    own, lost = Caller(ours, "*"), []
    with tenant_scope(ours):
        urls = [(name, of(OURS, name, address)) for name, address, method in CALLS if method == "get"]
    for name, url in urls:
        answer = own.call("get", url)
        if answer.status_code == 404 and name not in {"shipment-label", "checkout-payment"}:
            lost.append(url)
        assert THEIRS.lower() not in answer.content.decode().lower()
    assert lost == []


def _bodies():
    """A body that is empty, and one that names rows of the other tenant."""
    line = {"sku": THEIRS, "quantity": "1", "unit_price": "1.00"}
    named = {"market": THEIRS, "store": f"{THEIRS}-store", "sku": THEIRS, "on_hand": "5", "lines": [line]}
    row = {"number": "X-1", "order_type": THEIRS, **named}
    yield {}
    yield {**row, "items": [row], "action": "Comment", "status": THEIRS, "reason": "x"}
    yield {"items": [row]}


def _without_what_was_sent(answer, url):
    """Answers repeat what they refuse; that is no leak."""
    text = answer.content.decode(errors="replace").lower()
    if answer.status_code in {200, 201, 202} and "items" not in text and '"outcome":"failed"' not in text:
        return text
    shown = json.loads(text) if text.startswith("{") else {}
    if isinstance(shown, dict):
        for told in ("instance", "detail", "errors", "results"):
            shown.pop(told, None)
    return json.dumps(shown)

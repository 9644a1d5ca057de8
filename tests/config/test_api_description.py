"""The API does what its own description says: every operation, asked with what the description allows and forbids."""

import os

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.urls import reverse

from tenants.models import ApiKey
from tenants.scoping import tenant_scope
from tests.config.test_api_tenants import of, routes
from tests.config.world import make_world

OURS = "Minelle"
#: Cases of each operation and kind; many more are sent with CROSSDOCK_API_CASES.
CASES = int(os.environ.get("CROSSDOCK_API_CASES", "6"))
CODES = {"market": OURS, "sku": OURS, "store": f"{OURS}-store", "order_type": OURS, "status": OURS}


@pytest.fixture(scope="module")
def schema():
    schemathesis = pytest.importorskip("schemathesis")
    from drf_spectacular.generators import SchemaGenerator

    return schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))


@pytest.fixture
def world(db):
    return make_world(OURS)


@pytest.fixture
def one_connection():
    """Calls through WSGI leave the test's own connection open, as those of Django's test client do."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def key(world, one_connection):
    with tenant_scope(world):
        return ApiKey.issue(world, "schemathesis", ["*"])[1]


def known(world):
    """Addresses of rows that there are, by the path of the description."""
    with tenant_scope(world):
        return {address: of(OURS, name, address) for name, address, _ in routes() if "{" in address}


def made_real(value):
    """With codes that there are in place of made-up ones, so that calls come further than to the first look-up."""
    if isinstance(value, dict):
        return {
            name: CODES.get(name, made_real(item)) if isinstance(item, str) else made_real(item)
            for name, item in value.items()
        }
    return [made_real(item) for item in value] if isinstance(value, list) else value


def test_the_page_of_the_description_needs_no_internet(client):
    page = client.get(reverse("api-docs")).content.decode()
    addresses = [part.split('"')[0] for mark in ('src="', 'href="') for part in page.split(mark)[1:]]
    assert addresses
    assert [address for address in addresses if "//" in address] == []
    assert client.get(reverse("schema")).status_code == 200


@pytest.mark.thorough
def test_every_operation_is_described_with_a_tag_and_its_problems(schema):
    thin = []
    for result in schema.get_all_operations():
        operation = result.ok()
        raw = operation.definition.raw
        if (
            not raw.get("tags")
            or not {"401", "403", "429"} <= set(raw["responses"])
            or not raw.get("summary")
        ):
            thin.append(operation.label)
    assert thin == []


@pytest.mark.thorough
@pytest.mark.parametrize("mode", ["POSITIVE", "NEGATIVE"])
def test_the_api_keeps_to_its_description(schema, world, key, mode):
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis import checks, openapi  # noqa: F401
    from schemathesis.specs.openapi import checks as of_openapi

    judged = [
        checks.not_a_server_error,
        of_openapi.status_code_conformance,
        of_openapi.content_type_conformance,
        of_openapi.response_headers_conformance,
        of_openapi.response_schema_conformance,
    ]
    from config.wsgi import application

    failures, rows = {}, known(world)
    for result in schema.get_all_operations():
        operation = result.ok()
        operation.app = application

        @settings(
            max_examples=CASES,
            deadline=None,
            database=None,
            derandomize=CASES < 20,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode[mode]))
        def ask(case):
            if mode == "POSITIVE" and isinstance(case.body, dict | list):
                case.body = made_real(case.body)
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {key}"}
            real = rows.get(_named(case.operation.path)) if mode == "POSITIVE" else None
            if real:
                case.path_parameters = _parameters(case.operation.path, real)
            # Calls with many rows tell what is wrong with each, and answer with 200.
            strict = mode == "NEGATIVE" and not case.operation.path.endswith("/bulk/")
            asked = [*judged, of_openapi.negative_data_rejection] if strict else judged
            case.call_and_validate(app=application, base_url="http://testserver", checks=asked)

        try:
            ask()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            failures[operation.label] = "\n".join([str(error), *map(str, getattr(error, "exceptions", ()))])[
                :3000
            ]
    assert failures == {}, "\n\n".join(f"{name}: {text}" for name, text in failures.items())


def _named(path):
    return path.replace("{id}", "{pk}") if "print-jobs" not in path else path


def _parameters(path, real):
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    values = [
        value for part, value in zip(path.split("/"), real.split("/"), strict=True) if part.startswith("{")
    ]
    return dict(zip(names, values, strict=True))

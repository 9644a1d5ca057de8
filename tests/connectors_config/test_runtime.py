import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest
from django.conf import settings
from django.db import connection, transaction

from connectors import generations
from connectors import runtime as runtime_module
from connectors.client.outgoing import outgoing
from connectors.compiling import compile_connector
from connectors.contracts.base import Request
from connectors.models import Connector
from connectors.publishing import publish
from connectors.runtime import runtime
from connectors.schema import Settings
from connectors.trial import compile_draft
from tenants.models import Secret, Tenant
from tenants.scoping import tenant_scope
from tests.connectors_config.conftest import TOKEN
from tests.factories.connectors import make_connector, publish_connector
from tests.factories.tenants import MarketFactory, MarketGroupFactory, TenantFactory


def republish(tenant, pk, **values):
    connector = Connector.objects.get(pk=pk)
    for name, value in values.items():
        setattr(connector, name, value)
    connector.save()
    return publish(connector)


def new_token(tenant, pk, text="tok_rotated_0123456789"):
    authentication = Connector.objects.get(pk=pk).authentication
    authentication.bearer_token = Secret.store(tenant, text, "API Token")
    authentication.save()


# --- what is compiled --------------------------------------------------------------------------------------


def test_a_connector_is_compiled_with_opened_but_masked_secrets(tenant):
    config = publish_connector(
        tenant,
        "acme",
        bearer_token=TOKEN,
        merchant_id="M-1",
        properties={"prepaid": "TRUE", "Limit": "5", "Token": "prop_0123456789abcdef"},
        headers={"X-Channel": "web", "Cookie": "hdr_0123456789abcdef"},
    )
    assert (config.slug, config.name, config.category, config.host) == (
        "acme",
        "Acme",
        "Payment",
        "https://api.acme.example",
    )
    assert (config.timeout_ms, config.handler_lifetime_s) == (7_000, 300)
    assert config.values.pre_paid is True
    assert config.values.api_token.reveal() == TOKEN
    assert config.properties["Limit"] == "5"
    assert {secret.reveal() for secret in config.secrets} == {
        TOKEN,
        "prop_0123456789abcdef",
        "hdr_0123456789abcdef",
    }
    assert TOKEN not in repr(config)
    assert "0123456789abcdef" not in repr(config)
    with pytest.raises(FrozenInstanceError):
        config.host = "https://evil.example"


@pytest.mark.parametrize(
    ("values", "host"),
    [
        ({}, "https://api.acme.example"),
        ({"is_test": True}, "https://sandbox.acme.example"),
        ({"properties": {"isTest": "true"}}, "https://sandbox.acme.example"),
        ({"is_test": True, "host": "https://own.example/base/"}, "https://own.example/base"),
    ],
)
def test_the_host_is_the_explicit_one_or_the_implementations(tenant, values, host):
    assert publish_connector(tenant, "acme", bearer_token=TOKEN, **values).host == host


def test_in_development_the_simulator_answers_for_test_hosts(tenant, settings):
    settings.CROSSDOCK_SANDBOX_URL = "http://127.0.0.1:9999"
    assert (
        publish_connector(tenant, "acme", bearer_token=TOKEN, is_test=True).host
        == "http://127.0.0.1:9999/acme"
    )
    assert publish_connector(tenant, "acme", bearer_token=TOKEN).host == "https://api.acme.example"
    explicit = publish_connector(tenant, "acme", bearer_token=TOKEN, is_test=True, host="https://own.example")
    assert explicit.host == "https://own.example"


def test_in_production_nothing_goes_to_a_simulator(tenant, settings):
    settings.CROSSDOCK_SANDBOX_URL = "http://127.0.0.1:9999"
    settings.PRODUCTION = True
    assert (
        publish_connector(tenant, "acme", bearer_token=TOKEN, is_test=True).host
        == "https://sandbox.acme.example"
    )


def test_key_groups_are_mappings_and_their_keys_are_found_alone_too(tenant):
    config = publish_connector(
        tenant,
        "acme",
        bearer_token=TOKEN,
        properties={"RequestHeaders": {"X-Source": "b2b", "Limit": "1"}, "Limit": "2"},
    )
    assert config.properties["RequestHeaders"] == {"X-Source": "b2b", "Limit": "1"}
    assert (config.properties["X-Source"], config.properties["Limit"]) == ("b2b", "2")


def test_the_store_property_is_the_one_that_the_implementation_declares(tenant):
    config = publish_connector(tenant, "acme", bearer_token=TOKEN, properties={"orderprimarystore": "Oslo-1"})
    assert config.store == "oslo-1"


def test_the_webhook_address_is_unguessable_and_stays(tenant):
    config = publish_connector(tenant, "acme", bearer_token=TOKEN)
    token = config.public_url.removeprefix("http://testserver/webhooks/").removesuffix("/")
    assert len(token) >= 43
    assert publish_connector(tenant, "acme", bearer_token=TOKEN).public_url != config.public_url
    republish(tenant, config.id, display_name="Renamed")
    assert runtime(tenant.pk).connectors[config.id].public_url == config.public_url


# --- one broken connector ----------------------------------------------------------------------------------


def test_a_secret_that_does_not_open_breaks_its_connector_only(tenant):
    good = publish_connector(tenant, "acme", bearer_token=TOKEN)
    bad = publish_connector(tenant, "acme", bearer_token="tok_other_0123456789")
    secret = Connector.objects.get(pk=bad.id).authentication.bearer_token
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tenants_secret SET ciphertext = %s WHERE label = %s AND hint = %s",
            ["v1:gone:" + "A" * 64, secret.label, secret.hint],
        )
    republish(tenant, good.id, display_name="fresh")

    configs = runtime(tenant.pk).connectors
    assert configs[good.id].values.api_token.reveal() == TOKEN
    assert configs[good.id].problem == ""
    assert "CROSSDOCK_ENCRYPTION_KEYS" in configs[bad.id].problem
    assert configs[bad.id].values is None


def test_an_implementation_that_is_gone_breaks_its_connector_only(tenant, acme):
    from connectors import registry

    config = publish_connector(tenant, "acme", bearer_token=TOKEN)
    publication = Connector.objects.get(pk=config.id).live
    item = runtime_module.live_documents(tenant.pk, 1)["connector"][0]
    document = {**publication.document, "type": "vanished"}
    with pytest.raises(registry.NotInstalled):
        registry.get("vanished")
    context = runtime_module._context(
        runtime(tenant.pk).tenant, item, runtime_module.Secrets(runtime_module.secret_ids(document))
    )
    assert "'vanished' is installed" in compile_connector(document, context).problem


@pytest.mark.parametrize("value", ["maybe", "tset"])
def test_an_is_test_that_says_nothing_clear_is_a_problem_and_no_production_host(tenant, value):
    config = compile_draft(make_connector(tenant, "acme", bearer_token=TOKEN, properties={"IsTest": value}))
    assert "neither true nor false" in config.problem
    assert config.host == ""


TWO_WAYS = {"bearer_token": TOKEN, "username": "anna", "password": "acme-password-0123456789"}


def test_of_several_ways_to_authenticate_the_declared_one_is_used(tenant, acme):
    config = publish_connector(tenant, "acme", **TWO_WAYS)
    headers = outgoing(config, acme, Request(method="GET", path="/x"), None).headers
    assert headers["Authorization"] == f"Bearer {TOKEN}"


def test_without_a_declared_one_several_ways_are_a_clear_error(tenant, acme, monkeypatch):
    monkeypatch.setattr(acme, "auth", None)
    own = compile_draft(make_connector(tenant, "acme", **TWO_WAYS))
    assert own.problem == "", "its settings name the Bearer Token, so that only one way is nobody's"
    monkeypatch.setattr(acme, "settings", Settings)
    problem = compile_draft(make_connector(tenant, "acme", **TWO_WAYS)).problem
    assert "Bearer Token as well as Username and Password are filled in, and Acme Pay does not say" in problem
    manual = make_connector(tenant, "acme", **TWO_WAYS, authenticated_manually=True)
    assert compile_draft(manual).problem == ""
    assert compile_draft(make_connector(tenant, "acme", bearer_token=TOKEN)).problem == ""


def test_a_missing_setting_is_a_problem_that_names_it(tenant):
    config = compile_draft(make_connector(tenant, "acme"))
    assert "API Token: is missing" in config.problem


# --- the cache ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_generation_is_compiled_once_and_read_with_one_statement(django_assert_num_queries):
    tenant = TenantFactory()
    publish_connector(tenant, "acme", bearer_token=TOKEN)
    with django_assert_num_queries(1):
        first = runtime(tenant.pk)
    with django_assert_num_queries(0):
        pinned = runtime(tenant.pk, 1)
    assert pinned.compiled is first.compiled


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_not_remembered():
    tenant = TenantFactory()
    with tenant_scope(tenant):
        connector = make_connector(tenant, "acme", bearer_token=TOKEN, display_name="first")
        with transaction.atomic():
            publish(connector)
            assert runtime(tenant.pk).connectors[connector.pk].display_name == "first"
            transaction.set_rollback(True)
        assert runtime(tenant.pk).connectors == {}
        connector.refresh_from_db()
        connector.display_name = "second"
        connector.save()
        publish(connector)
    assert runtime(tenant.pk).connectors[connector.pk].display_name == "second"


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_another_process_sees_a_publication_at_once(acme):
    """A process that has compiled generation 1 is asked again after another one published generation 2."""
    tenant = TenantFactory()
    with tenant_scope(tenant):
        connector = make_connector(tenant, "acme", bearer_token=TOKEN)
        publish(connector)
    code = (
        "import sys, django; django.setup()\n"
        "from connectors import registry\n"
        "from tests.connectors_config.acme import Acme\n"
        "registry.register(Acme)\n"
        "from connectors.runtime import runtime\n"
        f"show = lambda: print(runtime({tenant.pk}).connectors[{connector.pk}].timeout_ms, flush=True)\n"
        "show(); sys.stdin.readline(); show()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "7000\n"
        with tenant_scope(tenant):
            republish(tenant, connector.pk, timeout_ms=900)
        process.stdin.write("again\n")
        process.stdin.flush()
        assert process.stdout.readline() == "900\n"
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(30)


def test_nothing_that_a_process_remembers_is_trusted_for_longer_than_five_seconds():
    """What is pinned asks for newer credentials with `recent`, and groups are read anew just as often."""
    assert max(generations.TRUSTED_FOR, runtime_module.GROUPS_TRUSTED_FOR) <= 5


def test_a_pinned_run_of_another_process_sees_a_rotated_credential_once_that_time_is_over(
    tenant, monkeypatch
):
    now = [1000.0]
    monkeypatch.setattr(generations.time, "monotonic", lambda: now[0])
    config = publish_connector(tenant, "acme", bearer_token=TOKEN)
    assert runtime(tenant.pk, 1).connectors[config.id].values.api_token.reveal() == TOKEN
    seen = dict(generations._seen)
    new_token(tenant, config.id)
    republish(tenant, config.id)
    generations._seen.clear()
    generations._seen.update(seen)  # another process knows nothing of the publication yet
    assert runtime(tenant.pk, 1).connectors[config.id].values.api_token.reveal() == TOKEN
    now[0] += generations.TRUSTED_FOR
    assert runtime(tenant.pk, 1).connectors[config.id].values.api_token.reveal() == "tok_rotated_0123456789"


def _environment():
    import os

    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
    }


# --- rotation under a pinned run ---------------------------------------------------------------------------


def test_a_pinned_run_uses_a_rotated_credential_at_once(tenant):
    config = publish_connector(tenant, "acme", bearer_token=TOKEN, properties={"PrePaid": "false"})
    new_token(tenant, config.id)
    connector = Connector.objects.get(pk=config.id)
    connector.properties.update(value="true")
    republish(tenant, config.id, timeout_ms=900)
    runtime_module.forget(tenant.pk)

    pinned = runtime(tenant.pk, 1).connectors[config.id]
    assert pinned.values.api_token.reveal() == "tok_rotated_0123456789"
    assert pinned.values.pre_paid is False
    assert pinned.timeout_ms == 7_000
    assert pinned.revision != config.revision


@pytest.mark.parametrize(
    "move",
    [
        lambda connector: setattr(connector, "host", "https://other.example"),
        lambda connector: setattr(connector, "is_test", True),
        lambda connector: (
            setattr(connector.authentication, "merchant_id", "M-2"),
            connector.authentication.save(),
        ),
        lambda connector: connector.properties.create(key="IsTest", value="true"),
    ],
    ids=["host", "test flag", "merchant account", "IsTest"],
)
def test_a_pinned_run_waits_when_the_account_moved(tenant, move):
    config = publish_connector(tenant, "acme", bearer_token=TOKEN)
    connector = Connector.objects.get(pk=config.id)
    move(connector)
    connector.save()
    publish(connector)
    runtime_module.forget(tenant.pk)
    assert "published anew" in runtime(tenant.pk, 1).connectors[config.id].problem
    assert runtime(tenant.pk).connectors[config.id].problem == ""


# --- kinds of other apps -----------------------------------------------------------------------------------


def test_a_document_that_cannot_be_read_leaves_the_others_standing(tenant, monkeypatch):
    config = publish_connector(tenant, "acme", bearer_token=TOKEN)
    monkeypatch.setitem(runtime_module._compilers, "thing", lambda document, context: 1 / document["by"])
    items = [
        runtime_module.LiveDocument(1, 1, {"by": 0}, False),
        runtime_module.LiveDocument(2, 1, {"by": 2}, False),
    ]
    real = runtime_module.live_documents
    monkeypatch.setattr(
        runtime_module, "live_documents", lambda *place: {**real(*place), "thing": list(items)}
    )
    live = runtime(tenant.pk)
    assert live.of("thing") == {2: 0.5}
    assert live.compiled.problems == {("thing", 1): "version 1 cannot be read: division by zero"}
    assert live.connectors[config.id].problem == ""


def test_market_groups_are_lower_case_and_follow_the_markets(tenant):
    market = MarketFactory(tenant=tenant, code="NOR")
    market.groups.add(MarketGroupFactory(tenant=tenant, code="Nordic"))
    assert runtime(tenant.pk).market_groups("nor") == {"nordic"}
    assert runtime(tenant.pk).market_groups("SWE") == frozenset()


def test_tenants_never_see_each_others_connectors(tenant):
    mine = publish_connector(tenant, "acme", bearer_token=TOKEN)
    other = TenantFactory()
    with tenant_scope(other):
        theirs = publish_connector(other, "acme", bearer_token="tok_other_0123456789")
        assert set(runtime(other.pk).connectors) == {theirs.id}
    assert set(runtime(tenant.pk).connectors) == {mine.id}


def test_a_tenant_that_is_not_there_is_an_error(db):
    with pytest.raises(Tenant.DoesNotExist):
        runtime(123456)

import pytest

from connectors import references as references_module
from connectors.checklist import findings
from connectors.documents import connector_document
from connectors.models import Connector
from connectors.publishing import PublishRefused, publish
from connectors.references import Reference, register_references
from connectors.trial import credentials_of
from tenants.models import Market, Tenant
from tests.connectors_config.conftest import TOKEN
from tests.factories.connectors import make_connector, publish_connector
from tests.factories.tenants import MarketFactory


@pytest.fixture
def steps(monkeypatch):
    """What published steps refer to; filled by each test."""
    monkeypatch.setattr(references_module, "_sources", [])
    found: list[Reference] = []
    register_references(lambda runtime: found)
    return found


@pytest.fixture
def make(tenant, steps):
    def create(**values):
        return make_connector(tenant, "acme", **{"bearer_token": TOKEN, **values})

    return create


def codes(connector, *, blocks=True) -> set[str]:
    connector = Connector.objects.get(pk=connector.pk)
    found = findings("connector", connector, connector_document(connector))
    return {item.code for item in found if item.blocks is blocks}


def mark_tested(connector):
    Connector.objects.filter(pk=connector.pk).update(
        test_passed=True, tested_account=credentials_of(connector)
    )


def test_a_sound_connector_has_no_errors(make):
    assert codes(make()) == set()


def test_errors_block_and_nothing_is_published(make):
    connector = make(bearer_token=None)
    with pytest.raises(PublishRefused, match="API Token: is missing") as caught:
        publish(connector)
    assert not caught.value.can_be_confirmed
    assert Connector.objects.get().live is None


def test_warnings_are_confirmed_by_their_code(make):
    connector = make()
    with pytest.raises(PublishRefused) as caught:
        publish(connector, confirmed=[])
    assert caught.value.can_be_confirmed
    names = [finding.code for finding in caught.value.findings]
    assert set(names) == {"untested"}
    with pytest.raises(PublishRefused):
        publish(connector, confirmed=["something else"])
    assert publish(connector, confirmed=names).number == 1


def test_what_the_form_would_refuse_is_refused_here_too(make):
    connector = make(host="https://10.0.0.1")
    assert codes(connector) == {"invalid"}
    connector = make(headers={"Content-Length": "1"})
    assert codes(connector) == {"invalid"}


def test_test_mode_in_a_production_tenant(make, tenant):
    connector = make(is_test=True)
    assert codes(connector) == set()
    Tenant.objects.filter(pk=tenant.pk).update(environment="production")
    assert codes(connector) == {"test_mode"}
    assert codes(make(properties={"IsTest": "true"})) == {"test_mode"}
    assert codes(make(host="https://sandbox.acme.example")) == {"host_mode"}


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"is_test": True, "host": "https://api.acme.example"}, True),
        ({"is_test": False, "host": "https://sandbox.acme.example"}, True),
        ({"is_test": True, "host": "https://sandbox.acme.example"}, False),
        ({"is_test": False, "host": "https://own.example"}, False),
    ],
)
def test_the_host_fits_the_mode(make, values, wrong):
    assert codes(make(**values)) == ({"host_mode"} if wrong else set())


@pytest.mark.parametrize(
    ("token", "is_test", "wrong"),
    [
        ("sk_test_0123456789", False, True),
        ("sk_live_0123456789", True, True),
        ("sk_test_0123456789", True, False),
        ("sk_live_0123456789", False, False),
        ("contest_0123456789", False, False),
    ],
)
def test_the_credentials_fit_the_mode(make, token, is_test, wrong):
    assert codes(make(bearer_token=token, is_test=is_test)) == ({"credentials"} if wrong else set())


def test_a_missing_host(make, acme, monkeypatch):
    monkeypatch.setattr(acme, "hosts", {"test": "https://sandbox.acme.example"})
    assert codes(make()) == {"host"}
    assert codes(make(is_test=True)) == set()


def test_restrictions_that_leave_no_market(make, tenant):
    MarketFactory(tenant=tenant, code="NOR")
    MarketFactory(tenant=tenant, code="SWE", is_active=False)
    assert codes(make(enabled_markets=["NOR"])) == set()
    assert codes(make(disabled_markets=["nor"])) == {"markets"}
    assert codes(make(enabled_markets=["SWE"])) == {"markets"}


def test_a_market_both_enabled_and_disabled_is_a_warning(make, tenant):
    MarketFactory(tenant=tenant, code="NOR")
    MarketFactory(tenant=tenant, code="SWE")
    connector = make(enabled_markets=["NOR", "SWE"], disabled_markets=["NOR"])
    assert codes(connector) == set()
    assert "overlap" in codes(connector, blocks=False)


@pytest.mark.parametrize(
    ("timeout", "odd"), [(None, False), (1000, False), (60000, False), (999, True), (60001, True)]
)
def test_an_implausible_timeout_is_a_warning(make, timeout, odd):
    assert ("timeout" in codes(make(timeout_ms=timeout), blocks=False)) is odd


def test_a_test_counts_until_host_or_credentials_change(make, tenant):
    connector = make()
    assert "untested" in codes(connector, blocks=False)
    mark_tested(connector)
    assert "untested" not in codes(connector, blocks=False)
    Connector.objects.filter(pk=connector.pk).update(display_name="Other")
    assert "untested" not in codes(connector, blocks=False)
    Connector.objects.filter(pk=connector.pk).update(host="https://other.example")
    assert "untested" in codes(connector, blocks=False)


def test_a_connector_id_that_a_published_step_asks_for_may_not_vanish(make, steps):
    connector = make(connector_id="Main")
    publish(connector)
    steps.append(Reference("Online > Ship > CapturePayments", name="Acme", connector_id="main"))
    assert codes(connector) == set()
    connector.connector_id = "Other"
    connector.save()
    found = findings("connector", connector, connector_document(connector))
    assert [str(item) for item in found if item.blocks] == [
        "Online > Ship > CapturePayments asks for Connector ID main, which would be gone."
    ]


def test_what_dangled_before_blocks_nobody_else(make, steps):
    steps.append(Reference("Online > Ship > CapturePayments", name="Acme", connector_id="never-there"))
    assert codes(make()) == set()


def test_a_tie_that_a_published_step_can_reach(make, steps, tenant):
    MarketFactory(tenant=tenant, code="NOR")
    publish(make(connector_id="A"))
    second = make(connector_id="B")
    assert codes(second) == set(), "nothing refers to them by name"
    steps.append(Reference("Online > Ship > CapturePayments", name="acme"))
    assert codes(second) == {"tie"}
    assert codes(make(connector_id="C", properties={"OrderPrimaryStore": "oslo"})) == set()
    assert codes(make(connector_id="D", disabled_markets=["NOR"])) == {"markets"}
    Market.objects.update(is_active=False)
    assert codes(second) == set(), "no order can reach it"


def test_explicit_references_never_tie(make, steps, tenant):
    MarketFactory(tenant=tenant, code="NOR")
    publish(make(connector_id="A"))
    steps.append(Reference("Online > Ship > CapturePayments", name="Acme", connector_id="A"))
    assert codes(make(connector_id="B")) == set()


def test_a_connector_nobody_uses_is_a_warning(make, steps, acme, monkeypatch):
    monkeypatch.setattr(acme, "category", "ERP")
    monkeypatch.setattr(acme, "webhook", None)
    connector = make()
    assert "unused" in codes(connector, blocks=False)
    steps.append(Reference("Online > New > ExportOrder", name="ACME"))
    assert "unused" not in codes(connector, blocks=False)


def test_several_of_one_type_are_asked_for_their_ids(make):
    make(connector_id="A")
    assert "connector_id" in codes(make(), blocks=False)


def test_checks_of_one_tenant_do_not_see_another(make, steps):
    from tenants.scoping import tenant_scope
    from tests.factories.tenants import TenantFactory

    other = TenantFactory()
    with tenant_scope(other):
        publish_connector(other, "acme", bearer_token=TOKEN, connector_id="A")
    assert "connector_id" not in codes(make(), blocks=False)

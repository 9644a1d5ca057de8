"""Out as YAML, into an empty tenant, and live there as it was."""

import pytest
from django.core.management import call_command

from config.demo import seed, systems
from connectors.models import Connector, Publication
from tenants.models import Secret, Tenant
from tenants.scoping import tenant_scope
from tests.as_code import merchants
from tests.stand import seed as small
from workflows.models import StepGroup


@pytest.fixture
def sandbox(db, settings):
    settings.CROSSDOCK_SANDBOX_URL = "http://127.0.0.1:9"
    settings.CROSSDOCK_EGRESS_ALLOW = ["127.0.0.1/32:9"]


def go_round(order_type, status, tmp_path, monkeypatch, capsys):
    """Export, plan, import twice; the merchant and the tenant that has become like it."""
    ours, theirs = Tenant.objects.get(), Tenant.objects.create(slug="empty", name="Empty")
    with tenant_scope(ours):
        merchants.add_rarities(order_type, status)
    for name, value in merchants.environment(ours).items():
        monkeypatch.setenv(name, value)
    call_command("export_config", tenant=ours.slug, output=tmp_path / "all.yaml")
    call_command("export_config", tenant=ours.slug, folder=tmp_path / "folder")
    text = (tmp_path / "all.yaml").read_text()
    assert not [secret for secret in systems.SECRETS if secret in text] and "header-secret" not in text

    options = {"tenant": theirs.slug, "publish": True, "confirm": ["all"]}
    with pytest.raises(SystemExit) as ended:
        call_command("import_config", tmp_path / "all.yaml", plan=True, **options)
    assert ended.value.code == 2
    with tenant_scope(theirs):
        assert not Connector.objects.exists() and not Secret.objects.exists()
    call_command("import_config", tmp_path / "folder", **options)

    capsys.readouterr()
    before = Publication._base_manager.count(), Secret._base_manager.count()
    call_command("import_config", tmp_path / "all.yaml", plan=True, **options)
    call_command("import_config", tmp_path / "all.yaml", **options)
    assert capsys.readouterr().out == "Nothing to change.\n" * 2
    assert (Publication._base_manager.count(), Secret._base_manager.count()) == before
    return ours, theirs


@pytest.mark.usefixtures("sandbox")
def test_a_merchant_becomes_what_another_is(tmp_path, monkeypatch, capsys):
    small.seed()
    ours, theirs = go_round("Online", "Completed", tmp_path, monkeypatch, capsys)
    assert merchants.meant(theirs) == merchants.meant(ours)
    with tenant_scope(ours):
        StepGroup.objects.update(stop_on_error=True)
    call_command("export_config", tenant=ours.slug)
    assert "order type Online runs an older copy of step group Tell" in capsys.readouterr().err


@pytest.mark.thorough
@pytest.mark.usefixtures("sandbox")
def test_the_demo_becomes_another_tenants(tmp_path, monkeypatch, capsys):
    seed.seed()
    ours, theirs = go_round("Webshop", "Completed", tmp_path, monkeypatch, capsys)
    assert merchants.meant(theirs) == merchants.meant(ours)

"""What files may say, what is refused with its line, and that nothing is half imported."""

import pytest
from django.core.management import CommandError, call_command

from connectors import drafts
from connectors.as_code import yaml_text
from connectors.models import Connector, Publication
from tenants.models import Market, Secret
from tenants.scoping import tenant_scope
from tests.factories.tenants import TenantFactory
from workflows.models import OrderType

TOKEN, OTHER = "sk_test_4f2a9c71d0e8", "sk_test_77bb00c4aa19"
MARKETS = """\
market_groups:
- {code: NORDICS, name: Nordics}
markets:
- code: NOR
  name: Norway
  currency: NOK
  country: NO
  groups: [nordics]
"""
STRIPE = """\
connectors:
- type: stripe
  is_test: true
  authentication:
    bearer_token: {env: STRIPE}
  properties:
  - key: WebhookSecret
    secret: {env: HOOK}
  markets: {enabled: [NOR]}
payment_methods:
- name: Card
  connector: stripe
"""


@pytest.fixture
def tenant(db, monkeypatch):
    monkeypatch.setenv("STRIPE", TOKEN)
    monkeypatch.setenv("SECRET_KEY", "never-any-connector-s")
    monkeypatch.setenv("HOOK", "whsec_81b6f0aa42ce")
    tenant = TenantFactory(slug="merchant")
    with tenant_scope(tenant):
        yield tenant


@pytest.fixture
def bring_in(tenant, tmp_path, capsys):
    """Import these texts, each a file; what was printed."""

    def bring_in(*texts, **options):
        for number, text in enumerate(texts):
            (tmp_path / f"{number}.yaml").write_text(text)
        call_command("import_config", tmp_path, tenant="merchant", **options)
        return capsys.readouterr().out

    return bring_in


def nothing_there():
    return not (Connector.objects.exists() or Market.objects.exists() or Secret.objects.exists())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("true", True),
        ("0668", "0668"),
        ("12:30", "12:30"),
        ("2026-05-31", "2026-05-31"),
        ("1_000", "1_000"),
        ("12", 12),
        ("-0.5", -0.5),
        ("~", None),
        ("'7'", "7"),
    ],
)
def test_values_are_what_people_mean_and_stay_so(text, value):
    read = yaml_text.load(f"a: {text}", "x").data["a"]
    assert read == value and type(read) is type(value)
    assert yaml_text.load(yaml_text.dump({"a": value}), "x").data == {"a": value}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("connectors:\n- type: stripe\n  type: vipps\n", "0.yaml, line 3: type is here twice"),
        ("a: &x [1]\nb: *x\n", "0.yaml, line 2: write this out"),
        ("connectors: [\n", "0.yaml, line 2"),
        ("conectors: []\n", "there is no section 'conectors'; did you mean connectors?"),
        ("connectors:\n  type: stripe\n", "line 1: connectors is a list"),
        ("a: !!python/object:os.system x\n", "is not read here"),
        ("a: " + "[" * 40 + "]" * 40, "nested too deeply"),
        ("- a\n", "a file begins with names of sections"),
        ("markets: [" + "9" * 5000 + "]", "0.yaml, line 1: 99999999999999999999… is out of range"),
        ("markets:\n- 1.0e+999", "0.yaml, line 2: 1.0e+999… is out of range"),
        ('markets:\n- "\\0"', "0.yaml, line 2: a text holds a NUL"),
        ('markets:\n- {"\\uD800": 1}', "0.yaml, line 2: a text holds a NUL or half of a surrogate pair"),
    ],
)
def test_what_is_no_configuration_is_refused_with_its_line(bring_in, text, message):
    with pytest.raises(CommandError, match="Nothing was imported") as refused:
        bring_in(text)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            "is_test: true",
            "is_tset: true",
            "0.yaml, line 3: is_tset: This field does not exist; did you mean is_test?",
        ),
        ("{env: STRIPE}", "sk_live_in_the_file", "0.yaml, line 5: A secret does not stand in a file"),
        ("{env: STRIPE}", "{env: MISSING}", "0.yaml, line 5: The environment variable MISSING is not set"),
        ("{env: STRIPE}", "{env: SECRET_KEY}", "0.yaml, line 5: SECRET_KEY is a secret of this installation"),
        (
            "secret: {env: HOOK}",
            "value: whsec_1",
            "0.yaml, line 8: properties.0.value: WebhookSecret holds a credential",
        ),
        (
            "connector: stripe",
            "connector: strip",
            "0.yaml, line 12: connector: There is no connector 'strip'",
        ),
        ("enabled: [NOR]", "enabled: [NOR, SWE]", "0.yaml, line 9: markets.enabled: There is no market SWE"),
        ("type: stripe", "type: strpe", "0.yaml, line 2: type: There is no implementation 'strpe'"),
        (
            "- name: Card",
            "- name: Card\n  connector: stripe\n- name: card",
            "payment method card is described in",
        ),
    ],
    ids=lambda value: value[:20],
)
def test_a_mistake_is_told_with_its_line_and_nothing_is_imported(bring_in, before, after, message):
    with pytest.raises(CommandError) as refused:
        bring_in(STRIPE.replace(before, after), MARKETS)
    assert message in str(refused.value)
    assert "sk_live" not in str(refused.value)
    assert nothing_there()


def test_a_second_import_changes_what_the_file_changes(bring_in, monkeypatch):
    first = bring_in(STRIPE, MARKETS)
    assert "+ connector stripe" in first and "authentication > bearer_token: not set → set" in first
    assert Market.objects.get().country == "NO" and not Publication.objects.exists()
    secrets = Secret.objects.count()
    assert bring_in(STRIPE, MARKETS) == "Nothing to change.\n"

    monkeypatch.setenv("STRIPE", OTHER)
    with pytest.raises(SystemExit):
        bring_in(STRIPE, MARKETS, plan=True)
    assert Secret.objects.count() == secrets
    told = bring_in(STRIPE.replace("true", "false"), MARKETS)
    assert told.splitlines()[-4:] == [
        "~ connector stripe",
        "    is_test: yes → no",
        "    authentication > bearer_token: set → changed",
        "1 changed.",
    ]
    assert Secret.objects.count() == secrets + 1
    monkeypatch.delenv("STRIPE")
    assert bring_in(STRIPE.replace("true", "false"), MARKETS, keep_secrets=True) == "Nothing to change.\n"
    assert "Not in the files, stays as it is: market NOR" in bring_in(
        STRIPE.replace("true", "false"),
        MARKETS.replace("NOR\n  name: Norway", "SWE\n  name: Sweden"),
        keep_secrets=True,
    )


def test_the_checklist_stands_before_publishing(bring_in):
    with pytest.raises(CommandError) as refused:
        bring_in(STRIPE, MARKETS, publish=True)
    assert "confirm it with --confirm untested" in str(refused.value)
    assert nothing_there()
    told = bring_in(STRIPE, MARKETS, publish=True, confirm=["untested"], comment="First")
    assert "+ connector stripe → version 1 live" in told
    assert {row.comment for row in Publication.objects.all()} == {"First"}
    assert bring_in(STRIPE, MARKETS, publish=True) == "Nothing to change.\n"


def test_another_order_type_becomes_the_default(bring_in):
    types = "order_types:\n- name: A\n  is_default: {}\n- name: B\n  is_default: {}\n"
    bring_in(types.format("true", "false"))
    bring_in(types.format("false", "true"))
    assert OrderType.objects.get(is_default=True).name == "B"
    bring_in(types.format("true", "false"))
    assert OrderType.objects.get(is_default=True).name == "A"


def test_what_looks_like_a_credential_is_in_no_file(tenant, capsys):
    drafts.create_connector(tenant, "webhook", host="https://erp.example", connector_id="erp")
    row = Connector.objects.get()
    row.properties.create(key="ApiKey", value="readable-4f2a9c")
    row.headers.create(name="Authorization", value="Basic cmVhZGFibGU=")
    call_command("export_config", tenant="merchant", drafts=True)
    told = capsys.readouterr()
    assert "readable" not in told.out and "cmVh" not in told.out
    assert "2 secrets in the environment: ERP_API_KEY, ERP_AUTHORIZATION" in told.err


def test_an_export_needs_names_that_lead_back(tenant, capsys):
    for _ in range(2):
        Connector.objects.create(tenant=tenant, type="stripe", name="Stripe")
    with pytest.raises(CommandError, match="Several connectors are called 'stripe'"):
        call_command("export_config", tenant="merchant")
    with pytest.raises(CommandError, match="there is merchant"):
        call_command("export_config", tenant="other")

import pytest

from connectors import drafts
from connectors.documents import connector_document
from connectors.field_rules import Rule
from connectors.models import Connector, Publication
from connectors.models.publication import PublicationIsFinal
from connectors.publishing import PublishConflict, live_documents, publish, retire
from connectors.runtime import runtime
from connectors.versions import changes
from eventlog.models import Event
from tenants.models import Secret
from tests.connectors_config.conftest import TOKEN
from tests.factories.connectors import make_connector
from tests.factories.tenants import MarketFactory, MarketGroupFactory, UserFactory


@pytest.fixture
def connector(tenant):
    MarketFactory(tenant=tenant, code="NOR")
    MarketGroupFactory(tenant=tenant, code="NORDIC")
    return make_connector(
        tenant,
        "acme",
        bearer_token=TOKEN,
        merchant_id="M-1",
        connector_id="AC-1",
        host="https://acme.example",
        properties={
            "PrePaid": True,
            "WebhookKey": "whk_0123456789abcdef",
            "RequestHeaders": {"X-Source": "b2b"},
        },
        headers={"X-Channel": "web", "X-Api-Key": "hdr_0123456789abcdef"},
        enabled_markets=["nor"],
        enabled_market_groups=["nordic"],
        field_mapping={"Name": "product_title"},
    )


def live(tenant):
    return runtime(tenant.pk).connectors


def test_nothing_runs_before_it_is_published(connector, tenant):
    assert live(tenant) == {}
    publish(connector)
    assert set(live(tenant)) == {connector.pk}


def test_saving_a_draft_of_any_tab_changes_nothing_and_publishing_all_at_once(connector, tenant):
    publish(connector)
    before = live(tenant)[connector.pk]

    connector.host = "https://new.acme.example"
    connector.timeout_ms = 1234
    connector.save()
    authentication = connector.authentication
    authentication.merchant_id = "M-2"
    authentication.bearer_token = Secret.store(tenant, "tok_new_0123456789", "new token")
    authentication.save()
    connector.properties.filter(key="PrePaid").update(value="false")
    connector.headers.get(name="X-Channel").delete()
    connector.markets.enabled_markets.clear()
    connector.markets.enabled_market_groups.clear()
    connector.field_mapping.create(property="Sku", connector_property="sku")
    assert live(tenant)[connector.pk] == before

    publish(connector)
    after = live(tenant)[connector.pk]
    assert (after.host, after.timeout_ms) == ("https://new.acme.example", 1234)
    assert (after.values.merchant_id, after.values.api_token.reveal()) == ("M-2", "tok_new_0123456789")
    assert after.values.pre_paid is False
    assert [name for name, _ in after.headers] == ["X-Api-Key"]
    assert after.enabled_markets == frozenset()
    assert after.field_mapping == (("Name", "product_title"), ("Sku", "sku"))
    assert after.revision != before.revision


def test_the_document_holds_codes_and_secret_ids_only(connector):
    document = publish(connector).document
    text = str(document)
    assert TOKEN not in text
    assert "whk_" not in text
    assert "hdr_" not in text
    assert document["markets"] == {
        "enabled": ["NOR"],
        "disabled": [],
        "enabled_groups": ["NORDIC"],
        "disabled_groups": [],
    }
    assert document["authentication"]["bearer_token"] == str(connector.authentication.bearer_token_id)


def test_versions_count_and_the_generation_rises(connector, tenant):
    user = UserFactory(username="anna")
    first = publish(connector, user=user, comment="go live")
    connector.display_name = "Acme Norway"
    connector.save()
    second = publish(connector)
    tenant.refresh_from_db()
    assert (first.number, second.number) == (1, 2)
    assert (first.generation, second.generation, tenant.generation) == (1, 2, 2)
    assert (first.comment, first.published_by) == ("go live", user)
    assert Connector.objects.get().live == second
    event = Event.objects.filter(category="Published").order_by("pk").first()
    assert (event.actor, event.message) == ("anna", "Connector Acme (AC-1): version 1 was published")


def test_publishing_an_unchanged_draft_keeps_the_version(connector, tenant):
    first = publish(connector)
    assert publish(connector) == first
    tenant.refresh_from_db()
    assert tenant.generation == 1


def test_an_old_generation_reads_as_it_was(connector, tenant):
    publish(connector)
    connector.timeout_ms = 500
    connector.save()
    publish(connector)
    assert runtime(tenant.pk, 1).connectors[connector.pk].timeout_ms == 7_000
    assert runtime(tenant.pk, 2).connectors[connector.pk].timeout_ms == 500
    assert runtime(tenant.pk, 0).connectors == {}


def test_publications_are_never_changed_or_deleted(connector):
    publication = publish(connector)
    with pytest.raises(PublicationIsFinal):
        publication.save()
    with pytest.raises(PublicationIsFinal):
        publication.delete()
    with pytest.raises(PublicationIsFinal):
        Publication.objects.update(comment="x")
    with pytest.raises(PublicationIsFinal):
        Publication.objects.all().delete()


def test_the_second_of_two_publishers_is_refused(connector):
    publish(connector, expected=0)
    connector.display_name = "Mine"
    connector.save()
    with pytest.raises(PublishConflict, match="Version 1") as caught:
        publish(connector, expected=0)
    difference = map(str, changes(connector, caught.value.seen, caught.value.live))
    assert "merchant_id: (none) → M-1" in " ".join(difference)
    assert publish(connector, expected=1).number == 2


def test_a_retired_connector_serves_what_it_began_and_nothing_new(connector, tenant):
    publish(connector)
    publication = retire(connector, comment="moved")
    assert publication.retired
    connector.refresh_from_db()
    assert connector.retired
    assert connector.live is None
    config = live(tenant)[connector.pk]
    assert config.retired
    assert config.values.api_token.reveal() == TOKEN
    assert not runtime(tenant.pk, 1).connectors[connector.pk].retired
    assert retire(connector) == publication

    assert publish(connector).number == 3
    assert not live(tenant)[connector.pk].retired


def test_a_draft_that_never_was_live_is_retired_without_a_version(connector, tenant):
    assert retire(connector) is None
    connector.refresh_from_db()
    assert connector.retired
    tenant.refresh_from_db()
    assert tenant.generation == 0


def test_a_stale_copy_of_the_row_does_not_undo_publishing(connector):
    stale = Connector.objects.get()
    publication = publish(connector)
    stale.display_name = "Other"
    stale.save()
    assert Connector.objects.get().live == publication


def test_a_publication_knows_the_history_rows_it_was_made_of(connector):
    publication = publish(connector)
    assert set(publication.history_ids) == {
        "connectors.connector",
        "connectors.connectorauthentication",
        "connectors.connectormarkets",
        "connectors.connectorproperty",
        "connectors.connectorheader",
        "connectors.connectorfieldmapping",
    }
    assert len(publication.history_ids["connectors.connectorproperty"]) == 3
    latest = Connector.history.filter(id=connector.pk).latest().history_id
    assert publication.history_ids["connectors.connector"] == [latest]


def test_a_generation_is_read_in_one_statement(connector, tenant, django_assert_num_queries):
    publish(connector)
    with django_assert_num_queries(1):
        assert len(live_documents(tenant.pk, 1)["connector"]) == 1


def test_a_document_written_back_gives_the_same_document(connector):
    document = connector_document(connector)
    connector.properties.all().delete()
    connector.headers.all().delete()
    connector.markets.enabled_markets.clear()
    connector.host = ""
    connector.save()
    drafts.write_document(connector, document)
    assert connector_document(Connector.objects.get()) == document


def test_writing_the_same_document_back_touches_no_row(connector):
    before = {
        model: model.history.count()
        for model in (Connector, *(type(row) for row in connector.properties.all()))
    }
    drafts.write_document(connector, connector_document(connector))
    assert before == {model: model.history.count() for model in before}


def test_a_mapping_has_a_rule_for_each_way_and_documents_without_any_stay_as_they_were(connector, tenant):
    before = publish(connector).document["field_mapping"]
    assert before == [{"property": "Name", "connector_property": "product_title"}]
    connector.field_mapping.filter(property="Name").update(on_import="If empty", on_export="Never")
    (row,) = publish(connector).document["field_mapping"]
    assert (row["on_import"], row["on_export"]) == ("If empty", "Never")
    (rule,) = live(tenant)[connector.pk].field_rules
    assert (rule.on_import, rule.on_export) == (Rule.IF_EMPTY, Rule.NEVER)
    drafts.write_document(connector, {**connector_document(connector), "field_mapping": before})
    assert connector.field_mapping.get().on_export == "Overwrite"

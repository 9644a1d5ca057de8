"""What keeps an order type from going live, and what somebody has to confirm."""

import pytest

from connectors.checklist import findings
from connectors.publishing import PublishRefused, publish
from tenants.models import Market
from tests.factories.connectors import make_connector, publish_connector
from tests.factories.workflows import publish_order_type
from workflows.models import OrderType
from workflows.publication import to_document

STOP = {"stop_on_error": True}
EXPORT = {"name": "ExportOrder", "connector": "Webhook", **STOP}


@pytest.fixture
def found(shop):
    """Publishes the shop's type with these statuses as a draft and gives (code, text) of what is found."""

    def check(statuses, blocks=None):
        order_type = OrderType.objects.create(name="Draft")
        for position, (name, given) in enumerate(statuses.items()):
            status = order_type.statuses.create(
                name=name, position=position, allowed_next=given.get("next", [])
            )
            for place, step in enumerate(given.get("steps", ())):
                status.steps.create(position=place, **step)
        every = findings("order_type", order_type, to_document(order_type))
        return {item.code: str(item) for item in every if blocks is None or item.blocks is blocks}

    return check


def test_a_sound_chart_has_nothing_to_tell(shop, found):
    publish_connector(shop.tenant)
    assert found({"New": {"next": ["Ship"], "steps": [EXPORT]}, "Ship": {}}) == {}


@pytest.mark.parametrize(
    ("statuses", "code", "text"),
    [
        ({}, "statuses", "Order type Draft has no status; add one."),
        ({"A": {"next": ["B"]}}, "unknown_status", "Status A: the allowed next status 'B' is no status"),
        (
            {"Hold": {}, "A": {"steps": [{"name": "AuthorizePayment", "error_status": "Hld", **STOP}]}},
            "unknown_status",
            "the ErrorStatus of AuthorizePayment 'Hld' is no status of this type; did you mean Hold?",
        ),
        (
            {"A": {"steps": [{"name": "ExportOrdr", "connector": "Webhook"}]}},
            "step",
            "A: there is no workflow step 'ExportOrdr'; did you mean ExportOrder or ",
        ),
        (
            {"A": {"steps": [{"name": "ExportOrder", **STOP}]}},
            "no_connector",
            "Connector: A > ExportOrder needs a Connector; name one.",
        ),
        (
            {"A": {"steps": [EXPORT | {"connector_id": "rep"}]}},
            "dangling",
            "asks for Connector ID rep, which no published connector Webhook has; did you mean erp?",
        ),
        (
            {"A": {"steps": [EXPORT | {"connector": "Stripe"}]}},
            "capability",
            "A > ExportOrder: Stripe cannot do this; choose another Connector.",
        ),
        (
            {
                "A": {
                    "steps": [EXPORT | {"name": "WebhookWorkflowStep", "properties": {"RequestHeaders": "{"}}]
                }
            },
            "properties",
            "A > WebhookWorkflowStep: RequestHeaders: must be JSON",
        ),
        (
            {
                "A": {"steps": [{"name": "AuthorizePayment", "error_status": "B", **STOP}]},
                "B": {"steps": [{"name": "CancelPayments", "error_status": "A", **STOP}]},
            },
            "loop",
            "Failing steps would lead round and round: A → B → A.",
        ),
    ],
)
def test_errors(shop, found, statuses, code, text):
    publish_connector(shop.tenant, connector_id="erp")
    publish_connector(shop.tenant, "stripe")
    blocking = found(statuses, blocks=True)
    assert list(blocking) == [code]
    assert text in blocking[code]


def test_a_tie_that_an_order_can_reach(shop, found):
    publish_connector(shop.tenant, connector_id="a")
    publish_connector(shop.tenant, connector_id="b")
    text = found({"A": {"steps": [EXPORT, EXPORT]}}, blocks=True)["tie"]
    assert "Draft > A > ExportOrder, Draft > A > ExportOrder: in market NOR" in text
    assert "tie" not in found_again(found, EXPORT | {"connector_id": "a"})
    Market.objects.update(is_active=False)
    assert "tie" not in found_again(found, EXPORT)


def found_again(found, step):
    OrderType.objects.filter(name="Draft").delete()
    return found({"A": {"steps": [step]}})


def test_what_is_not_active_is_not_asked(found):
    step = {"name": "Nothing", "active": False, "error_status": "Nowhere"}
    assert found({"A": {"steps": [step]}}) == {}


def test_a_connector_that_is_not_published_yet_is_a_warning(shop, found):
    make_connector(shop.tenant)
    text = found({"A": {"steps": [EXPORT]}}, blocks=False)["unpublished"]
    assert "no published connector is called Webhook" in text


def test_an_error_status_without_stop_on_error_is_a_warning(found):
    step = {"name": "AuthorizePayment", "error_status": "A"}
    assert "taken only with StopOnError" in found({"A": {"steps": [step]}}, blocks=False)["error_status"]


def test_going_on_after_a_failure_is_confirmed_once(shop):
    publish_connector(shop.tenant)
    step = {"name": "ExportOrder", "connector": "Webhook"}
    order_type = publish_order_type(shop.tenant, "B2B", {"A": {"steps": [step]}})
    order_type.statuses.create(name="B", position=1)
    assert publish(order_type, confirmed=[]).number == 2, "A > ExportOrder was confirmed with version 1"

    order_type.statuses.get(name="B").steps.create(name="ExportOrder", connector="Webhook")
    with pytest.raises(PublishRefused, match="B > ExportOrder: when it fails") as caught:
        publish(order_type, confirmed=[])
    assert caught.value.can_be_confirmed
    assert publish(order_type, confirmed=["stop_on_error"]).number == 3


def test_inner_steps_need_no_confirmation(found):
    assert "stop_on_error" not in found({"A": {"steps": []}}, blocks=False)


def test_connectors_are_checked_against_the_steps_of_published_types(shop):
    """The other way round: a connector that a published step asks for by its Connector ID may not lose it."""
    config = publish_connector(shop.tenant, connector_id="erp")
    publish_order_type(shop.tenant, "B2B", {"A": {"steps": [EXPORT | {"connector_id": "erp"}]}})
    connector = make_connector(shop.tenant, connector_id="other")
    assert "unused" not in codes(connector), "a step asks for Webhook"
    connector = type(connector).objects.get(pk=config.id)
    connector.connector_id = "moved"
    connector.save()
    assert (
        codes(connector)["dangling"]
        == "B2B > A > ExportOrder asks for Connector ID erp, which would be gone."
    )


def codes(connector):
    from connectors.documents import connector_document

    return {item.code: str(item) for item in findings("connector", connector, connector_document(connector))}

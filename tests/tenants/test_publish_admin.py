import pytest

from tenants.models import Role, Store
from tenants.scoping import tenant_scope
from tests.factories.tenants import MarketFactory, StoreFactory
from tests.tenants import editor

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.tenants.editor")]
BUTTON = "tenants_market_publish"


@pytest.fixture
def market(ours):
    editor.published.clear()
    market = MarketFactory(tenant=ours, code="NOR")
    StoreFactory(tenant=ours, market=market, name="old")
    return market


def send(client, market, **more):
    store = Store._base_manager.get()
    data = {
        "code": "NOR",
        "name": "Norway",
        "currency": "NOK",
        "country": "NO",
        "stores-TOTAL_FORMS": 1,
        "stores-INITIAL_FORMS": 1,
        "stores-0-id": store.pk,
        "stores-0-market": market.pk,
        "stores-0-code": store.code,
        "stores-0-name": "new",
        **more,
    }
    return client.post(f"/editor/tenants/market/{market.pk}/change/", data)


def test_publish_sees_what_was_typed_into_the_inlines_in_the_same_click(staff, market):
    answer = send(staff(Role.PUBLISHER), market, **{BUTTON: "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"/editor/tenants/market/{market.pk}/change/")
    assert editor.published == [["new"]]


def test_save_as_draft_publishes_nothing_and_stays_on_the_page(staff, market, ours):
    answer = send(staff(Role.PUBLISHER), market, _save="1")
    assert (answer.status_code, answer["Location"]) == (302, f"/editor/tenants/market/{market.pk}/change/")
    assert editor.published == []
    with tenant_scope(ours):
        assert market.stores.get().name == "new"


def test_who_may_only_edit_saves_but_does_not_publish(staff, market, ours):
    client = staff(Role.CONNECTOR_EDITOR)
    send(client, market, **{BUTTON: "1"})
    assert editor.published == []
    shown = client.get(f"/editor/tenants/market/{market.pk}/change/").content.decode()
    assert "Save as draft" in shown and BUTTON not in shown


def test_errors_in_an_inline_publish_nothing(staff, market):
    assert (
        send(staff(Role.PUBLISHER), market, **{BUTTON: "1", "stores-0-code": "not a code"}).status_code == 200
    )
    assert editor.published == []


def test_the_buttons_and_the_first_tab(staff, market):
    shown = staff(Role.PUBLISHER).get(f"/editor/tenants/market/{market.pk}/change/").content.decode()
    assert "Save as draft" in shown and BUTTON in shown
    assert "_continue" not in shown and "_addanother" not in shown
    tabs = shown.split('id="tabs-items"')[1].split("</nav>")[0]
    assert "Settings" in tabs and "General" not in tabs and "Stores" in tabs


def test_a_code_taken_in_the_inline_is_a_message(staff, market, ours):
    StoreFactory(tenant=ours, code="TAKEN", name="other")
    store = market.stores.model._base_manager.get(name="old")
    client = staff(Role.PUBLISHER)
    answer = client.post(
        f"/editor/tenants/market/{market.pk}/change/",
        {
            "code": "NOR",
            "name": "Norway",
            "currency": "NOK",
            "country": "NO",
            "stores-TOTAL_FORMS": 1,
            "stores-INITIAL_FORMS": 1,
            "stores-0-id": store.pk,
            "stores-0-market": market.pk,
            "stores-0-code": "taken",
            "stores-0-name": "x",
        },
    )
    assert "Another store has this code" in answer.content.decode()

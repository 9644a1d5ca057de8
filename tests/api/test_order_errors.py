import pytest

from tenants.scoping import tenant_scope
from tests.api.conftest import fields
from workflows.models import OrderError
from workflows.orders import add_error, create_order


@pytest.fixture
def order(shop):
    with tenant_scope(shop.tenant):
        return create_order(shop.order_data(number="N-0"))


def test_an_error_is_raised_seen_and_solved(api, order):
    raised = api.send(
        "orders/N-0/errors/", {"key": "Address", "message": "No such street", "severity": "Warning"}
    )
    assert raised.status_code == 201
    again = api.send("orders/N-0/errors/", {"key": "Address", "message": "Still no such street"})
    assert again.json()["id"] == raised.json()["id"]
    (seen,) = api.read("orders/N-0/").json()["errors"]
    assert (seen["message"], seen["status"], seen["severity"]) == ("Still no such street", "Active", "Error")

    solved = api.send(f"orders/N-0/errors/{seen['id']}/solve/", {"comment": "called"})
    assert (solved.status_code, solved.json()["status"], solved.json()["comment"]) == (
        200,
        "Solved",
        "called",
    )
    assert solved.json()["solved_by"].startswith("shop (cdk_")
    assert api.read("orders/N-0/").json()["errors"] == []


def test_errors_are_listed_by_status(shop, api, order):
    with tenant_scope(shop.tenant):
        for key in "abc":
            add_error(order.pk, key, "down")
        OrderError.objects.filter(key="b").update(status="Solved")

    def keys(**query):
        return [row["key"] for row in api.read("orders/N-0/errors/", **query).json()["results"]]

    assert keys() == ["c", "b", "a"]
    assert keys(status="Active") == ["c", "a"]
    assert keys(status="Solved", limit=1) == ["b"]
    assert set(fields(api.read("orders/N-0/errors/", status="Open"))) == {"status"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"message": "m"}, "key"),
        ({"key": "k"}, "message"),
        ({"key": "k" * 121, "message": "m"}, "key"),
        ({"key": "k", "message": "m", "severity": "Fatal"}, "severity"),
        ({"key": "k", "message": "m", "status": "Solved"}, "status"),
    ],
)
def test_a_body_with_errors_is_refused(shop, api, order, body, field):
    answer = api.send("orders/N-0/errors/", body)
    assert answer.status_code == 400
    assert set(fields(answer)) == {field}
    with tenant_scope(shop.tenant):
        assert not OrderError.objects.exists()


def test_an_error_is_solved_on_its_own_order_and_tenant_only(shop, api, stranger, order):
    with tenant_scope(shop.tenant):
        add_error(order.pk, "a", "down")
        error = OrderError.objects.get()
        create_order(shop.order_data(number="N-1"))
    for caller, path in (
        (api, f"N-1/errors/{error.pk}"),
        (stranger, f"N-0/errors/{error.pk}"),
        (api, "N-0/errors/9"),
    ):
        assert caller.send(f"orders/{path}/solve/", {}).status_code == 404
    with tenant_scope(shop.tenant):
        error.refresh_from_db()
    assert error.status == "Active"

import pytest

from tenants.scoping import tenant_scope
from tests.api.conftest import Api, fields
from tests.factories.tenants import MarketGroupFactory, StoreFactory
from tests.factories.workflows import CustomerFactory, InventoryLevelFactory, ProductFactory
from workflows.models import Customer, InventoryLevel, Product

CUSTOMER = {"number": "C-1", "email": "Kari@buyer.example", "external_ids": {"crm": "9"}}
PRODUCT = {"sku": "TENT-2", "name": "Tent", "price": "2499.00", "currency": "NOK", "tax_rate": "25"}


def codes(answer, key) -> list[str]:
    return [row[key] for row in answer.json()["results"]]


class TestCustomers:
    def test_a_customer_is_created_and_found(self, api):
        created = api.send("customers/", CUSTOMER)
        assert created.status_code == 201
        assert api.read("customers/C-1/").json() == created.json()
        for query in ({"email": "kari@BUYER.example"}, {"number": "C-1"}, {"external_id": "crm:9"}, {}):
            assert codes(api.read("customers/", **query), "number") == ["C-1"]
        assert codes(api.read("customers/", external_id="crm:8"), "number") == []

    def test_a_number_is_used_once_in_a_tenant(self, api, stranger):
        assert api.send("customers/", CUSTOMER).status_code == 201
        answer = api.send("customers/", CUSTOMER)
        assert answer.status_code == 409
        assert fields(answer) == {"number": "There already is a customer C-1; use another number."}
        assert stranger.send("customers/", CUSTOMER).status_code == 201

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"number": ""}, "number"),
            ({"email": "nobody"}, "email"),
            ({"external_ids": {"crm": 9.5}}, "external_ids.crm"),
            ({"external_ids": {"crm": {}}}, "external_ids.crm"),
            ({"nmae": "x"}, "nmae"),
            ({"created_at": "2026-01-01T00:00:00Z"}, "created_at"),
        ],
    )
    def test_a_body_with_errors_is_refused(self, shop, api, change, field):
        answer = api.send("customers/", {**CUSTOMER, **change})
        assert answer.status_code == 400
        assert set(fields(answer)) == {field}
        with tenant_scope(shop.tenant):
            assert not Customer.objects.exists()


class TestProducts:
    def test_a_product_is_created_and_found(self, api):
        created = api.send("products/", PRODUCT)
        assert created.status_code == 201
        assert (created.json()["price"], created.json()["tax_rate"]) == ("2499.00", "25")
        assert api.read("products/TENT-2/").json() == created.json()
        assert codes(api.read("products/", sku="TENT-2", is_active="true"), "sku") == ["TENT-2"]
        assert codes(api.read("products/", is_active="false"), "sku") == []

    def test_a_sku_is_used_once_in_a_tenant(self, api):
        api.send("products/", PRODUCT)
        answer = api.send("products/", PRODUCT)
        assert (answer.status_code, set(fields(answer))) == (409, {"sku"})

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"price": "1.001"}, "price"),
            ({"price": "-1"}, "price"),
            ({"price": 1}, "price"),
            ({"currency": ""}, "currency"),
            ({"currency": "XYZ"}, "price"),
            ({"tax_rate": "1000"}, "tax_rate"),
            ({"name": ""}, "name"),
            ({"name": None}, "name"),
        ],
    )
    def test_a_body_with_errors_is_refused(self, shop, api, change, field):
        answer = api.send("products/", {**PRODUCT, **change})
        assert answer.status_code == 400
        assert set(fields(answer)) == {field}
        with tenant_scope(shop.tenant):
            assert not Product.objects.filter(sku="TENT-2").exists()

    def test_a_sku_of_another_kind_is_not_found(self, api):
        for sku in ("none", "%00", "a%00b"):
            assert api.get(f"/api/v1/products/{sku}/").status_code == 404


class TestInventory:
    def test_a_level_is_set_and_what_is_reserved_stays(self, shop, api):
        with tenant_scope(shop.tenant):
            store = StoreFactory(tenant=shop.tenant, code="OSL")
            InventoryLevelFactory(
                tenant=shop.tenant, product=shop.products["A"], store=store, on_hand=5, reserved=2
            )
        answer = api.send("inventory/", {"sku": "A", "store": "osl", "on_hand": "12.5"})
        assert answer.status_code == 200
        level = answer.json()
        assert (level["on_hand"], level["reserved"], level["available"]) == ("12.500", "2.000", "10.500")
        api.send("inventory/", {"sku": "B", "store": "OSL", "on_hand": 3})
        assert codes(api.read("inventory/", store="osl"), "sku") == ["B", "A"]
        assert codes(api.read("inventory/", sku="A"), "on_hand") == ["12.500"]

    def test_unknown_codes_are_met_with_near_ones(self, shop, api):
        with tenant_scope(shop.tenant):
            StoreFactory(tenant=shop.tenant, code="OSLO")
        answer = api.send("inventory/", {"sku": "AA", "store": "OSLOO", "on_hand": "1"})
        assert fields(answer)["store"].endswith("did you mean OSLO?")
        assert "There is no product with SKU 'AA'" in fields(answer)["sku"]

    @pytest.mark.parametrize("on_hand", ["-1", "x", 1.5, "1e9", None, True])
    def test_a_quantity_that_is_none_is_refused(self, api, on_hand):
        answer = api.send("inventory/", {"sku": "A", "store": "OSL", "on_hand": on_hand})
        assert (answer.status_code, set(fields(answer))) == (400, {"on_hand"})


class TestMarkets:
    def test_markets_are_read(self, shop, api):
        with tenant_scope(shop.tenant):
            shop.market.groups.add(MarketGroupFactory(tenant=shop.tenant, code="NORDIC"))
        market = api.read("markets/nor/").json()
        assert (market["code"], market["currency"], market["groups"]) == ("NOR", "NOK", ["NORDIC"])
        assert codes(api.read("markets/"), "code") == ["NOR"]
        assert api.send("markets/", {"code": "SWE"}).status_code in {403, 405}


@pytest.mark.parametrize("path", ["customers", "products", "inventory", "markets"])
class TestEveryList:
    def test_shows_its_own_tenant_only(self, shop, stranger, path):
        with tenant_scope(shop.tenant):
            CustomerFactory(tenant=shop.tenant, number="OURS")
            InventoryLevelFactory(tenant=shop.tenant, product=ProductFactory(tenant=shop.tenant, sku="OURS"))
            shop.market.code = "OURS"
            shop.market.save()
        assert "OURS" not in stranger.read(f"{path}/").content.decode()
        assert stranger.read(f"{path}/OURS/").status_code == 404

    def test_needs_its_scope(self, shop, path):
        others = {"customers", "products", "inventory", "markets", "orders"} - {path}
        api = Api(shop.tenant, *(f"{name}:read" for name in others), f"{path}:write")
        assert api.read(f"{path}/").status_code == 403
        assert Api(shop.tenant, f"{path}:read").read(f"{path}/").status_code == 200

    def test_refuses_unknown_parameters(self, api, path):
        assert set(fields(api.read(f"{path}/", colour="red"))) == {"colour"}

    def test_costs_the_same_statements_for_any_length(self, shop, api, path, django_assert_max_num_queries):
        with tenant_scope(shop.tenant):
            for _ in range(5):
                CustomerFactory(tenant=shop.tenant)
                InventoryLevelFactory(tenant=shop.tenant)
        api.read(f"{path}/")
        with django_assert_max_num_queries(3):
            api.read(f"{path}/")


def test_a_level_of_another_tenant_is_not_touched(shop, stranger):
    with tenant_scope(shop.tenant):
        level = InventoryLevelFactory(tenant=shop.tenant, store=StoreFactory(tenant=shop.tenant, code="OURS"))
    body = {"sku": level.product.sku, "store": "OURS", "on_hand": "99"}
    assert stranger.send("inventory/", body).status_code == 400
    with tenant_scope(shop.tenant):
        assert InventoryLevel.objects.get().on_hand == 10


def test_a_price_that_its_currency_cannot_express_keeps_no_other_product_from_being_read(shop, api):
    with tenant_scope(shop.tenant):
        ProductFactory(tenant=shop.tenant, sku="ODD", price="100.50", currency="JPY")
        ProductFactory(tenant=shop.tenant, sku="EVEN")
    found = {row["sku"]: row["price"] for row in api.read("products/").json()["results"]}
    assert (found["ODD"], found["EVEN"]) == ("100.500", "199.00")

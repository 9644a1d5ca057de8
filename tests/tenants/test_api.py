import json

import pytest
from django.test import Client

from tenants.models import ApiKey, Market
from tenants.scoping import get_scope, tenant_scope
from tests.factories.tenants import MarketFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.tenants.urls")]


class Caller:
    """Calls the API as a program with this key would."""

    def __init__(self, tenant, *scopes, **options):
        self.key, self.plain = ApiKey.issue(tenant, "test", scopes or ["*"], **options)
        self.client = Client(raise_request_exception=False)

    def get(self, url, **headers):
        return self.client.get(url, headers={"Authorization": f"Bearer {self.plain}", **headers})

    def post(self, url, body, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.plain}", **headers}
        return self.client.post(url, raw, content_type="application/json", headers=sent)


@pytest.fixture
def caller(ours):
    return Caller(ours)


def codes(tenant):
    with tenant_scope(tenant):
        return [market.code for market in Market.objects.all()]


class TestKeys:
    @pytest.mark.parametrize("sent", [None, "", "Bearer", "Bearer cdk_test_x", "Basic dTpw", "Bearer é"])
    def test_without_a_valid_key_nothing_is_answered(self, ours, sent):
        headers = {} if sent is None else {"Authorization": sent}
        answer = Client().get("/t/markets/", headers=headers)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer["Content-Type"] == "application/problem+json"

    def test_a_staff_session_is_no_key(self, staff):
        assert staff().get("/t/markets/").status_code == 401

    def test_a_revoked_key_is_refused_at_once(self, caller):
        assert caller.get("/t/markets/").status_code == 200
        caller.key.revoke()
        assert caller.get("/t/markets/").status_code == 401

    def test_the_address_of_an_untrusted_proxy_does_not_count(self, ours, settings):
        caller = Caller(ours, allowed_ips=["198.51.100.1"])
        assert caller.get("/t/markets/", **{"X-Forwarded-For": "198.51.100.1"}).status_code == 401
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        assert caller.get("/t/markets/", **{"X-Forwarded-For": "10.9.9.9, 198.51.100.1"}).status_code == 200
        assert caller.get("/t/markets/", **{"X-Forwarded-For": "198.51.100.1, 10.9.9.9"}).status_code == 401

    def test_each_call_needs_its_scope(self, ours):
        market = MarketFactory(tenant=ours)
        reader = Caller(ours, "markets:read")
        assert reader.get("/t/markets/").status_code == 200
        refused = reader.post("/t/markets/", {"code": "A", "name": "A"})
        assert (refused.status_code, "markets:write" in refused.json()["detail"]) == (403, True)
        assert reader.post(f"/t/markets/{market.pk}/retire/", {}).status_code == 403
        assert Caller(ours, "markets:write").post(f"/t/markets/{market.pk}/retire/", {}).status_code == 403
        assert Caller(ours, "markets:act").post(f"/t/markets/{market.pk}/retire/", {}).status_code == 204

    def test_a_view_that_names_no_scope_is_closed(self, caller):
        assert caller.get("/t/unnamed/").status_code == 403


class TestTenants:
    def test_a_key_sees_and_writes_its_own_tenant_only(self, ours, theirs):
        MarketFactory(tenant=theirs, code="THEIRS")
        caller = Caller(ours)
        assert caller.get("/t/markets/").json()["results"] == []
        assert caller.post("/t/markets/", {"code": "OURS", "name": "x"}).status_code == 201
        assert (codes(ours), codes(theirs)) == (["OURS"], ["THEIRS"])

    def test_anothers_object_answers_as_one_that_does_not_exist(self, caller, theirs):
        foreign = MarketFactory(tenant=theirs)
        answers = [caller.get(f"/t/markets/{pk}/") for pk in (foreign.pk, foreign.pk + 1000)]
        assert [answer.status_code for answer in answers] == [404, 404]
        bodies = [answer.json() for answer in answers]
        for body in bodies:
            del body["request_id"], body["instance"]
        assert bodies[0] == bodies[1]

    def test_the_scope_is_open_while_the_answer_is_rendered_and_closed_after(self, ours, theirs):
        MarketFactory(tenant=ours, code="OURS")
        MarketFactory(tenant=theirs, code="THEIRS")
        assert Caller(ours).get("/t/lazy/").json() == {"tenant": ours.slug, "codes": ["OURS"]}
        assert "tenant" not in get_scope()

    def test_the_key_decides_even_inside_a_staff_session(self, ours, theirs, staff):
        MarketFactory(tenant=ours, code="OURS")
        caller = Caller(theirs)
        caller.client.cookies = staff().cookies
        assert caller.get("/t/lazy/").json() == {"tenant": theirs.slug, "codes": []}


class TestProblems:
    def test_the_shape(self, caller):
        body = caller.get("/t/fail/problem/", **{"X-Request-Id": "caller-id-1"}).json()
        assert body == {
            "type": "urn:crossdock:problem:busy",
            "title": "Conflict",
            "status": 409,
            "detail": "Busy.",
            "instance": "/t/fail/problem/",
            "request_id": "caller-id-1",
            "errors": [{"field": "a", "message": "b", "cure": "c"}],
        }

    def test_headers_of_a_problem_are_sent(self, caller):
        assert caller.get("/t/fail/problem/")["Retry-After"] == "3"

    def test_a_bug_is_a_500_without_internals_and_is_logged(self, caller, caplog):
        answer = caller.get("/t/fail/bug/")
        assert answer.status_code == 500
        assert answer["Content-Type"] == "application/problem+json"
        assert b"hunter2" not in answer.content and b"RuntimeError" not in answer.content
        assert answer.json()["request_id"] == answer["X-Request-Id"]
        assert "RuntimeError" in caplog.text

    @pytest.mark.parametrize(
        ("kind", "status", "errors"),
        [
            ("django", 400, [{"field": "code", "message": "Taken", "cure": "use another code"}]),
            (
                "fields",
                400,
                [{"field": "lines.0.sku", "message": "Unknown SKU", "cure": "use one of the catalogue"}],
            ),
            ("missing", 404, []),
            ("forbidden", 403, []),
        ],
    )
    def test_djangos_exceptions_are_mapped(self, caller, kind, status, errors):
        answer = caller.get(f"/t/fail/{kind}/")
        assert (answer.status_code, answer.json()["errors"]) == (status, errors)
        assert b"tenants_market" not in answer.content and b"internal" not in answer.content

    @pytest.mark.parametrize("sent", ["short", "x" * 65, "has space in it", "line\x0bbreak1"])
    def test_a_request_id_that_is_not_plain_is_replaced(self, caller, sent):
        assert caller.get("/t/markets/", **{"X-Request-Id": sent})["X-Request-Id"] != sent

    def test_wrong_method_and_content_type(self, caller):
        assert caller.client.put(
            "/t/fail/bug/", headers={"Authorization": f"Bearer {caller.plain}"}
        ).status_code in (403, 405)
        sent = caller.client.post(
            "/t/markets/", {"code": "A"}, headers={"Authorization": f"Bearer {caller.plain}"}
        )
        assert (sent.status_code, sent["Content-Type"]) == (415, "application/problem+json")


class TestReading:
    def errors(self, answer):
        assert answer.status_code == 400, answer.content
        return {error["field"]: (error["message"], error["cure"]) for error in answer.json()["errors"]}

    def test_unknown_and_read_only_fields_are_refused_together_with_other_errors(self, caller, ours):
        answer = caller.post("/t/markets/", {"cod": "NOR", "id": 5, "nmae": "x", "zzz": 1})
        errors = self.errors(answer)
        assert errors["cod"] == ("This field does not exist", "did you mean code?")
        assert errors["nmae"] == ("This field does not exist", "did you mean name?")
        assert errors["zzz"][1].startswith("known are code, name")
        assert errors["id"] == ("This field is set by Crossdock", "leave it out")
        assert errors["code"] == ("This field is required.", "Send this field.")
        assert codes(ours) == []

    def test_nested_errors_name_their_path(self, caller):
        assert set(
            self.errors(caller.post("/t/markets/", {"code": "A", "name": "A", "tags": ["ok", "toolong"]}))
        ) == {"tags.1"}

    def test_fractions_are_exact(self, caller):
        answer = caller.post(
            "/t/markets/", b'{"code":"A","name":"A","weight":10.005,"extra":{"x":1.5,"n":[2]}}'
        )
        assert answer.json()["weight"] == "10.005"
        assert answer.json()["extra"] == {"x": 1.5, "n": [2]}

    @pytest.mark.parametrize(
        ("raw", "told"),
        [
            (b'{"code":"A","code":"B"}', "'code' occurs twice"),
            (b'{"a":{"b":1,"b":2}}', "'b' occurs twice"),
            (b'{"code":NaN}', "NaN is not a JSON number"),
            (b'{"code":-Infinity}', "Infinity is not a JSON number"),
            (b'{"code":\n "A",}', "line 2, column"),
            (b'{"code":"\xff"}', "not UTF-8 at byte 9"),
            (b'{"code":1e400}', "out of range"),
            (b'{"code":' + b"9" * 5000 + b"}", "out of range"),
            (b'{"code":1.' + b"9" * 5000 + b"}", "out of range"),
            (b"[" * 40 + b"]" * 40, "at most 32 levels"),
            (b"[" * 200_000, "at most 32 levels"),
            (b'{"code":"\\u0000"}', "NUL"),
            (b'{"\\ud800":1}', "surrogate"),
            (json.dumps({"tags": ["a"] * 1001}).encode(), "1001 items"),
            # Looking for the one that is there twice takes the square of their number.
            (b'{"a":1,%s"a":1}' % b"".join(b'"%d":1,' % number for number in range(1000)), "1002 names"),
        ],
    )
    def test_a_body_that_is_not_plain_json_is_refused_with_the_place(self, caller, raw, told):
        answer = caller.post("/t/markets/", raw)
        assert answer.status_code == 400
        assert told in answer.json()["detail"]

    def test_32_levels_and_1000_items_are_fine(self, caller):
        deep = b'{"code":"A","name":"A","extra":' + b"[" * 31 + b"]" * 31 + b"}"
        assert caller.post("/t/markets/", deep).status_code == 201
        wide = {"code": "B", "name": "B", "extra": ["a"] * 1000}
        assert caller.post("/t/markets/", wide).status_code == 201

    def test_more_than_a_mebibyte_is_refused_unread(self, caller):
        answer = caller.post("/t/markets/", b'{"code":"' + b"x" * 1024 * 1024 + b'"}')
        assert answer.status_code == 413
        assert "send at most 1048576" in answer.json()["detail"]


class TestPages:
    @pytest.fixture(autouse=True)
    def rows(self, ours):
        for number in range(7):
            MarketFactory(tenant=ours, code=f"M{number}")

    def pages(self, caller, url):
        while url:
            page = caller.get(url).json()
            yield [row["code"] for row in page["results"]]
            url = page["next"]

    def test_pages_hold_every_row_once(self, caller):
        assert list(self.pages(caller, "/t/markets/?limit=3")) == [
            ["M6", "M5", "M4"],
            ["M3", "M2", "M1"],
            ["M0"],
        ]

    def test_new_rows_neither_repeat_nor_hide_others(self, caller, ours):
        pages = self.pages(caller, "/t/markets/?limit=3")
        seen = next(pages)
        MarketFactory(tenant=ours, code="NEW")
        assert seen + [code for page in pages for code in page] == [f"M{n}" for n in range(6, -1, -1)]

    @pytest.mark.parametrize("limit", ["0", "201", "-1", "ten", "1e2", "²", ""])
    def test_a_page_size_out_of_range_is_refused(self, caller, limit):
        answer = caller.get(f"/t/markets/?limit={limit}")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "limit")

    @pytest.mark.parametrize("cursor", ["nonsense", "cD1hYmM=", "cD0yMDI2LTAxLTAx"])
    def test_a_cursor_that_we_did_not_make_is_refused(self, caller, cursor):
        answer = caller.get(f"/t/markets/?cursor={cursor}")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "cursor")


def test_of_many_unknown_names_some_are_told(caller):
    answer = caller.post("/t/markets/", {f"cod{number}": "x" for number in range(1000)})
    assert answer.status_code == 400
    assert len(answer.json()["errors"]) < 50


def test_the_authentication_is_described(caller):
    schema = caller.get("/api/schema/?format=json").json()
    assert schema["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"

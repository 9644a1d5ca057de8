import json

import pytest
from rest_framework.test import APIClient

from tenants.models import ApiKey
from tenants.scoping import tenant_scope
from tests.factories.workflows import make_shop


class Api(APIClient):
    """A caller with a key of one tenant; paths are those below /api/v1/."""

    def __init__(self, tenant, *scopes, **options):
        super().__init__(**options)
        with tenant_scope(tenant):
            _, plain = ApiKey.issue(tenant, "shop", scopes or ["*"])
        self.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")

    def read(self, path, **query):
        return self.get(f"/api/v1/{path}", query)

    def send(self, path, body, **headers):
        """`body` may be text, which is sent as it is."""
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.post(f"/api/v1/{path}", data, content_type="application/json", headers=headers)


@pytest.fixture
def shop(db):
    return make_shop()


@pytest.fixture
def api(shop):
    return Api(shop.tenant)


@pytest.fixture
def stranger(db):
    """A caller of another tenant, which has the same codes."""
    return Api(make_shop().tenant)


def fields(answer) -> dict[str, str]:
    """What a problem document says about each field."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    return {error["field"]: f"{error['message']}; {error['cure']}" for error in answer.json()["errors"]}

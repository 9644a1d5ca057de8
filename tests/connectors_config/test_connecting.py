"""Connect, from the page in the admin to the vendor's consent page and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors import connecting, consent_care
from connectors.checklist import findings
from connectors.connecting import redirect_uri
from connectors.consents import Standing, consent_of
from connectors.documents import KIND, connector_document
from connectors.models import Connector, ConsentRequest, OAuthToken
from connectors.ports import OrmTokens
from connectors.publishing import publish
from connectors.sandbox import Sandbox, start
from connectors.sandbox.core.vendor import Course
from connectors.sandbox.core.wire import Request
from eventlog.models import Event, EventPayload
from tenants.models import Membership, Role
from tenants.scoping import tenant_scope
from tests.connectors_config.editor import LIST
from tests.factories.connectors import make_connector
from tests.factories.tenants import MembershipFactory, TenantFactory

CALLBACK = "/oauth/callback/"


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Sandbox]:
    with start() as running:
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1:{running.port}"]
        settings.CROSSDOCK_SANDBOX_URL = running.url
        yield running


@pytest.fixture
def fortnox(tenant: Any, sandbox: Sandbox) -> Connector:
    return make_connector(
        tenant,
        "fortnox",
        display_name="Books",
        is_test=True,
        client_app_id="fortnox-demo",
        client_app_secret="fortnox-secret-0123456789",
        tenant_url=f"{sandbox.url}/fortnox",
    )


def page_of(connector: Connector) -> str:
    return reverse("admin:connectors_connector_connect_page", args=[connector.pk])


def sent_to(client: Client, connector: Connector) -> str:
    """Where Connect sends the person."""
    answer = client.post(page_of(connector), {"connect": "1"})
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def answered(sandbox: Sandbox, address: str, answer: str = "yes") -> dict[str, str]:
    """What the person comes back with from the vendor's page."""
    place = urlsplit(address)
    query = {**dict(parse_qsl(place.query)), "answer": answer}
    path = place.path.removeprefix("/fortnox")
    back = sandbox.vendor("fortnox").serve(Request("GET", path, query, {}), Course())
    location = urlsplit(back.headers["Location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == redirect_uri()
    return dict(parse_qsl(location.query))


def connected(client: Client, sandbox: Sandbox, connector: Connector) -> Any:
    return client.get(CALLBACK, answered(sandbox, sent_to(client, connector)), follow=True)


def person_of(connector: Connector) -> Any:
    return Membership.objects.get(tenant=connector.tenant).user


def fresh(connector: Connector) -> Connector:
    return Connector.objects.get(pk=connector.pk)


def test_a_person_connects_and_sees_by_whom_and_until_when(
    staff: Any, sandbox: Sandbox, fortnox: Connector
) -> None:
    client = staff()
    assert "Not connected" in client.get(page_of(fortnox)).content.decode()
    address = sent_to(client, fortnox)
    asked = dict(parse_qsl(urlsplit(address).query))
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert (asked["redirect_uri"], asked["access_type"]) == (redirect_uri(), "offline")

    shown = client.get(CALLBACK, answered(sandbox, address), follow=True).content.decode()

    row = OAuthToken.objects.get(connector=fortnox)
    assert "Connected to Nordic Outdoor AB (1204867)." in shown
    assert f"by {row.connected_by}" in shown
    assert f"{row.ends_at:%-d %B %Y}" in shown
    assert "fx-" not in row.sealed
    assert not ConsentRequest.objects.exists()
    logged = str(list(Event.objects.values())) + str(list(EventPayload.objects.values()))
    for secret in ("fx-code", "fx-access", "fx-refresh", asked["state"], "fortnox-secret"):
        assert secret not in logged, secret
        assert secret not in shown
    assert Event.objects.filter(message="Books is connected", actor=row.connected_by).exists()


def test_an_answer_is_good_once_and_only_for_who_asked(
    staff: Any, sandbox: Sandbox, fortnox: Connector
) -> None:
    client, other = staff(), staff()
    query = answered(sandbox, sent_to(client, fortnox))
    assert other.get(CALLBACK, query).status_code == 400
    assert client.get(CALLBACK, {**query, "state": "forged"}).status_code == 400
    assert not OAuthToken.objects.filter(connected_at__isnull=False).exists()
    assert client.get(CALLBACK, query).status_code == 302
    again = client.get(CALLBACK, query)
    assert again.status_code == 400
    assert "used before" in again.content.decode()
    assert Client().get(CALLBACK, query).status_code == 302, "who is not logged in is asked to"


def test_another_session_of_the_same_person_cannot_finish_it(
    staff: Any, sandbox: Sandbox, fortnox: Connector
) -> None:
    client = staff()
    query = answered(sandbox, sent_to(client, fortnox))
    elsewhere = Client()
    elsewhere.force_login(person_of(fortnox))
    assert elsewhere.get(CALLBACK, query).status_code == 400


def test_a_flow_is_finished_in_its_own_tenant_only(staff: Any, sandbox: Sandbox, fortnox: Connector) -> None:
    client = staff()
    query = answered(sandbox, sent_to(client, fortnox))
    user = person_of(fortnox)
    other = TenantFactory()
    with tenant_scope(other):
        MembershipFactory(tenant=other, user=user, role=Role.TENANT_ADMIN)
    session = client.session
    session["tenant"] = other.pk
    session.save()
    refused = client.get(CALLBACK, query)
    assert refused.status_code == 400
    assert "was begun in the tenant" in refused.content.decode()
    session["tenant"] = fortnox.tenant.pk
    session.save()
    assert client.get(CALLBACK, query).status_code == 302


def test_an_answer_that_comes_too_late_is_refused(staff: Any, sandbox: Sandbox, fortnox: Connector) -> None:
    client = staff()
    query = answered(sandbox, sent_to(client, fortnox))
    ConsentRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(CALLBACK, query).status_code == 400


def test_who_may_only_edit_may_not_connect(staff: Any, fortnox: Connector) -> None:
    assert staff(Role.VIEWER).post(page_of(fortnox), {"connect": "1"}).status_code == 403


def test_the_vendors_refusal_is_shown(staff: Any, sandbox: Sandbox, fortnox: Connector) -> None:
    client = staff()
    query = answered(sandbox, sent_to(client, fortnox), "no")
    shown = client.get(CALLBACK, query, follow=True).content.decode()
    assert "Not connected. Access was refused at the vendor: The resource owner denied the request" in shown
    query = answered(sandbox, sent_to(client, fortnox))
    shown = client.get(CALLBACK, {**query, "code": "another"}, follow=True).content.decode()
    assert "Not connected. The login was refused (invalid_grant)" in shown


def test_a_draft_that_is_not_complete_is_not_connected(staff: Any, tenant: Any) -> None:
    connector = make_connector(tenant, "fortnox", client_app_id="fortnox-demo")
    client = staff()
    assert "First complete the draft" in client.get(page_of(connector)).content.decode()
    shown = client.post(page_of(connector), {"connect": "1"}, follow=True).content.decode()
    assert "Client App Secret: is missing" in shown


def test_publishing_warns_until_it_is_connected(staff: Any, sandbox: Sandbox, fortnox: Connector) -> None:
    def codes() -> set[str]:
        row = fresh(fortnox)
        return {finding.code for finding in findings(KIND, row, connector_document(row))}

    assert {"not_connected", "untested"} <= codes()
    connected(staff(), sandbox, fortnox)
    assert not {"not_connected", "untested"} & codes()
    fortnox.authentication.client_app_id = "another-app"
    fortnox.authentication.save()
    assert "not_connected" in codes()


def test_disconnecting_takes_the_consent_back(staff: Any, sandbox: Sandbox, fortnox: Connector) -> None:
    client = staff()
    connected(client, sandbox, fortnox)
    assert "Disconnected" in client.post(page_of(fortnox), {"disconnect": "1"}, follow=True).content.decode()
    assert sandbox.vendor("fortnox").logins.refresh == {}  # type: ignore[attr-defined]
    assert OrmTokens().get(fortnox.pk) is None
    assert consent_of(fresh(fortnox)).standing is Standing.MISSING


def test_a_login_that_ends_is_warned_of_where_people_look(
    staff: Any, sandbox: Sandbox, fortnox: Connector
) -> None:
    client = staff()
    connected(client, sandbox, fortnox)
    publish(fortnox)
    soon = timezone.now() + timedelta(days=3)
    OAuthToken.objects.update(ends_at=soon, warn_at=timezone.now() - timedelta(days=1))
    assert f"connected, ends {soon:%Y-%m-%d}" in client.get(LIST).content.decode()
    assert "connector has to be connected again, now or soon" in client.get("/admin/").content.decode()
    assert "Books" in client.get(f"{LIST}?login=again").content.decode()

    sandbox.control("POST", "fortnox/consents/withdraw")
    OAuthToken.objects.update(warned_at=None)
    assert consent_care.is_due()
    assert consent_care.look_after_due() == 1
    assert consent_of(fresh(fortnox)).standing is Standing.REFUSED
    assert Event.objects.filter(message__contains="has to be connected again", outcome="error").count() == 1
    assert not consent_care.is_due()
    assert "Connect again" in client.get(page_of(fortnox)).content.decode()


def test_a_login_that_is_rarely_used_is_renewed_in_time(
    staff: Any, sandbox: Sandbox, fortnox: Connector
) -> None:
    connected(staff(), sandbox, fortnox)
    publish(fortnox)
    before = OrmTokens().get(fortnox.pk)
    OAuthToken.objects.update(warn_at=timezone.now() - timedelta(days=1))
    assert consent_care.look_after_due() == 1
    assert OrmTokens().get(fortnox.pk) != before
    assert consent_of(fresh(fortnox)).standing is Standing.CONNECTED
    assert not Event.objects.filter(message__startswith="The login of").exists()


def test_another_company_than_before_is_told(staff: Any, sandbox: Sandbox, fortnox: Connector) -> None:
    client = staff()
    connected(client, sandbox, fortnox)
    sandbox.vendor("fortnox").company("fortnox-demo").name = "Another AB"  # type: ignore[attr-defined]
    shown = connected(client, sandbox, fortnox).content.decode()
    assert "It was connected to Nordic Outdoor AB (1204867) before" in shown


def test_it_takes_no_consent_where_a_company_is_named(tenant: Any, fortnox: Connector) -> None:
    fortnox.authentication.oauth_tenant = "1204867"
    fortnox.authentication.save()
    assert consent_of(fresh(fortnox)).standing is Standing.NOT_NEEDED
    with pytest.raises(connecting.Misconfigured, match="logs in by itself"):
        connecting.ready(fresh(fortnox))

import base64
import contextlib
import hashlib
import hmac
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors import inbox, webhooks
from connectors.contracts.base import Inbound
from connectors.errors import BadSignature
from connectors.models import Connector, InboundWebhook, Publication
from connectors.publishing import publish, retire
from connectors.signing import HmacSha256, StandardWebhook, StripeSignature
from connectors.webhook_retention import prune_bodies
from eventlog.models import Event
from tenants.models import Role, Secret
from tenants.scoping import platform_scope, tenant_scope
from tenants.secret_value import SecretValue
from tests.connectors_config.acme import Acme
from tests.connectors_config.conftest import TOKEN
from tests.factories.connectors import publish_connector
from tests.factories.tenants import TenantFactory

KEY = "whk_0123456789abcdef"
EVENT = {"id": "evt_1", "type": "payment.captured", "payment": "pay_1"}


@pytest.fixture
def config(tenant):
    return publish_connector(tenant, "acme", bearer_token=TOKEN, properties={"WebhookKey": KEY})


@pytest.fixture
def handled(monkeypatch):
    """What the registered handler got; set handled.fail to make it raise."""
    monkeypatch.setattr(inbox, "_handlers", [])
    seen = _Seen()
    webhooks.register_handler(Acme, seen)
    return seen


class _Seen(list):
    fail = None

    def __call__(self, connector, event):
        self.append((connector.id, event.id))
        if self.fail:
            raise self.fail


def body(*events) -> bytes:
    return json.dumps({"events": events or [EVENT]}).encode()


def send(config, raw=None, key=KEY, signature=None, client=None, **extra):
    raw = body() if raw is None else raw
    signature = signature or hmac.new(key.encode(), raw, hashlib.sha256).hexdigest()
    path = config.public_url.removeprefix("http://testserver")
    return (client or Client()).post(
        path, raw, content_type="application/json", headers={"X-Acme-Signature": signature, **extra}
    )


def stored():
    return InboundWebhook.objects.get()


def rotate(tenant, config, key):
    connector = Connector.objects.get(pk=config.id)
    row = connector.properties.get(key="WebhookKey")
    row.secret = Secret.store(tenant, key, "Webhook key")
    row.save()
    publish(connector)


def test_a_verified_event_is_stored_and_handled_later(config, handled, tenant):
    assert send(config, Cookie="session=1").status_code == 200
    row = stored()
    assert (row.event_id, row.event_type, row.state) == ("evt_1", "payment.captured", "received")
    assert bytes(row.body) == body()
    assert row.headers["content-type"] == "application/json"
    assert "cookie" not in row.headers
    assert "x-acme-signature" not in row.headers
    assert handled == []

    assert inbox.work_off_due() == 1
    assert handled == [(config.id, "evt_1")]
    assert (stored().state, stored().attempts) == ("done", 1)
    assert inbox.work_off_due() == 0
    assert Event.objects.get(operation="webhook").message == "Webhook payment.captured received"


def test_a_repetition_is_counted_and_not_handled_again(config, handled):
    for _ in range(3):
        assert send(config).status_code == 200
    assert stored().duplicates == 2
    inbox.work_off_due()
    send(config)
    inbox.work_off_due()
    assert len(handled) == 1


def test_several_events_of_one_post_are_rows_of_their_own(config, handled):
    send(config, body(EVENT, {"id": "evt_2", "type": "payment.refunded"}))
    inbox.work_off_due()
    assert handled == [(config.id, "evt_1"), (config.id, "evt_2")]


@pytest.mark.thorough
def test_every_flipped_byte_is_refused(config, handled):
    raw = body()
    good = hmac.new(KEY.encode(), raw, hashlib.sha256).hexdigest()
    for position in range(len(raw)):
        broken = bytearray(raw)
        broken[position] ^= 1
        assert send(config, bytes(broken), signature=good).status_code == 401
    for position in range(len(good)):
        letter = "0" if good[position] != "0" else "1"
        forged = good[:position] + letter + good[position + 1 :]
        assert send(config, raw, signature=forged).status_code == 401
    assert not InboundWebhook.objects.exists()


def test_json_written_anew_is_refused(config, handled):
    raw = body()
    good = hmac.new(KEY.encode(), raw, hashlib.sha256).hexdigest()
    again = json.dumps(json.loads(raw), separators=(",", ":")).encode()
    assert send(config, again, signature=good).status_code == 401


def test_bad_signatures_are_logged_once_a_minute(config, handled, caplog, monkeypatch):
    monkeypatch.setattr(webhooks, "_logged", {})
    for _ in range(20):
        send(config, signature="0" * 64)
    assert len([line for line in caplog.messages if "refused" in line]) == 1
    assert "payment.captured" not in caplog.text


def test_an_unknown_address_tells_nothing(db, handled):
    assert Client().post("/webhooks/unknown/", b"{}", content_type="application/json").status_code == 404


def test_an_address_that_is_not_published_yet_tells_nothing(tenant, handled):
    from tests.factories.connectors import make_connector

    draft = make_connector(tenant, "acme", bearer_token=TOKEN, properties={"WebhookKey": KEY})
    assert (
        Client().post(f"/webhooks/{draft.webhook_token}/", b"{}", content_type="application/json").status_code
        == 404
    )


def test_only_posts_are_taken(config):
    assert Client().get(config.public_url.removeprefix("http://testserver")).status_code == 405


@pytest.mark.parametrize(("size", "status"), [(1024 * 1024, 200), (1024 * 1024 + 1, 413)])
def test_bodies_end_at_one_mebibyte(config, handled, size, status):
    raw = body()
    assert send(config, raw + b" " * (size - len(raw))).status_code == status


def test_without_a_signing_secret_nothing_is_believed(tenant, handled):
    config = publish_connector(tenant, "acme", bearer_token=TOKEN)
    assert send(config, key="").status_code == 401


def test_the_former_secret_is_good_for_a_day(config, tenant, handled):
    rotate(tenant, config, "whk_second_0123456789")
    assert send(config).status_code == 200
    assert send(config, body({**EVENT, "id": "evt_2"}), key="whk_second_0123456789").status_code == 200
    with connection.cursor() as cursor:
        day_ago = timezone.now() - timedelta(hours=25)
        field = Publication._meta.get_field("published_at")
        cursor.execute(
            "UPDATE connectors_publication SET published_at = %s",
            [field.get_db_prep_value(day_ago, connection)],
        )
    assert send(config, body({**EVENT, "id": "evt_3"})).status_code == 401
    assert send(config, body({**EVENT, "id": "evt_4"}), key="whk_second_0123456789").status_code == 200


def test_a_secret_that_is_only_in_the_draft_is_not_accepted(config, tenant, handled):
    row = Connector.objects.get(pk=config.id).properties.get(key="WebhookKey")
    row.secret = Secret.store(tenant, "whk_draft_0123456789", "Webhook key")
    row.save()
    assert send(config, key="whk_draft_0123456789").status_code == 401


def test_a_retired_connector_still_hears_of_what_it_began(config, handled):
    retire(Connector.objects.get(pk=config.id))
    assert send(config).status_code == 200


def test_a_connector_that_cannot_be_opened_asks_to_send_again(config, handled, tenant):
    secret = Connector.objects.get(pk=config.id).authentication.bearer_token
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tenants_secret SET ciphertext = %s WHERE label = %s",
            ["v1:gone:" + "A" * 64, secret.label],
        )
    answer = send(config)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")


def test_a_verified_body_that_cannot_be_read_is_kept_for_staff(config, handled):
    assert send(config, b"<xml/>").status_code == 200
    row = stored()
    assert row.state == "failed"
    assert row.event_id.startswith("unreadable:")
    assert Event.objects.filter(category="Error", operation="webhook").exists()
    assert send(config, b"<xml/>").status_code == 200
    assert stored().duplicates == 1


def test_a_handler_that_fails_is_tried_again_later_and_given_up_in_the_end(config, handled, caplog):
    send(config)
    handled.fail = ValueError("order is locked")
    assert inbox.work_off_due() == 1
    row = stored()
    assert (row.state, row.attempts, row.error) == ("received", 1, "ValueError: order is locked")
    assert row.next_try_at > timezone.now()
    assert inbox.work_off_due() == 0, "not due yet"

    for _ in range(inbox.TRIES - 1):
        InboundWebhook.objects.update(next_try_at=timezone.now())
        inbox.work_off_due()
    assert (stored().state, stored().attempts) == ("failed", inbox.TRIES)
    assert "given up after 31 tries" in Event.objects.get(category="Error").message


class _Killed(BaseException):
    """What no handler can catch, as a worker that is killed."""


def test_an_event_whose_worker_died_is_taken_up_again_within_minutes(config, handled):
    send(config)
    handled.fail = _Killed()
    with pytest.raises(_Killed):
        inbox.work_off_due()
    assert stored().state == "received"
    assert stored().next_try_at - timezone.now() < timedelta(minutes=3)
    handled.fail = None
    InboundWebhook.objects.update(next_try_at=timezone.now())
    assert inbox.work_off_due() == 1
    assert stored().state == "done"


def test_an_event_that_kills_its_worker_each_time_is_given_up(config, handled):
    send(config)
    handled.fail = _Killed()
    for _ in range(inbox.MOST_DEATHS):
        InboundWebhook.objects.update(next_try_at=timezone.now())
        with pytest.raises(_Killed):
            inbox.work_off_due()
    InboundWebhook.objects.update(next_try_at=timezone.now())
    assert inbox.work_off_due() == 1
    assert (stored().state, len(handled)) == ("failed", inbox.MOST_DEATHS)
    assert "given up after 4 tries" in Event.objects.get(category="Error").message


def test_what_names_something_unknown_is_tried_for_a_day():
    waits = [min(inbox.FIRST_WAIT * 2**number, inbox.LONGEST_WAIT) for number in range(inbox.TRIES - 1)]
    assert timedelta(hours=24) <= timedelta(seconds=sum(waits)) < timedelta(hours=25)


def test_one_tenant_s_flood_holds_up_no_other(tenant, config, handled):
    for number in range(9):
        send(config, body({**EVENT, "id": f"flood_{number}"}))
    other = TenantFactory()
    with tenant_scope(other):
        theirs = publish_connector(other, "acme", bearer_token=TOKEN, properties={"WebhookKey": KEY})
        send(theirs)
    inbox.work_off_due(limit=4)
    assert [connector for connector, _ in handled].index(theirs.id) < 2
    assert len(handled) == 10


def test_what_another_worker_has_handled_meanwhile_is_not_handled_again(config, handled, monkeypatch):
    def slow(row):
        InboundWebhook.objects.filter(pk=row.pk).update(state="done")
        return believed(row)

    believed = inbox._believed
    monkeypatch.setattr(inbox, "_believed", slow)
    send(config)
    inbox.work_off_due()
    assert handled == []


def test_what_a_failed_handler_wrote_is_undone(config, handled, tenant, monkeypatch):
    def writes_and_fails(connector, event):
        TenantFactory(slug="half-done")
        raise ValueError("no")

    webhooks.register_handler(Acme, writes_and_fails)
    send(config)
    inbox.work_off_due()
    from tenants.models import Tenant

    assert not Tenant.objects.filter(slug="half-done").exists()


def test_after_a_failure_the_next_try_can_succeed(config, handled):
    send(config)
    handled.fail = ValueError("not yet")
    inbox.work_off_due()
    handled.fail = None
    InboundWebhook.objects.update(next_try_at=timezone.now())
    inbox.work_off_due()
    assert (stored().state, stored().error) == ("done", "")


def test_handlers_of_other_contracts_are_not_asked(config, monkeypatch):
    from connectors.contracts.shipping import CarrierProvider

    monkeypatch.setattr(inbox, "_handlers", [])
    seen = _Seen()
    webhooks.register_handler(CarrierProvider, seen)
    send(config)
    inbox.work_off_due()
    assert seen == []
    assert stored().state == "done"


def test_two_accounts_of_one_provider_never_share_a_secret(config, tenant, handled):
    other = publish_connector(
        tenant, "acme", bearer_token=TOKEN, properties={"WebhookKey": "whk_other_0123456789"}
    )
    assert send(other).status_code == 401
    assert send(other, key="whk_other_0123456789").status_code == 200


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_the_same_event_a_hundred_times_from_twenty_threads(handled):
    tenant = TenantFactory()
    with tenant_scope(tenant):
        config = publish_connector(tenant, "acme", bearer_token=TOKEN, properties={"WebhookKey": KEY})

    def post(_):
        try:
            return send(config, client=Client()).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(post, range(100))) == {200}

    def work(_):
        try:
            return inbox.work_off_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(work, range(5))) == 1
    assert len(handled) == 1
    with platform_scope("test"):
        assert InboundWebhook.objects.get().state == "done"


class TestPage:
    """The admin's page of what was received."""

    @pytest.fixture
    def page(self, config, handled):
        send(config, body({**EVENT, "email": "kari@buyer.example", "token": "tok_0123456789"}))
        return reverse("admin:connectors_inboundwebhook_change", args=[stored().pk])

    def test_the_body_is_shown_redacted_to_those_who_may_see_people(self, page, staff, config):
        text = staff().get(page).content.decode()
        assert "kari@buyer.example" in text
        assert "tok_0123456789" not in text
        assert config.public_url.rsplit("/", 2)[1] not in text
        assert "kari@buyer.example" not in staff(Role.VIEWER).get(page).content.decode()

    def test_one_that_was_given_up_is_worked_off_again(self, page, staff, handled):
        InboundWebhook.objects.update(state="failed", attempts=inbox.TRIES, error="ValueError: no")
        sent = {"action": "again", "_selected_action": [stored().pk]}
        staff().post(reverse("admin:connectors_inboundwebhook_changelist"), sent)
        inbox.work_off_due()
        assert (stored().state, stored().attempts, len(handled)) == ("done", 1, 1)

    def test_what_can_not_be_read_or_is_gone_is_not(self, page, staff, handled):
        InboundWebhook.objects.update(state="failed", body_pruned_at=timezone.now())
        assert inbox.try_again(InboundWebhook.objects.all()) == 0


def test_bodies_are_forgotten_and_ids_are_not(config, handled):
    send(config)
    send(config, body({**EVENT, "id": "evt_2"}))
    inbox.work_off_due()
    old = InboundWebhook.objects.filter(event_id="evt_1")
    old.update(received_at=timezone.now() - timedelta(days=36))
    assert prune_bodies(35, time.monotonic() + 10) == 1
    assert (bytes(old.get().body), old.get().headers) == (b"", {})
    assert bytes(InboundWebhook.objects.get(event_id="evt_2").body) != b""
    send(config)
    assert old.get().duplicates == 1
    assert inbox.work_off_due() == 0


@pytest.mark.thorough
def test_of_a_hundred_thousand_forgeries_none_is_believed():
    """One byte of the body or of the signature is another, for each scheme in turn."""
    secret, key = SecretValue("whsec_" + base64.b64encode(b"k" * 32).decode()), random.Random(7)
    schemes = [
        HmacSha256(header="X-Signature", key="k"),
        HmacSha256(header="X-Signature", key="k", encoding="base64"),
        StripeSignature(key="k"),
        StandardWebhook(key="k"),
    ]
    raw, now, believed = body(), 1_777_000_000.0, 0
    for number in range(100_000):
        scheme = schemes[number % 4]
        headers = scheme.sign(raw, [secret], now=now, message_id="msg_1")
        name = key.choice([None, *headers])
        forged, signed = bytearray(raw), {item.lower(): value for item, value in headers.items()}
        if name is None:
            forged[key.randrange(len(raw))] ^= 1 << key.randrange(8)
        else:
            text = bytearray(signed[name.lower()].encode())
            text[key.randrange(len(text))] ^= 1 << key.randrange(7)
            signed[name.lower()] = text.decode("latin-1")
        if bytes(forged) == raw and _same(signed, headers):
            continue
        told = Inbound(method="POST", url="", headers=signed, body=bytes(forged), received_at=now)
        with contextlib.suppress(BadSignature):
            scheme.verify(told, [secret], now)
            believed += 1
    assert believed == 0


def _same(signed, headers):
    """Hex is read in either case."""
    return all(signed[name.lower()].lower() == value.lower() for name, value in headers.items())

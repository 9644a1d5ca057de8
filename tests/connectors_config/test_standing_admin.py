"""Whether calls are held back is seen on the connector, and staff let them through again."""

from datetime import timedelta

from django.utils import timezone

from connectors.models import ConnectorStanding, ConnectorTraffic
from eventlog.models import Event
from tenants.models import Role
from tests.connectors_config.editor import LIST, page


def in_trouble(connector, **columns):
    return ConnectorStanding.objects.create(connector=connector, generation=4, **columns)


def shown(client, connector) -> str:
    return client.get(page(connector)).content.decode()


def test_a_connector_tells_how_its_vendor_stands(staff, connector):
    client, now = staff(), timezone.now()
    assert "Calls go out as usual." in shown(client, connector)
    row = in_trouble(connector, paused_until=now + timedelta(minutes=3))
    assert f"Waiting for quota until {now + timedelta(minutes=3):%H:%M:%S} UTC." in shown(client, connector)
    row.opened_at, row.open_until = now - timedelta(minutes=2), now + timedelta(seconds=40)
    row.save()
    counts = {"asked": 70, "firsts": 60, "retries": 6, "ended": 66, "failures": 33}
    ConnectorTraffic.objects.create(
        connector=connector, process="0b5e2a54-6c3f-5d0e-9a51-1f2e3d4c5b6a", at=now, **counts
    )
    text = shown(client, connector)
    assert f"Held back since {row.opened_at:%H:%M:%S} UTC" in text
    assert f"next probe at {row.open_until:%H:%M:%S} UTC" in text
    assert "In the last minute: 60 calls, 6 repeated, 33 failed." in text


def test_letting_calls_through_asks_first(staff, connector):
    now = timezone.now()
    in_trouble(connector, opened_at=now, open_until=now + timedelta(minutes=5), openings=3)
    client, address = staff(), f"{LIST}{connector.pk}/let-through/"
    assert 'data-standing="open"' in client.get(address).content.decode()
    assert ConnectorStanding.objects.get().open_until is not None
    client.post(address)
    row = ConnectorStanding.objects.get()
    assert (row.open_until, row.paused_until, row.openings, row.generation) == (None, None, 0, 5)
    assert "by hand" in Event.objects.latest("pk").message


def test_who_may_only_look_lets_nothing_through(staff, connector):
    in_trouble(connector, open_until=timezone.now() + timedelta(minutes=5))
    assert staff(Role.VIEWER).post(f"{LIST}{connector.pk}/let-through/").status_code == 403
    assert ConnectorStanding.objects.get().open_until is not None

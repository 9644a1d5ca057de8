import io
import logging
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from tenants.models import Secret, SecretIsFinal
from tenants.scoping import ScopeError, platform_scope, tenant_scope
from tenants.vault import VaultError
from tests.factories.tenants import UserFactory

PLAIN = "sk_test_canary_8c1d4f2a"
OLD = ("old", b"o" * 32)
NEW = ("new", b"n" * 32)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ring(settings):
    settings.CROSSDOCK_ENCRYPTION_KEYS = [OLD]
    return settings


def stored(secret):
    with platform_scope("a test"):
        return Secret.objects.get(pk=secret.pk)


def test_a_stored_secret_is_revealed_again(ours):
    secret = stored(Secret.store(ours, PLAIN, "API token"))
    assert secret.reveal().reveal() == PLAIN
    assert secret.tenant == ours


def test_the_database_never_holds_it(ours):
    Secret.store(ours, PLAIN, "API token")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tenants_secret")
        row = str(cursor.fetchall())
    assert "old" in row
    assert not any(PLAIN[i : i + 8] in row for i in range(len(PLAIN) - 7))


def test_a_ciphertext_moved_to_another_tenant_or_row_does_not_open(ours, theirs):
    mine, other, foreign = (Secret.store(t, PLAIN, "x") for t in (ours, ours, theirs))
    for thief in (other, foreign):
        Secret._base_manager.filter(pk=thief.pk).update(ciphertext=mine.ciphertext)
        with pytest.raises(VaultError, match="moved from another row"):
            stored(thief).reveal()


@time_machine.travel(datetime(2026, 5, 3, 12, tzinfo=UTC), tick=False)
def test_staff_see_that_it_is_set_and_by_whom(ours):
    anna = UserFactory(username="anna")
    assert stored(Secret.store(ours, PLAIN, "x", anna)).describe() == "set, ends …4f2a, since 3 May by anna"
    assert stored(Secret.store(ours, "short", "x")).describe() == "set, since 3 May"
    with time_machine.travel(datetime(2027, 1, 1, tzinfo=UTC)):
        assert stored(Secret.store(ours, "short", "x")).describe() == "set, since 1 Jan"


def test_last_years_secret_shows_its_year(ours):
    with time_machine.travel(datetime(2025, 5, 3, tzinfo=UTC)):
        secret = Secret.store(ours, "short", "x")
    with time_machine.travel(datetime(2026, 5, 3, tzinfo=UTC)):
        assert secret.describe() == "set, since 3 May 2025"


def test_it_is_neither_changed_nor_deleted(ours):
    secret = Secret.store(ours, PLAIN, "x")
    with tenant_scope(ours):
        for change in (
            secret.save,
            secret.delete,
            Secret.objects.all().delete,
            Secret.objects.filter().delete,
        ):
            with pytest.raises(SecretIsFinal):
                change()
        with pytest.raises(SecretIsFinal):
            Secret.objects.update(label="y")
    assert stored(secret).label == "x"


def test_other_tenants_secrets_do_not_exist(ours, theirs):
    secret = Secret.store(theirs, PLAIN, "x")
    with tenant_scope(ours):
        assert not Secret.objects.filter(pk=secret.pk).exists()
    with pytest.raises(ScopeError):
        Secret.objects.get(pk=secret.pk)


def rotate(**options):
    out, err = io.StringIO(), io.StringIO()
    call_command("rotate_keys", stdout=out, stderr=err, **options)
    return out.getvalue()


def test_rotation_seals_every_secret_with_the_newest_key(ours, theirs, ring):
    secrets = [Secret.store(tenant, f"{PLAIN}{n}", "x") for tenant in (ours, theirs) for n in range(5)]
    ring.CROSSDOCK_ENCRYPTION_KEYS = [NEW, OLD]
    current = Secret.store(ours, PLAIN, "already new")
    assert "tenants.Secret.ciphertext: 10 sealed anew, 1 were current, 0 failed" in rotate(batch=3)
    ring.CROSSDOCK_ENCRYPTION_KEYS = [NEW]
    for number, secret in enumerate(secrets):
        assert stored(secret).reveal().reveal() == f"{PLAIN}{number % 5}"
    assert stored(current).ciphertext == current.ciphertext


def test_rotation_reads_and_writes_by_the_batch(ours, ring, django_assert_max_num_queries):
    for _ in range(40):
        Secret.store(ours, PLAIN, "x")
    ring.CROSSDOCK_ENCRYPTION_KEYS = [NEW, OLD]
    with django_assert_max_num_queries(30):
        rotate()


def test_rotation_goes_on_where_it_stopped(ours, ring, monkeypatch):
    secrets = [Secret.store(ours, PLAIN, "x") for _ in range(6)]
    ring.CROSSDOCK_ENCRYPTION_KEYS = [NEW, OLD]
    Secret._base_manager.filter(pk__in=[s.pk for s in sorted(secrets, key=lambda s: s.pk)[:2]]).update(
        ciphertext="v1:new:pretend"
    )
    assert "4 sealed anew, 2 were current" in rotate(batch=2)
    assert "0 sealed anew, 6 were current" in rotate()


def test_rotation_passes_over_what_it_cannot_open_and_says_so(ours, ring):
    lost = Secret.store(ours, PLAIN, "lost")
    ring.CROSSDOCK_ENCRYPTION_KEYS = [("other", b"p" * 32)]
    fine = Secret.store(ours, PLAIN, "fine")
    ring.CROSSDOCK_ENCRYPTION_KEYS = [NEW, ("other", b"p" * 32)]
    with pytest.raises(CommandError, match="1 could not be opened"):
        rotate(batch=1)
    assert stored(fine).ciphertext.startswith("v1:new:")
    assert stored(lost).ciphertext.startswith("v1:old:")


def test_a_failure_to_open_is_logged_without_the_secret(ours, ring, caplog):
    secret = Secret.store(ours, PLAIN, "x")
    ring.CROSSDOCK_ENCRYPTION_KEYS = [NEW]
    with caplog.at_level(logging.DEBUG):
        try:
            secret.reveal()
        except VaultError:
            logging.getLogger("test").exception("no luck")
    assert "no luck" in caplog.text
    assert PLAIN not in caplog.text

from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from config import checks

POSTGRES = {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 60}
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "CONN_MAX_AGE": 60}


def found() -> set[str | None]:
    return {error.id for error in run_checks(tags=[checks.OURS])}


def test_the_settings_as_they_are_pass() -> None:
    assert run_checks() == []


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("Q_CLUSTER", {**settings.Q_CLUSTER, "retry": 150}, "crossdock.E001"),
        ("CROSSDOCK_PUMP_SLICE", settings.Q_CLUSTER["timeout"] - 30, "crossdock.E002"),
        ("CROSSDOCK_ENCRYPTION_KEYS", [], "crossdock.E005"),
    ],
)
def test_a_dangerous_setting_is_refused(settings: Settings, name: str, value: Any, error: str) -> None:
    setattr(settings, name, value)
    assert found() == {error}


def test_the_worker_must_keep_its_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES, "default", {**POSTGRES, "CONN_MAX_AGE": 0})
    assert found() == {"crossdock.E003"}


def test_sqlite_takes_one_worker_process(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "workers": 2}
    monkeypatch.setitem(settings.DATABASES, "default", POSTGRES)
    assert found() == set()
    monkeypatch.setitem(settings.DATABASES, "default", SQLITE)
    assert found() == {"crossdock.E004"}


def test_production_refuses_what_development_allows(settings: Settings) -> None:
    settings.DEBUG = True
    settings.SECRET_KEY = settings.INSECURE_SECRET_KEY
    settings.CROSSDOCK_SANDBOX_URL = "http://127.0.0.1:8099"
    assert found() == set()
    settings.PRODUCTION = True
    assert found() == {"crossdock.E006", "crossdock.E007", "crossdock.E008"}


def test_a_web_server_does_not_start_with_them(settings: Settings) -> None:
    checks.refuse_dangerous_settings()
    settings.CROSSDOCK_ENCRYPTION_KEYS = []
    with pytest.raises(ImproperlyConfigured, match="CROSSDOCK_ENCRYPTION_KEYS is empty"):
        checks.refuse_dangerous_settings()

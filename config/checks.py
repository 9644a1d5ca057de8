"""Settings that would lose work or open a hole stop the process from starting."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured

QUEUE_MARGIN = 30
OURS = "crossdock"


def refuse_dangerous_settings() -> None:
    """For processes that Django's own commands do not start. Raises ImproperlyConfigured."""
    found = run_checks(tags=[OURS])
    if found:
        raise ImproperlyConfigured("\n".join(str(message) for message in found))


@register(Tags.compatibility, OURS)
def worker_settings(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    return list(_worker_errors(settings.Q_CLUSTER, settings.DATABASES))


def _worker_errors(cluster: dict[str, Any], databases: dict[str, Any]) -> Iterator[Error]:
    if cluster["retry"] <= cluster["timeout"] + QUEUE_MARGIN:
        yield Error(
            "Q_CLUSTER retry must exceed timeout by more than 30 seconds: a task would run twice.",
            hint="Lower CROSSDOCK_PUMP_SLICE: the timeout follows it.",
            id="crossdock.E001",
        )
    if settings.CROSSDOCK_PUMP_SLICE >= cluster["timeout"] - QUEUE_MARGIN:
        yield Error(
            "CROSSDOCK_PUMP_SLICE must end well before Q_CLUSTER's timeout: answers of calls would be lost.",
            hint=f"Set it below {cluster['timeout'] - QUEUE_MARGIN} seconds.",
            id="crossdock.E002",
        )
    alias = cluster.get("orm")
    if alias and databases[alias].get("CONN_MAX_AGE") == 0:
        yield Error(
            "CONN_MAX_AGE is 0: the worker would open a database connection for each look at its queue.",
            hint="Set CONN_MAX_AGE=60.",
            id="crossdock.E003",
        )
    if cluster["workers"] > 1 and databases["default"]["ENGINE"].endswith("sqlite3"):
        yield Error(
            "SQLite serves one worker process only.",
            hint="Set CROSSDOCK_WORKERS=1, or DATABASE_URL to a PostgreSQL.",
            id="crossdock.E004",
        )


@register(Tags.security, OURS)
def key_settings(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    if settings.CROSSDOCK_ENCRYPTION_KEYS:
        return []
    return [
        Error(
            "CROSSDOCK_ENCRYPTION_KEYS is empty: connectors' credentials cannot be stored.",
            hint="`make install` writes one for development; .env.example says how to make one.",
            id="crossdock.E005",
        )
    ]


@register(Tags.security, OURS)
def production_settings(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    return list(_production_errors()) if settings.PRODUCTION else []


def _production_errors() -> Iterator[Error]:
    if settings.DEBUG:
        yield Error("DJANGO_DEBUG is on in production.", hint="Unset it.", id="crossdock.E006")
    if settings.SECRET_KEY == settings.INSECURE_SECRET_KEY:
        yield Error(
            "SECRET_KEY is not set: anybody could forge sessions and wake-ups.",
            hint="Set SECRET_KEY; for development set CROSSDOCK_ENV=development.",
            id="crossdock.E007",
        )
    if settings.CROSSDOCK_SANDBOX_URL:
        yield Error(
            "CROSSDOCK_SANDBOX_URL is set in production: orders would be answered by a simulator.",
            hint="Unset it.",
            id="crossdock.E008",
        )

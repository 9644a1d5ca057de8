from typing import Any


def is_sqlite(database: dict[str, Any]) -> bool:
    return str(database["ENGINE"]).endswith("sqlite3")


def tuned(database: dict[str, Any], conn_max_age: int, *, prepares: bool) -> dict[str, Any]:
    """With `prepares` PostgreSQL keeps the statements that are asked most often parsed and planned."""
    tuning = _sqlite() if is_sqlite(database) else _postgresql(prepares)
    options = {**tuning.pop("OPTIONS"), **database.get("OPTIONS", {})}
    return {**database, **tuning, "OPTIONS": options, "CONN_MAX_AGE": conn_max_age}


def _sqlite() -> dict[str, Any]:
    return {
        "OPTIONS": {
            # With the write lock taken at BEGIN writers queue; taken later, they fail at once:
            # "database is locked".
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    }


def _postgresql(prepares: bool) -> dict[str, Any]:
    limits = {
        "statement_timeout": 30_000,
        "idle_in_transaction_session_timeout": 60_000,
        "lock_timeout": 5_000,
    }
    return {
        "ENGINE": "tenants.postgresql",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": "crossdock",
            "prepare_threshold": 2 if prepares else None,
            "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        },
    }

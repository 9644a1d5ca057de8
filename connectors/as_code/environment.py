"""Secrets in files: names of environment variables that hold them, never the secrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from connectors.as_code.secret_places import KEEP, Path, StoredSecret, map_secrets
from tenants.secret_value import SecretValue

ENV = "env"
_CURE = "write {env: NAME} and put the secret into that environment variable"

#: The installation's own. Whoever writes a file, and names a host in it, is not who runs the import.
_OWN = frozenset(
    {"SECRET_KEY", "CROSSDOCK_ENCRYPTION_KEYS", "DATABASE_URL", "POSTGRES_PASSWORD", "PGPASSWORD"}
)

Tell = Callable[[Path, str], None]


def open_secrets(
    shape: Any, data: Any, environment: Mapping[str, str], tell: Tell, *, keep_missing: bool = False
) -> Any:
    """A copy of a document as a file has it, with the secrets of the environment in it.

    What is wrong is told with its place; with `keep_missing` a variable that is not set keeps what is stored.
    """

    def opened(path: Path, value: Any) -> Any:
        if value is None:
            return None
        name = value.get(ENV) if isinstance(value, Mapping) and set(value) == {ENV} else None
        if not isinstance(name, str) or not name:
            tell(path, f"A secret does not stand in a file; {_CURE}")
        elif name in _OWN:
            tell(
                path, f"{name} is a secret of this installation and no connector's; use a variable of its own"
            )
        elif environment.get(name):
            return SecretValue(environment[name].strip("\r\n"))
        elif not keep_missing:
            tell(
                path,
                f"The environment variable {name} is not set; set it, or keep what is stored with --keep-secrets",
            )
        return KEEP

    return map_secrets(shape, data, opened)


class Names:
    """The names of the environment that an export refers to, each used once."""

    def __init__(self) -> None:
        self.taken: set[str] = set(_OWN)

    def put(self, shape: Any, document: Any, owner: str) -> Any:
        """A copy of a document with references instead of its secrets."""

        def named(path: Path, value: Any) -> Any:
            return (
                {ENV: self._name(owner, _key(document, path))} if isinstance(value, StoredSecret) else value
            )

        return map_secrets(shape, document, named)

    def _name(self, *parts: str) -> str:
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", "_".join(filter(None, parts)))
        base = re.sub(r"[^A-Z0-9]+", "_", words.upper()).strip("_")
        base = base if base[:1].isalpha() else f"SECRET_{base}"
        name, number = base, 2
        while name in self.taken:
            name, number = f"{base}_{number}", number + 1
        self.taken.add(name)
        return name


def _key(document: Any, path: Path) -> str:
    """What the secret at a path is called: its field, or the key of its row."""
    row = document
    for step in path[:-1]:
        row = row[step]
    if path[-1] != "secret":
        return str(path[-1])
    return " ".join(filter(None, (row.get("key_group", ""), row.get("key") or row["name"])))

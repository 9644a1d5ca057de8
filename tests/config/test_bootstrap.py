from pathlib import Path
from typing import ClassVar

import environ

from config import bootstrap, keyring


class Isolated(environ.Env):
    ENVIRON: ClassVar[dict[str, str]] = {}


def test_fresh_keys_are_usable_and_private(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert bootstrap.create(path)
    assert path.stat().st_mode & 0o777 == 0o600

    env = Isolated()
    env.read_env(path)
    assert env.str("CROSSDOCK_ENV") == "development"
    assert len(env.str("SECRET_KEY")) >= 50
    assert [key_id for key_id, _ in keyring.parse(env.list("CROSSDOCK_ENCRYPTION_KEYS"))] == ["dev1"]


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("SECRET_KEY=mine\n")
    assert not bootstrap.create(path)
    assert path.read_text() == "SECRET_KEY=mine\n"

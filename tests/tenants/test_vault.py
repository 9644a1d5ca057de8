import base64

import pytest

from tenants.vault import VaultError, seal, unseal

OLD = ("old", b"o" * 32)
NEW = ("new", b"n" * 32)


@pytest.fixture(autouse=True)
def ring(settings):
    settings.CROSSDOCK_ENCRYPTION_KEYS = [NEW, OLD]
    return settings


def test_what_is_sealed_opens_again():
    token = seal("pässword", "tenant:1")
    assert unseal(token, "tenant:1").reveal() == "pässword"
    assert token.startswith("v1:new:")
    assert "pässword".encode() not in base64.urlsafe_b64decode(token.split(":")[2])


def test_the_same_text_never_gives_the_same_token():
    assert seal("password", "a") != seal("password", "a")


def test_a_token_opens_for_its_owner_only():
    with pytest.raises(VaultError, match="moved from another row"):
        unseal(seal("password", "tenant:1"), "tenant:2")


def test_an_older_key_still_opens(ring):
    ring.CROSSDOCK_ENCRYPTION_KEYS = [OLD]
    token = seal("password", "a")
    ring.CROSSDOCK_ENCRYPTION_KEYS = [NEW, OLD]
    assert unseal(token, "a").reveal() == "password"


def test_an_unknown_key_is_named_and_the_known_ones_too(ring):
    token = seal("password", "a")
    ring.CROSSDOCK_ENCRYPTION_KEYS = [OLD]
    with pytest.raises(
        VaultError, match=r"key 'new'; add that key to CROSSDOCK_ENCRYPTION_KEYS \(known: old\)"
    ):
        unseal(token, "a")


def test_other_bytes_under_the_same_id_do_not_open(ring):
    token = seal("password", "a")
    ring.CROSSDOCK_ENCRYPTION_KEYS = [("new", b"x" * 32)]
    with pytest.raises(VaultError, match="bytes changed"):
        unseal(token, "a")


@pytest.mark.parametrize(
    "token", ["password", "", "v1:new", "v2:new:aaaa", "v1:new:not base64!", "v1:new:aaaa", "v1::aaaa"]
)
def test_plain_or_damaged_text_is_never_taken_for_a_secret(token):
    with pytest.raises(VaultError):
        unseal(token, "a")


def test_any_changed_character_is_noticed():
    token = seal("password", "a")
    body = token.removeprefix("v1:new:")
    for place in range(0, len(body) - 3, 7):
        changed = body[:place] + ("A" if body[place] != "A" else "B") + body[place + 1 :]
        with pytest.raises(VaultError):
            unseal(f"v1:new:{changed}", "a")


def test_without_a_key_nothing_is_stored(ring):
    ring.CROSSDOCK_ENCRYPTION_KEYS = []
    with pytest.raises(VaultError, match="set CROSSDOCK_ENCRYPTION_KEYS"):
        seal("password", "a")

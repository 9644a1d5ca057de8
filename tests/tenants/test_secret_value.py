import json
import pickle

import pytest

from tenants.secret_value import SecretValue

PLAIN = "sk_test_4f9a8b7c6d5e4f2a"


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r:>10}".format, "{:>40}".format])
def test_no_way_of_printing_shows_it(show):
    shown = show(SecretValue(PLAIN))
    assert "•••" in shown
    assert not any(PLAIN[i : i + 4] in shown for i in range(len(PLAIN) - 3))


@pytest.mark.parametrize("leave", [pickle.dumps, json.dumps, vars])
def test_it_cannot_leave_the_process(leave):
    with pytest.raises(TypeError):
        leave(SecretValue(PLAIN))


def test_equal_values_are_equal_and_one_in_a_set():
    assert SecretValue(PLAIN) == SecretValue(PLAIN)
    assert SecretValue(PLAIN) != SecretValue(PLAIN + "x")
    assert SecretValue(PLAIN) != PLAIN
    assert len({SecretValue(PLAIN), SecretValue(PLAIN)}) == 1


@pytest.mark.parametrize(
    ("plain", "hint"), [(PLAIN, "4f2a"), ("12 character", "cter"), ("11 characte", ""), ("", "")]
)
def test_only_long_secrets_give_a_hint(plain, hint):
    assert SecretValue(plain).hint == hint


def test_it_is_revealed_by_name_only():
    assert SecretValue(PLAIN).reveal() == PLAIN
    assert not SecretValue("")

"""The box for JSON."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tenants.adminkit.json_field import JsonField, JsonInput


def field(**options: Any) -> JsonField:
    return JsonField(nothing=dict, required=False, widget=JsonInput(), **options)


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_box_is_what_the_model_has_for_nothing(empty: Any) -> None:
    assert field().clean(empty) == {}
    assert not field().has_changed({}, empty)


def test_it_shows_nothing_for_nothing_and_else_one_name_a_line() -> None:
    assert field().prepare_value({}) == ""
    shown = field().prepare_value({"Sender": {"city": "Ås"}})
    assert shown.splitlines()[2] == '    "city": "Ås"'
    assert 'rows="5"' in JsonInput().render("x", shown)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1,}', "line 1, column 9"),
        ("{\n  a: 1}", "line 2, column 3"),
        ('{"a": NaN}', "finite numbers"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_refusal_says_where(text: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        field().clean(text)


def test_what_was_refused_is_shown_as_it_was_typed() -> None:
    bound = field().bound_data('{"a": }', {})
    assert field().prepare_value(bound) == '{"a": }'

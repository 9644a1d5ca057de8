"""Order fields in texts: which there are, what they say, and what they cannot break."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError

from connectors.errors import Misconfigured
from workflows.models import NotificationTemplate
from workflows.notifications.example import example_order
from workflows.notifications.rendering import render, vendor_data
from workflows.steps.text import all_fields, fill, unknown_fields

EVIL = "<img src=x onerror='alert(1)'>\" & Sons"


@pytest.fixture
def order():
    return example_order()


def template(**values):
    return NotificationTemplate(**{"name": "T", "subject": "Order {number}", "text": "Hi", **values})


def problems(**values) -> dict:
    with pytest.raises(ValidationError) as caught:
        template(**values).clean()
    return caught.value.message_dict


def test_every_field_that_is_offered_can_be_filled(order):
    for name in [*all_fields(), "properties.Gift", "external_ids.erp-2"]:
        assert unknown_fields(f"{{{name}}}") == []
        assert "{" not in fill(f"{{{name}}}", order)


def test_lists_are_written_a_line_each(order):
    assert fill("{lines}", order) == (
        "1 x Tent for two (TENT-2): 1299.00 NOK\n4 x Pegs & rope (PEG): 100.00 NOK"
    )
    assert fill("{total}", order) == "1498.00 NOK"


def test_shipments_are_told_of_unless_they_were_cancelled(order):
    booked = order.sections["shipments"][0]
    others = [{**booked, "tracking_number": "2", "tracking_url": ""}, {**booked, "state": "cancelled"}]
    several = replace(order, sections={"shipments": [booked, *others, {"state": "draft"}]})
    assert fill("{shipments.tracking_number}", several) == "370000000000000001, 2"
    assert fill("{shipments.carrier}", several) == "Example carrier"
    assert fill("{shipments}", several) == (
        "Example carrier 370000000000000001 https://tracking.example/370000000000000001\nExample carrier 2"
    )
    assert fill("{shipments}{shipments.tracking_url}", replace(order, sections={})) == ""


def test_a_property_that_the_order_lacks_is_empty(order):
    known = replace(order, properties={"Gift": True, "Note": None})
    assert fill("{properties.Gift}|{properties.Note}|{properties.Other}", known) == "True||"


def test_values_are_escaped_in_html_and_nowhere_else(order):
    person = replace(order.customer, first_name=EVIL)
    evil = replace(order, customer=person)
    rendered = render(
        template(text="Hi {customer.first_name}", html='<p title="{customer.first_name}">{lines}</p>'), evil
    )
    assert rendered.text == f"Hi {EVIL}"
    assert rendered.html == (
        '<p title="&lt;img src=x onerror=&#x27;alert(1)&#x27;&gt;&quot; &amp; Sons">'
        "1 x Tent for two (TENT-2): 1299.00 NOK<br>4 x Pegs &amp; rope (PEG): 100.00 NOK</p>"
    )


def test_a_value_cannot_begin_another_header_or_name_another_field(order):
    person = replace(order.customer, first_name="Kari\r\nBcc: all@buyer.example", last_name="{total}")
    rendered = render(
        template(subject="{customer.first_name} {customer.last_name}"), replace(order, customer=person)
    )
    assert rendered.subject == "Kari Bcc: all@buyer.example {total}"
    assert len(render(template(subject="x{lines}" * 20), order).subject) == 250


@pytest.mark.parametrize("field", ["subject", "text", "html"])
@pytest.mark.parametrize(
    "name", ["nummber", "customer.name", "customer", "lines.sku", "order.number", "properties."]
)
def test_an_unknown_field_is_refused_where_it_stands_and_the_known_are_listed(field, name):
    (found,) = problems(**{field: f"Order {{{name}}}"})[field]
    assert found.startswith(f"There is no order field {{{name}}}; ")
    for known in (
        "{number}",
        "{lines}",
        "{customer.X} where X is number, email",
        "{properties.X}",
        "tracking_url",
    ):
        assert known in found


def test_near_names_are_offered():
    assert "did you mean {number}?" in problems(text="{nummber}")["text"][0]
    assert "did you mean {customer.first_name}" in problems(text="{customer.firstname}")["text"][0]


def test_braces_hold_fields_in_texts_and_style_sheets_in_html():
    assert problems(text="{ number }", subject="{}").keys() == {"text", "subject"}
    assert problems(html="{ number }").keys() == {"html"}
    template(html="<style>p { color: red } @media print { p{margin:0} }</style>{}<p>{number}</p>").clean()


def test_a_message_says_something():
    assert problems(text=" ", subject="").keys() == {"text", "subject"}
    template(subject="", channel="sms").clean()
    template(text="", subject="", vendor_template="d-0123").clean()


def test_a_step_whose_own_text_names_no_field_says_so(order):
    with pytest.raises(Misconfigured, match=r"There is no order field \{nope\}; use \{number\}"):
        fill("{nope}", order)


def test_a_template_at_the_vendor_gets_fields_of_the_same_names(order):
    data = vendor_data(replace(order, properties={"Margin": "40"}))
    assert (data["number"], data["total"], data["customer"]["first_name"]) == ("EX-1001", "1498.00", "Kari")
    assert data["lines"][1] == {"sku": "PEG", "name": "Pegs & rope", "quantity": "4", "total": "100.00"}
    assert data["shipments"][0]["tracking_number"] == "370000000000000001"
    assert "Margin" not in str(data) and "Storgata" not in str(data)

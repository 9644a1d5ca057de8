"""What a browser does with the admin's editors."""

from typing import Any


def form_of(answer) -> dict[str, Any]:
    """What a browser would post back unchanged."""
    data: dict[str, Any] = {}
    for form in _forms(answer.context):
        for bound in form:
            value = bound.value()
            if value is not None and value is not False:
                data[bound.html_name] = "on" if value is True else value
    return data


def errors_of(answer) -> dict[str, list[str]]:
    """Every refusal by the name of its field; "__all__" of the form itself. {} for a page that was saved."""
    if answer.status_code != 200:
        return {}
    return {
        form.add_prefix(name): list(messages)
        for form in _forms(answer.context)
        for name, messages in form.errors.items()
    }


def _forms(context):
    yield context["adminform"].form
    for inline in context["inline_admin_formsets"]:
        yield inline.formset.management_form
        yield from inline.formset.forms


def told(answer) -> str:
    """The messages above a page."""
    return " ".join(str(message) for message in answer.context["messages"])

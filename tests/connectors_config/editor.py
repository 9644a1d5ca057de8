"""The connector's editor as a browser uses it."""

from connectors.admin.forms import ConnectorForm
from connectors.models import Connector

LIST = "/admin/connectors/connector/"
PUBLISH = "connectors_connector_publish"


def page(connector) -> str:
    return f"{LIST}{connector.pk}/change/"


def form_of(connector=None, **changes) -> dict:
    """The form as a browser would send it back; `changes` by field name."""
    data = {"name": "Acme", "type": "acme", "handler_lifetime_s": "300"}
    for prefix in ("authentication", "markets"):
        data |= management(prefix, 1, 1 if connector else 0)
    if connector:
        data |= {
            "name": connector.name,
            "seen": ConnectorForm.stamp(connector),
            "connector_id": connector.connector_id,
            "host": connector.host,
            "authentication-0-id": connector.authentication.pk,
            "authentication-0-connector": connector.pk,
            "authentication-0-merchant_id": connector.authentication.merchant_id,
            "markets-0-id": connector.markets.pk,
            "markets-0-connector": connector.pk,
        }
    for prefix, names in (
        ("properties", ("key", "key_group", "value_type", "value", "is_secret")),
        ("headers", ("name", "value", "is_secret")),
        ("field_mapping", ("property", "connector_property", "on_import", "on_export")),
    ):
        rows = list(getattr(connector, prefix).all()) if connector else []
        data |= management(prefix, len(rows), len(rows))
        for number, row in enumerate(rows):
            values = {name: getattr(row, name) for name in names}
            values = {name: value for name, value in values.items() if value not in ("", False)}
            data |= {f"{prefix}-{number}-{name}": value for name, value in values.items()}
            data |= {f"{prefix}-{number}-id": row.pk, f"{prefix}-{number}-connector": connector.pk}
    return {**data, **changes}


def management(prefix, total, initial) -> dict:
    return {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-INITIAL_FORMS": initial}


def add_row(data, prefix, **values) -> dict:
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    rows = {f"{prefix}-{number}-{name}": value for name, value in values.items()}
    return {**data, f"{prefix}-TOTAL_FORMS": number + 1, **rows}


def number_of(connector, key) -> int:
    return [row.key for row in connector.properties.all()].index(key)


def fresh(connector) -> Connector:
    return Connector.objects.get(pk=connector.pk)


def saved(answer):
    if answer.status_code == 200:
        context = answer.context
        found = [context["errors"]] + [item.formset.errors for item in context["inline_admin_formsets"]]
        raise AssertionError(f"refused: {found}")
    return answer

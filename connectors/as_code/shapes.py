"""What the documents of connectors, markets and stores look like, in the API and in files."""
# mypy: disable-error-code="type-arg, call-arg, assignment"

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rest_framework import serializers

from connectors.as_code.secret_places import SecretField
from connectors.models import Connector
from connectors.models.connector import LONGEST_LIFETIME_S, LONGEST_TIMEOUT_MS
from connectors.models.rows import ValueType
from tenants.apikit import StrictSerializer, read

_LONGEST_VALUE = 400_000


class TextField(serializers.CharField):
    """Text that may be empty; true, false and numbers are taken as they are written."""

    def __init__(self, **options: Any) -> None:
        given = {} if "required" in options else {"default": "", "allow_blank": True}
        super().__init__(**{**given, **options})

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(str(data).lower() if isinstance(data, bool) else data)


class CodesField(serializers.ListField):
    """Codes or names."""

    def __init__(self, **options: Any) -> None:
        child = serializers.CharField(max_length=200)
        super().__init__(**{"child": child, "default": list, "max_length": 500, **options})


def filled(kind: type[serializers.Serializer]) -> Callable[[], dict[str, Any]]:
    """The default of a part that is left out: all its own defaults."""
    return lambda: read(kind, {})


class AuthenticationShape(StrictSerializer):
    merchant_id = TextField(max_length=200)
    bearer_token = SecretField(default=None)
    username = TextField(max_length=200)
    password = SecretField(default=None)
    client_app_id = TextField(max_length=200)
    client_app_secret = SecretField(default=None)
    tenant_url = TextField(max_length=500)
    oauth_tenant = TextField(max_length=200)
    oauth_resource = TextField(max_length=500)


class _ValueShape(StrictSerializer):
    value = TextField(required=False, allow_blank=True, trim_whitespace=False, max_length=_LONGEST_VALUE)
    secret = SecretField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "secret" in attrs and attrs.get("value"):
            raise serializers.ValidationError("This has a value and a secret; send one of them.")
        return attrs


class PropertyShape(_ValueShape):
    """`secret` instead of `value` for a credential."""

    key = TextField(required=True, max_length=200)
    key_group = TextField(max_length=200)
    value_type = serializers.ChoiceField(ValueType.values, default=ValueType.STRING.value)


class HeaderShape(_ValueShape):
    """`secret` instead of `value` for a credential."""

    name = TextField(required=True, max_length=200)


class MappingShape(StrictSerializer):
    property = TextField(required=True, max_length=200)
    connector_property = TextField(required=True, max_length=200)


class MarketListsShape(StrictSerializer):
    """Codes. Empty enabled lists mean everywhere; disabled wins."""

    enabled = CodesField()
    disabled = CodesField()
    enabled_groups = CodesField()
    disabled_groups = CodesField()


class ConnectorShape(StrictSerializer):
    """A connector. Others name it by its Connector ID, or by its Type where it has none."""

    type = TextField(required=True, max_length=100, help_text="The implementation, such as stripe.")
    connector_id = TextField(max_length=100)
    name = TextField(max_length=200, help_text="Left out: the first that the implementation expects.")
    display_name = TextField(max_length=200)
    host = TextField(max_length=500, help_text="Empty uses the implementation's own host.")
    is_test = serializers.BooleanField(default=False)
    timeout_ms = serializers.IntegerField(
        default=None, allow_null=True, min_value=100, max_value=LONGEST_TIMEOUT_MS
    )
    handler_lifetime_s = serializers.IntegerField(default=300, min_value=1, max_value=LONGEST_LIFETIME_S)
    authenticated_manually = serializers.BooleanField(default=False)
    disable_standard_error_policy = serializers.BooleanField(default=False)
    authentication = AuthenticationShape(default=filled(AuthenticationShape))
    properties = PropertyShape(many=True, default=list, max_length=300)
    headers = HeaderShape(many=True, default=list, max_length=100)
    markets = MarketListsShape(default=filled(MarketListsShape))
    field_mapping = MappingShape(many=True, default=list, max_length=300)


class MarketGroupShape(StrictSerializer):
    code = TextField(required=True, max_length=50)
    name = TextField(required=True, max_length=200)


class MarketShape(StrictSerializer):
    code = TextField(required=True, max_length=50)
    name = TextField(required=True, max_length=200)
    currency = TextField(required=True, max_length=3)
    country = TextField(required=True, max_length=2)
    language = TextField(max_length=6)
    time_zone = TextField(max_length=64)
    groups = CodesField()
    is_active = serializers.BooleanField(default=True)


class StoreShape(StrictSerializer):
    code = TextField(required=True, max_length=50)
    name = TextField(required=True, max_length=200)
    is_warehouse = serializers.BooleanField(default=False)
    market = TextField(max_length=50)
    country = TextField(max_length=2)
    external_ids = serializers.DictField(child=TextField(), default=dict)
    properties = serializers.DictField(child=TextField(), default=dict)
    is_active = serializers.BooleanField(default=True)


def default_of(field: Any) -> Any:
    """What a field is where it is left out; `empty` for one that has to be sent."""
    return (
        field.default()
        if callable(field.default) and field.default is not serializers.empty
        else field.default
    )


def compact(shape: Any, data: Any) -> Any:
    """A document without what is as it would be anyway."""
    if isinstance(shape, serializers.ListSerializer):
        return [compact(shape.child, row) for row in data]
    if not isinstance(shape, serializers.Serializer) or not isinstance(data, Mapping):
        return data
    fields: Mapping[str, Any] = shape.fields
    return {
        name: compact(fields[name], value)
        for name, value in data.items()
        if value != default_of(fields[name])
    }


_known: dict[Any, Mapping[str, Any]] = {}


def fields_of(shape: type[serializers.Serializer]) -> Mapping[str, Any]:
    """The fields of a document by their names, in its order."""
    if shape not in _known:
        fields: Any = shape().fields
        _known[shape] = dict(fields)
    return _known[shape]


#: The order of a connector's settings in a document.
SETTINGS = tuple(
    name for name in fields_of(ConnectorShape) if name in {field.name for field in Connector._meta.fields}
)

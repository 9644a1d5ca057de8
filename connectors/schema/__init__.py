"""The settings of an implementation: typed fields that say where their value is stored.

One declaration drives the form, validation, encryption, masking, redaction, auth and the plugin page. Whether a value
is secret is a matter of its type, never of a flag. Knows neither Django nor the network.
"""

from connectors.schema.fields import (
    COLUMNS,
    SECRET_COLUMNS,
    Boolean,
    Choice,
    Date,
    Field,
    Group,
    Integer,
    Json,
    Number,
    Secret,
    Text,
    Url,
)
from connectors.schema.names import Names
from connectors.schema.settings import Settings, SettingsError, SettingsValues, secrets_of
from connectors.schema.web_address import is_web_address

__all__ = [
    "COLUMNS",
    "SECRET_COLUMNS",
    "Boolean",
    "Choice",
    "Date",
    "Field",
    "Group",
    "Integer",
    "Json",
    "Names",
    "Number",
    "Secret",
    "Settings",
    "SettingsError",
    "SettingsValues",
    "Text",
    "Url",
    "is_web_address",
    "secrets_of",
]

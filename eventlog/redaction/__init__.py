"""One choke point that removes secrets by value, by name and by shape. Knows no Django."""

from eventlog.redaction.redactor import Redactor
from eventlog.redaction.shapes import MARK

__all__ = ["MARK", "Redactor"]

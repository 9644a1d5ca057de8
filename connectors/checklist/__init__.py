"""The go-live checklist: what publishing checks. Errors block, warnings are confirmed by a person."""

from connectors.checklist.base import Finding, Going, error, findings, register, warning

__all__ = ["Finding", "Going", "error", "findings", "register", "warning"]

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.utils.module_loading import autodiscover_modules

from connectors.compiled import ConnectorConfig
from connectors.models import Connector, Publishable
from connectors.runtime import TenantRuntime, runtime
from connectors.trial import compile_draft
from tenants.models import Market


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` names the check; `field` the place, "" for the whole; `message` tells the cure."""

    code: str
    message: str
    field: str = ""
    blocks: bool = True

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


def error(code: str, message: str, field: str = "") -> Finding:
    return Finding(code, message, field)


def warning(code: str, message: str, field: str = "") -> Finding:
    return Finding(code, message, field, blocks=False)


@dataclass(frozen=True)
class Going:
    """What is about to be published: the draft, its document, and the runtime in force before."""

    obj: Any
    document: Mapping[str, Any]

    @cached_property
    def runtime(self) -> TenantRuntime:
        return runtime(self.obj.tenant_id)

    @cached_property
    def markets(self) -> list[str]:
        """Lower-case codes of the markets that are not switched off."""
        return [code.lower() for code in Market.objects.filter(is_active=True).values_list("code", flat=True)]

    @cached_property
    def config(self) -> ConnectorConfig:
        """The draft compiled; for connectors only."""
        return compile_draft(self.obj)

    @cached_property
    def candidates(self) -> list[ConnectorConfig]:
        """The connectors as they will be after publishing."""
        after = dict(self.runtime.connectors)
        if isinstance(self.obj, Connector):
            after[self.obj.pk] = self.config
        return [item for item in after.values() if not item.retired]


Check = Callable[[Going], Iterable[Finding]]

_checks: dict[str, list[Check]] = defaultdict(list)


def register(*kinds: str) -> Callable[[Check], Check]:
    """Decorator: run a check whenever an aggregate of these kinds is published."""

    def add(check: Check) -> Check:
        for kind in kinds:
            if check not in _checks[kind]:
                _checks[kind].append(check)
        return check

    return add


def findings(kind: str, obj: Publishable, document: Mapping[str, Any]) -> list[Finding]:
    """What is wrong or doubtful about publishing this draft now, errors first."""
    _discover()
    going = Going(obj, document)
    found = [finding for check in _checks[kind] for finding in check(going)]
    return sorted(found, key=lambda finding: not finding.blocks)


@cache
def _discover() -> None:
    """Other apps put their checks in publish_checks.py."""
    from connectors.checklist import connector, use  # noqa: F401

    autodiscover_modules("publish_checks")

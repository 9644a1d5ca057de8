"""What the HTTP door gets in a process with a database of its own: events, tokens and the deployment's egress rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import connection

from connectors.client import Ports
from connectors.effect_keys import renew
from connectors.egress import egress_policy
from connectors.tokens import OrmTokens
from connectors.traffic import Gates
from connectors.traffic.sharing import shared
from eventlog.events import EventData
from eventlog.store import record_many

__all__ = ["OrmTokens", "direct_ports", "egress_policy", "refuse_open_transaction", "trial_ports"]


def direct_ports() -> Ports:
    """Ports for calls made from a thread that owns a database connection: checkout, acts by hand."""
    sharing = shared()
    sharing.exchange_if_due()
    return Ports(events=_record, tokens=OrmTokens(), egress=egress_policy(), gates=sharing.gates, renew=renew)


def trial_ports() -> Ports:
    """Ports for Test connection, which asks a vendor also while calls to it are held back."""
    return replace(direct_ports(), gates=Gates())


def refuse_open_transaction() -> None:
    """Raises RuntimeError inside a transaction: its locks would be held for as long as a provider takes."""
    blocks: list[Any] = connection.atomic_blocks
    if blocks and not blocks[-1]._from_testcase:
        raise RuntimeError("a provider is called while a database transaction is open; commit first")


def _record(event: EventData) -> None:
    record_many([event])

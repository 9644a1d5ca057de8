from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from connectors.checklist import Finding, error, findings
from connectors.documents import KIND, connector_document
from connectors.gateways.fields import entered_elsewhere
from connectors.models import Connector, Publication
from connectors.publishing import PublishRefused, kind_of, publish
from connectors.versions import draft_changes
from tenants.models import Market
from tenants.scoping import tenant_scope

#: The finding that tells of a setting which the object's own editor does not have.
ELSEWHERE = "elsewhere"
#: The connector has its user: the object that is published with it.
_USED = "unused"
#: The connector is not published, which is done with the object.
_NOT_LIVE = "connector"


def publish_with_connector(
    obj: Any,
    *,
    user: Any = None,
    comment: str = "",
    expected: int | None = None,
    confirmed: Collection[str] | None = None,
    actor: str = "",
) -> Publication:
    """Publish the object and, where its draft differs, the connector, in one transaction.

    Raises what connectors.publishing.publish raises; nothing is published then. What the connector lacks and only its
    own page can hold is among the findings, with its place.
    """
    accepted = None if confirmed is None else {*confirmed, _USED}
    with transaction.atomic(), tenant_scope(obj.tenant_id):
        try:
            publish(obj.connector, user=user, comment=comment, confirmed=accepted, actor=actor)
        except PublishRefused as refused:
            needed = (item for item in refused.findings if item.code != _USED)
            raise PublishRefused([*_elsewhere(obj.connector), *needed]) from None
        return publish(obj, user=user, comment=comment, expected=expected, confirmed=confirmed, actor=actor)


def checked(obj: Any) -> list[Finding]:
    """What the checklist says of the object and of its connector, which goes live with it; errors first."""
    kind, connector = kind_of(obj), obj.connector
    own = findings(kind.name, obj, kind.to_document(obj))
    if not draft_changes(connector) and not connector.retired:
        return own
    own = [item for item in own if item.code != _NOT_LIVE]
    theirs = findings(KIND, connector, connector_document(connector))
    found = [*_elsewhere(connector), *(item for item in theirs if item.code != _USED), *own]
    return sorted(found, key=lambda item: not item.blocks)


def connector_of(document: Mapping[str, Any]) -> Connector:
    """The connector that a document names. Raises ValidationError when it is gone."""
    connector = Connector.objects.filter(pk=document["connector"]).first()
    if connector is None:
        raise ValidationError("Its connector is gone.")
    return connector


def markets_of(document: Mapping[str, Any]) -> list[Market]:
    """The markets that a document names. Raises ValidationError when one is gone."""
    codes = document["valid_on_markets"]
    markets = list(Market.objects.filter(code__in=codes))
    missing = sorted(set(codes) - {market.code for market in markets})
    if missing:
        raise ValidationError(f"There is no market {', '.join(missing)} any more.")
    return markets


def _elsewhere(connector: Connector) -> Iterator[Finding]:
    for place in entered_elsewhere(connector):
        yield error(
            ELSEWHERE,
            f"Enter {place} on the connector's own page, Advanced Settings > Connectors > {connector};"
            " then publish here again.",
        )

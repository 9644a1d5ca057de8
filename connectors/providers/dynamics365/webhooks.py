"""Subscriptions of Business Central: it says that records have changed, and not what; the next import reads them.

A subscription ends after three days unless it is renewed. While it is made or renewed, Business Central calls the address
and wants its validation token back.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from connectors.contracts.base import Inbound, reading
from connectors.contracts.catalog import ChangeNotices
from connectors.contracts.common import WebhookEvent
from connectors.contracts.events import events_of
from connectors.contracts.webhooks import (
    WebhookRegistrar,
    WebhookRegistration,
    WebhookRequest,
    WebhookState,
)
from connectors.errors import Misconfigured, Rejected, RetryLater
from connectors.providers.dynamics365.odata import SUBSCRIPTIONS, BusinessCentral, Json

#: Of ours, by Business Central's collections that are subscribed to.
CHANGED = {"items": "products", "customers": "customers"}
#: A subscription that ends sooner than this is renewed; somebody looks daily.
SOON = timedelta(hours=36)
_RESOURCE = re.compile(r"companies\((?P<company>[^)]+)\)/(?P<collection>\w+)", re.IGNORECASE)


class Webhooks(BusinessCentral, WebhookRegistrar, ChangeNotices):
    def register_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        """Make what is missing and renew the rest."""
        if not self.values.webhook_secret:
            raise Misconfigured("Enter a long random text as the property WebhookSecret first, and publish")
        there = self._there(wanted)
        ids = []
        for collection in CHANGED:
            body = self._body(wanted, collection)
            if collection in there:
                ids.append(self._renew(there[collection], body))
            else:
                made = self.post(SUBSCRIPTIONS, body)
                with reading("Business Central's subscription", RetryLater):
                    ids.append(str(made["subscriptionId"]))
        return WebhookRegistration(state=WebhookState.ACTIVE, external_id=",".join(ids))

    def check_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        there = self._there(wanted)
        missing = tuple(collection for collection in CHANGED if collection not in there)
        with reading("Business Central's subscriptions", RetryLater):
            ids = ",".join(str(row["subscriptionId"]) for row in there.values())
            ends = min((_moment(row["expirationDateTime"]) for row in there.values()), default=None)
        if ends is None:
            return WebhookRegistration(state=WebhookState.MISSING)
        state = WebhookState.INCOMPLETE if missing else WebhookState.ACTIVE
        if not missing and ends - datetime.now(UTC) < SOON:
            return WebhookRegistration(
                state=WebhookState.EXPIRING, external_id=ids, note=f"Ends on {ends:%Y-%m-%d %H:%M} UTC"
            )
        return WebhookRegistration(state=state, external_id=ids, missing=missing)

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        """Those of other companies' records are refused. What is kept of a notice is without the secret."""
        with reading("This webhook of Business Central"):
            notices = list(inbound.json()["value"])
        return events_of("This notice of Business Central", notices, self._event, _without_secret)

    def _event(self, notice: Json) -> WebhookEvent:
        named = _RESOURCE.search(notice["resource"])
        if named is None or named["company"].strip("'").casefold() != self.values.company_id.casefold():
            raise Rejected("This webhook is about another company than CompanyId; check the subscription")
        text = json.dumps(_without_secret(notice), sort_keys=True, default=str)
        return WebhookEvent(
            id=hashlib.sha256(text.encode()).hexdigest(),
            type=f"{named['collection']} {notice['changeType']}",
            occurred_at=_moment(notice["lastModifiedDateTime"]),
            data={"changed": CHANGED.get(named["collection"], "")},
            body=text.encode(),
        )

    def _renew(self, row: Json, body: Json) -> str:
        with reading("Business Central's subscription", RetryLater):
            name, tag = str(row["subscriptionId"]), str(row["@odata.etag"])
        self.patch(f"{SUBSCRIPTIONS}('{quote(name, safe='')}')", body, headers={"If-Match": tag})
        return name

    def _there(self, wanted: WebhookRequest) -> dict[str, Json]:
        """This address's subscriptions to this company's records, by collection."""
        found: dict[str, Json] = {}
        with reading("Business Central's subscriptions", RetryLater):
            for row in self.rows(SUBSCRIPTIONS, {}):
                named = _RESOURCE.search(row["resource"])
                mine = named is not None and named["company"].casefold() == self.values.company_id.casefold()
                if named and mine and row["notificationUrl"] == wanted.url:
                    found[named["collection"]] = row
        return {collection: found[collection] for collection in CHANGED if collection in found}

    def _body(self, wanted: WebhookRequest, collection: str) -> dict[str, Any]:
        return {
            "notificationUrl": wanted.url,
            "resource": f"/api/v2.0/companies({self.values.company_id})/{collection}",
            "clientState": self.values.webhook_secret.reveal(),
        }


def _without_secret(notice: Any) -> dict[str, Any]:
    """The body of this notice alone."""
    if isinstance(notice, dict):
        notice = {name: value for name, value in notice.items() if name != "clientState"}
    return {"value": [notice]}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

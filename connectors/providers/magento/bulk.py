"""Magento's queue: a batch is taken at once and worked on in the background; its status tells what became of each part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contracts.base import reading
from connectors.errors import Unknown
from connectors.providers.magento import errors
from connectors.providers.magento.api import Json, MagentoApi

#: States of one part. Anything else is not over.
DONE, RETRIABLE, FAILED, REJECTED = 1, 2, 3, 5
_OVER = {DONE, RETRIABLE, FAILED, REJECTED}
#: Seconds between looks.
_PAUSES = (1, 2, 4, 8, 15)


class Bulk(MagentoApi):
    def queued(self, method: str, path: str, parts: Sequence[Json]) -> list[str]:
        """Hand the parts over and wait for them: "" for each one that is done, else why not.

        Raises Unknown where they are not over when the time is.
        """
        taken = self.call(method, f"/async/bulk{path}", list(parts))
        with reading("Magento's answer about its queue", Unknown):
            uuid = str(taken["bulk_uuid"])
            refused = {int(item["id"]): _reason(item) for item in taken["request_items"] if _is_refused(item)}
        accepted = [place for place in range(len(parts)) if place not in refused]
        told = dict(refused)
        if accepted:
            told |= dict(zip(accepted, self._results(uuid, len(accepted), len(parts)), strict=True))
        return [told[place] for place in range(len(parts))]

    def _results(self, uuid: str, accepted: int, parts: int) -> list[str]:
        for pause in _PAUSES:
            operations = self._operations(uuid)
            if len(operations) in {accepted, parts} and all(
                item.get("status") in _OVER for item in operations
            ):
                # Refused parts are listed too by some versions.
                over = [
                    item for item in operations if len(operations) == accepted or item["status"] != REJECTED
                ]
                if len(over) == accepted:
                    return ["" if item["status"] == DONE else _reason(item) for item in over]
            if not self.door.pause(pause):
                break
        raise Unknown(
            f"Magento has put this into its queue ({uuid}) and is not done with it; see in Magento that the consumer"
            " async.operations.all runs"
        )

    def _operations(self, uuid: str) -> list[Json]:
        body = self.get(f"/V1/bulk/{uuid}/status")
        with reading("Magento's status of its queue", Unknown):
            items = [item for item in body["operations_list"] if isinstance(item, Mapping)]
            return sorted(items, key=lambda item: int(item["id"]))


def _is_refused(item: Any) -> bool:
    return str(item.get("status")) != "accepted"


def _reason(item: Json) -> str:
    text = item.get("result_message") or item.get("error_message")
    return errors.filled(text) or "Magento could not do it and gave no reason"

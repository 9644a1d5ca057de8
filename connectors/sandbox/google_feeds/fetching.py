"""The fetcher: gets the file, unpacks it, and reads its products."""

from __future__ import annotations

import base64
import csv
import gzip
import http.client
import io
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

AGENT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
_TIMEOUT_S = 30
_G = "{http://base.google.com/ns/1.0}"
_REQUIRED = ("id", "title", "description", "link", "image_link", "availability", "price")
_PRICE = re.compile(r"\d+(\.\d+)? [A-Z]{3}")

Item = dict[str, str]


@dataclass
class DataSource:
    """A file data source of an account. `upload` is what came of the last fetch, `etag` of the file that was taken last."""

    account: str
    number: str
    url: str
    language: str = ""
    country: str = ""
    username: str = ""
    password: str = ""
    etag: str = ""
    upload: dict[str, Any] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    fetches: list[dict[str, Any]] = field(default_factory=list)
    busy: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        return f"accounts/{self.account}/dataSources/{self.number}"

    def shown(self) -> dict[str, Any]:
        source = {"contentLanguage": self.language, "countries": [self.country] if self.country else []}
        return {
            "name": self.name,
            "dataSourceId": self.number,
            "displayName": "Products",
            "input": "FILE",
            "primaryProductDataSource": {name: item for name, item in source.items() if item},
            "fileInput": {"fetchSettings": {"enabled": True, "fetchUri": self.url}, "fileInputType": "FETCH"},
        }


def fetch(source: DataSource) -> None:
    """One fetch; what comes of it stands in `upload`."""
    with source.busy:
        source.upload = _upload(source, "IN_PROGRESS")
        try:
            status, headers, body = _got(source)
            source.fetches.append(
                {"status": status, "bytes": len(body), "encoding": headers.get("content-encoding")}
            )
            source.upload = _taken(source, headers, body) if status == 200 else _not_taken(source, status)
        except (OSError, http.client.HTTPException, ElementTree.ParseError, ValueError) as error:
            source.upload = _upload(source, "FAILED", issues=[_issue("fetch_error", str(error), "ERROR")])


def _got(source: DataSource) -> tuple[int, dict[str, str], bytes]:
    """Only what has changed, packed, without following redirects."""
    target = urlsplit(source.url)
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    connection = kind(target.netloc, timeout=_TIMEOUT_S)
    headers = {"User-Agent": AGENT, "Accept-Encoding": "gzip"}
    if source.etag:
        headers["If-None-Match"] = source.etag
    if source.username:
        coded = base64.b64encode(f"{source.username}:{source.password}".encode()).decode()
        headers["Authorization"] = f"Basic {coded}"
    try:
        connection.request("GET", target.path, headers=headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def _taken(source: DataSource, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """The file is the whole catalogue: what is no longer in it goes."""
    data = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
    items = list(_items(headers.get("content-type", ""), data))
    fine = {item["id"]: item for item in items if not _faults(item)}
    issues = [issue for item in items for issue in _faults(item)]
    new = len(fine.keys() - source.items.keys())
    changed = sum(1 for key, item in fine.items() if key in source.items and source.items[key] != item)
    source.items, source.etag = fine, headers.get("etag", "")
    return _upload(
        source,
        "SUCCEEDED",
        itemsTotal=str(len(items)),
        itemsCreated=str(new),
        itemsUpdated=str(changed),
        issues=issues,
    )


def _not_taken(source: DataSource, status: int) -> dict[str, Any]:
    if status == 304:
        total = str(len(source.items))
        return _upload(source, "SUCCEEDED", itemsTotal=total, itemsCreated="0", itemsUpdated="0")
    return _upload(source, "FAILED", issues=[_issue("fetch_error", f"The server answered {status}", "ERROR")])


def _items(content_type: str, data: bytes) -> Iterator[Item]:
    if content_type.startswith("text/tab-separated-values"):
        rows = csv.DictReader(io.StringIO(data.decode()), delimiter="\t", quoting=csv.QUOTE_NONE)
        yield from ({name: text for name, text in row.items() if text} for row in rows)
        return
    for item in ElementTree.fromstring(data).iterfind("channel/item"):  # noqa: S314 - of a merchant's own, in a simulator
        yield {child.tag.removeprefix(_G): "".join(child.itertext()) for child in item}


def _faults(item: Item) -> list[dict[str, Any]]:
    faults = [
        _issue("missing_attribute", f"{name} is missing", "ERROR") for name in _REQUIRED if not item.get(name)
    ]
    if item.get("price") and not _PRICE.fullmatch(item["price"]):
        faults.append(_issue("invalid_price", f"{item['price']} is no price", "ERROR"))
    return faults


def _issue(code: str, text: str, severity: str) -> dict[str, Any]:
    return {"title": text[:200], "code": code, "count": "1", "severity": severity}


def _upload(source: DataSource, state: str, **values: Any) -> dict[str, Any]:
    return {
        "name": f"{source.name}/fileUploads/1",
        "dataSourceId": source.number,
        "processingState": state,
        **{name: item for name, item in values.items() if item != []},
    }

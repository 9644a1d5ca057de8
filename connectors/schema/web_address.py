"""What a web address is, wherever one is entered or answered."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def is_web_address(url: str) -> bool:
    """Whether this is an http or https address with a host and without user name, spaces or control characters."""
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        return False
    clean = not _CONTROL.search(url) and " " not in url and "\\" not in url
    plain = parts.username is None and parts.password is None and not parts.fragment
    return clean and plain and port_fits and parts.scheme in {"http", "https"} and bool(parts.hostname)

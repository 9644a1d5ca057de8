"""A tile for each implementation, drawn here: its initials on a colour of its own."""

from __future__ import annotations

import re
from zlib import crc32

from django.utils.html import format_html
from django.utils.safestring import SafeString

#: White letters keep a contrast of 4.5 to 1 and more on each of them.
_COLOURS = (
    "#1d4ed8",
    "#7e22ce",
    "#be185d",
    "#b91c1c",
    "#9a3412",
    "#854d0e",
    "#3f6212",
    "#166534",
    "#115e59",
    "#155e75",
    "#3730a3",
    "#475569",
)


def tile(slug: str, label: str, size: int = 32) -> SafeString:
    """Inline SVG, `size` pixels wide and high; it says nothing to a screen reader, for the name stands beside it."""
    return format_html(
        '<svg class="cd-tile" width="{0}" height="{0}" viewBox="0 0 40 40" aria-hidden="true" focusable="false">'
        '<rect width="40" height="40" rx="9" fill="{1}"/>'
        '<text x="20" y="26" text-anchor="middle" font-size="{2}" font-weight="600" fill="#fff">{3}</text></svg>',
        size,
        _COLOURS[crc32(slug.encode()) % len(_COLOURS)],
        17 if len(initials(label)) < 3 else 13,
        initials(label),
    )


def initials(label: str) -> str:
    """Up to two letters, such as "VM" for "Vipps MobilePay" and "D3" for "Dynamics 365"; "?" for none."""
    words = re.findall(r"[^\W_]+", label)
    if not words:
        return "?"
    inner = re.findall(r"[A-ZÆØÅÄÖ]", words[0]) if len(words) == 1 else []
    if len(inner) > 1:
        return "".join(inner[:2])
    letters = [word[0].upper() for word in words[:2]] if len(words) > 1 else [words[0][:2].capitalize()]
    return "".join(letters)

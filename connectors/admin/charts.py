"""Small drawings for lists: inline SVG, without a script."""

from __future__ import annotations

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from connectors.health import HOURS, SLOTS, Health

_BAR, _GAP, _HEIGHT = 4, 1, 22


def health_chart(health: Health, url: str) -> SafeString:
    """Success rate in words, the calls as bars (failures on top, in red), the last call; links to the event log."""
    rate = health.rate
    words = f"no call in {HOURS} h" if rate is None else f"{_percent(rate)} of {_count(health)}"
    last = f"{'succeeded' if health.last[1] else 'failed'} {_ago(health)}"
    colour = "cd-calm" if rate is None or rate > 0.99 else "cd-warm" if rate >= 0.9 else "cd-hot"
    return format_html(
        '<a class="cd-health" href="{}"><span class="{}">{}</span>{}<span class="cd-small">{}</span></a>',
        url,
        colour,
        words,
        _bars(health, f"Calls that succeeded: {words}; the last one {last}") if rate is not None else "",
        last,
    )


def _bars(health: Health, title: str) -> SafeString:
    slots = health.slots()
    highest = max(good + bad for good, bad in slots) or 1
    marks = [mark for place, (good, bad) in enumerate(slots) for mark in _bar(place, good, bad, highest)]
    return format_html(
        '<svg class="cd-bars" role="img" width="{0}" height="{1}" viewBox="0 0 {0} {1}"><title>{2}</title>'
        '<path class="cd-axis" d="M0 {3}h{0}"/>{4}</svg>',
        SLOTS * (_BAR + _GAP),
        _HEIGHT,
        title,
        _HEIGHT - 0.5,
        format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', marks),
    )


def _bar(place: int, good: int, bad: int, highest: int) -> list[tuple[str, str, str, str, str]]:
    """At least two pixels for whatever happened, so that one failure among many is seen."""
    room, x = _HEIGHT - 2, str(place * (_BAR + _GAP))
    high = max(2.0, room * bad / highest) if bad else 0.0
    low = min(room - high, max(2.0, room * good / highest)) if good else 0.0
    rows = []
    if low:
        rows.append(("cd-good", x, f"{_HEIGHT - 1 - low:.1f}", str(_BAR), f"{low:.1f}"))
    if high:
        rows.append(("cd-bad", x, f"{_HEIGHT - 1 - low - high:.1f}", str(_BAR), f"{high:.1f}"))
    return rows


def _percent(rate: float) -> str:
    """Never rounded up to all: 999 of 1000 are 99.9 %."""
    return "100 %" if rate == 1 else f"{min(rate * 100, 99.9):.1f} %"


def _count(health: Health) -> str:
    number = len(health.calls)
    whole_day = (health.until - health.since).total_seconds() >= HOURS * 3600 - 1
    return f"{number} in {HOURS} h" if whole_day else f"the last {number}"


def _ago(health: Health) -> str:
    now = timezone.now()
    if (now - health.last[0]).total_seconds() < 60:
        return "just now"
    return f"{timesince(health.last[0], now).split(',')[0]} ago"

"""What processes cost while something runs: CPU seconds, and the most memory they held together."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

from tests.stand.processes import Process, descendants

#: Seconds between two looks, each of which costs what is measured some ten milliseconds.
_LOOK_S = 2.0
_TICKS = os.sysconf("SC_CLK_TCK")


class Watch:
    """Some processes and all below them: `cpu_s` of each (seconds), and `peak_mb` that they held together (proportional
    set size, as shared pages count once)."""

    def __init__(self, processes: list[Process]) -> None:
        self.peak_mb = 0.0
        self._roots = [process.pid for process in processes]
        self._before = self._cpu()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()
        self.cpu_s = [now - then for now, then in zip(self._cpu(), self._before, strict=True)]

    def _look(self) -> None:
        while not self._over.wait(_LOOK_S):
            self.peak_mb = max(self.peak_mb, sum(_pss_mb(pid) for pid in self._all()))

    def _all(self) -> list[int]:
        return [pid for root in self._roots for pid in (root, *descendants(root))]

    def _cpu(self) -> list[float]:
        return [sum(_cpu_s(pid) for pid in (root, *descendants(root))) for root in self._roots]


def _pss_mb(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _cpu_s(pid: int) -> float:
    """Of the process and of its children that have ended."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / _TICKS
    return 0.0

"""The beginnings of a provider: its file, its fixture, its simulated vendor and its flow in the demo."""

from __future__ import annotations

from config.scaffold.plan import Mistake, Wanted
from config.scaffold.writing import files

__all__ = ["Mistake", "Wanted", "files"]

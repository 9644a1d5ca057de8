"""What keeps a vendor from being overrun: a circuit breaker, a limiter and a budget of retries for each connector.

All of it is in the memory of one process and costs a call some microseconds. What the processes of an installation
have to know of each other is exchanged through the database about once a second; see sharing.py.
"""

from __future__ import annotations

from connectors.traffic.gate import Gate, Pass
from connectors.traffic.gates import Gates
from connectors.traffic.ranks import Rank, rank_of

__all__ = ["Gate", "Gates", "Pass", "Rank", "rank_of"]

"""A server that answers as the vendors do, remembers what it executed, and goes wrong on demand.

For tests, the demo and benchmarks; runtime code never imports it. `/<slug>/...` is a vendor's API, `/_/...` the control
API (core/control.py). In a process of its own: `python -m connectors.sandbox --port 8900`.
"""

from connectors.sandbox.core.server import Sandbox, start

__all__ = ["Sandbox", "start"]

"""Run the sandbox until it is stopped: python -m connectors.sandbox --port 8900 [--ledger FILE] [--latency-ms 50]."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from pathlib import Path

from connectors.sandbox import start


def main() -> int:
    options = _parser().parse_args()
    logging.basicConfig(level=logging.WARNING, format="sandbox %(levelname)s %(message)s")
    try:
        running = start(options.port, options.latency_ms, host=options.host, ledger_file=options.ledger)
    except OSError as error:
        sys.stderr.write(
            f"The sandbox cannot listen on {options.host}:{options.port}: {os.strerror(error.errno or 0)}\n"
        )
        return 1
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: running.stop())
    sys.stdout.write(f"{running.url}\n")
    sys.stdout.flush()
    running.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m connectors.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port; the address is printed")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--ledger", type=Path, help="append executed effects to this file, synced to disk one by one"
    )
    parser.add_argument("--latency-ms", type=float, default=0, help="how long each vendor works on a call")
    return parser


if __name__ == "__main__":
    sys.exit(main())

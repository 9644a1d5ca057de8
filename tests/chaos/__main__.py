"""python -m tests.chaos [--kills 50] [--seed 1] [--pace 0.5] [--steps 3] [--workers 3] [--customers 24]
[--json] [--keep DIRECTORY]"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.stand.launch import free_port, load_django, with_postgres

#: A worker counts as dead this long (seconds) after its last heartbeat; 30 by default, here less to be done sooner.
DEAD_AFTER_S = 3


def main() -> int:
    options = _options()
    with_postgres("tests.chaos")
    sandbox = load_django(
        CROSSDOCK_WORKER_DEAD_AFTER=str(DEAD_AFTER_S),
        CROSSDOCK_RETRY_SCHEDULE="1",
        CROSSDOCK_TRAFFIC_SYNC="1",
    )
    from tests.chaos.play import Chaos
    from tests.stand.processes import Failed

    began = time.monotonic()
    directory = options.keep or Path(tempfile.mkdtemp(prefix="crossdock-chaos-"))
    directory.mkdir(parents=True, exist_ok=True)
    # Whoever stops the run, also from a script that ignores Ctrl-C, leaves no processes behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chaos = Chaos(directory, sandbox, f"http://127.0.0.1:{free_port()}", options)
    try:
        verdict = chaos.run()
    except Failed as error:
        sys.stderr.write(f"{error}\n")
        return 2
    finally:
        chaos.close()
    figures = {**chaos.figures(), "seconds": round(time.monotonic() - began, 1)}
    _tell(verdict, figures, options)
    return 0 if verdict.good else 1


def _tell(verdict: Any, figures: dict[str, Any], options: argparse.Namespace) -> None:
    for title in ("doubles", "lost", "unresolved"):
        for text in getattr(verdict, title)[:50]:
            sys.stderr.write(f"{title}: {text}\n")
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:20} {value}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10**6), help="of orders, faults and victims"
    )
    parser.add_argument("--pace", type=float, default=0.5, help="seconds between kills at least, on average")
    parser.add_argument("--steps", type=int, default=3, help="steps that end between kills, on average")
    parser.add_argument(
        "--workers", type=int, default=3, help="worker processes that are killed and restarted"
    )
    parser.add_argument("--customers", type=int, default=24, help="orders under way at a time")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON object, last line")
    parser.add_argument("--keep", type=Path, help="directory for the processes' logs and the vendors' ledger")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

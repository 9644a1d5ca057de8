"""A feed of many products: `python -m tests.bench.feeds --products 100000`, on a database file of its own.

Tells how long the task takes, what the file is, how long fetching it takes both ways, and by how much memory grew: the
process's peak after a first run of a hundredth, against its peak after all.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

PIECE = 2000


def main() -> None:
    asked = _arguments()
    folder = tempfile.mkdtemp(prefix="crossdock-feeds-")
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(_measured(asked.products, asked.format)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--format", choices=("XML", "TSV"), default="XML")
    return parser.parse_args()


def _measured(products: int, form: str) -> dict[str, Any]:
    from tenants.scoping import tenant_scope
    from tests.factories.workflows import make_shop
    from tests.workflows.feeds.stage import Stage

    shop = make_shop(skus=())
    with tenant_scope(shop.tenant):
        stage = Stage(shop.tenant)
        task = stage.task(stage.connector(Format=form))
        _fill(stage, 0, products // 100)
        _run(stage, task)
        _fetched(stage)
        small = _peak_mb()
        _fill(stage, products // 100, products)
        seconds = _run(stage, task)
        build = stage.feed.current
        plain, packed = _fetched(stage), _fetched(stage, "gzip")
        return {
            "products": build.products,
            "in_the_file": build.items,
            "left_out": build.left_out,
            "seconds": round(seconds, 1),
            "products_per_s": round(build.products / seconds),
            "file_mb": round(build.size / 1e6, 1),
            "packed_mb": round(build.packed_size / 1e6, 1),
            "fetch_plain_s": plain,
            "fetch_gzip_s": packed,
            "peak_mb_at_a_hundredth": small,
            "peak_mb": _peak_mb(),
        }


def _fill(stage: Any, start: int, end: int) -> None:
    from workflows.models import Product

    for first in range(start, end, PIECE):
        rows = (_product(stage, number) for number in range(first, min(first + PIECE, end)))
        Product.objects.bulk_create(rows, batch_size=500)


def _product(stage: Any, number: int) -> Any:
    """One in fifty lacks what a feed needs."""
    from workflows.models import Product

    texts = {"Description": f"Number {number}. " + "Made of wool from happy sheep. " * 12}
    properties = {
        "Brand": "Nordic",
        "MPN": f"N-{number}",
        "Color": "blue",
        **({} if number % 50 == 0 else texts),
    }
    return Product(
        tenant=stage.tenant,
        sku=f"SKU-{number:07d}",
        name=f"Wool sweater number {number}",
        price=Decimal("499.00"),
        currency="NOK",
        properties=properties,
    )


def _run(stage: Any, task: Any) -> float:
    """Seconds of one run of the task, over as many slices as it takes."""
    from workflows.models import ScheduledRun
    from workflows.schedules.ticker import run_now

    run = run_now(task, "bench")
    began = time.perf_counter()
    while run.state in ScheduledRun.OPEN:
        stage.work()
        run.refresh_from_db()
    assert run.state == run.State.SUCCEEDED, run.message
    return time.perf_counter() - began


def _fetched(stage: Any, coding: str = "") -> float:
    """Seconds that one caller takes to get it, holding nothing."""
    from django.test import Client

    began = time.perf_counter()
    answer = Client().get(stage.path, headers={"Accept-Encoding": coding})
    assert answer.status_code == 200
    for _ in answer.streaming_content:
        pass
    return round(time.perf_counter() - began, 2)


def _peak_mb() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


if __name__ == "__main__":
    main()

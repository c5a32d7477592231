"""``make bench``: the figures of the design, measured on a million cases against baselines of the same run."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import psycopg

from benchmarks import pages, processor, processor_filing, step, work
from benchmarks.prepare import Source
from benchmarks.results import Figure, table
from benchmarks.system import System

NAMES = ("queue", "search", "case", "processor", "filing", "sweep", "notice", "routing", "lapses")
LARGE, SMALL = "large", "small"
FEW = 10_000


def main() -> None:
    """Load, measure, print one table, and leave nothing behind."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="how many cases (default: one million)")
    parser.add_argument("--only", action="append", choices=NAMES, help="only this figure; may be given several times")
    parser.add_argument(
        "--keep", type=Path, help="a folder whose database is kept, so that the next run need not load it"
    )
    given = parser.parse_args()
    wanted = given.only or NAMES
    system = System(given.keep)
    try:
        figures = _measure(system, given.cases, wanted)
    finally:
        system.stop()
    print("\n" + table(figures), flush=True)


def _measure(system: System, cases: int, wanted: tuple[str, ...] | list[str]) -> list[Figure]:
    began = time.monotonic()

    def say(words: str) -> None:
        print(f"[{time.monotonic() - began:5.0f} s] {words}", flush=True)

    say("Making the cases of which all others are copies.")
    source = Source(system, say)
    if "queue" in wanted and not system.has(SMALL):
        source.fill(SMALL, FEW)
    if not system.has(LARGE):
        source.fill(LARGE, cases)
    url = system.config(LARGE).database_url
    step.prepare(url, cases)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    measure = {
        "queue": lambda: pages.queue(system, SMALL, LARGE),
        "search": lambda: pages.search(system, LARGE),
        "case": lambda: pages.case_page(system, LARGE),
        "processor": lambda: processor.pages(system, LARGE) + processor_filing.filing(system, LARGE),
        "filing": lambda: pages.filing(system, LARGE),
        "sweep": lambda: work.sweep(system, LARGE),
        "notice": lambda: work.notice(system, LARGE),
        "routing": lambda: work.routing(system, source, LARGE, max(cases // 50, 500)),
        "lapses": lambda: work.lapses(system, source, LARGE, max(cases // 10, 1000)),
    }
    figures: list[Figure] = []
    for name in NAMES:
        if name in wanted:
            say(f"Measuring: {name}.")
            found = measure[name]()
            figures += found
            print(table(found), flush=True)
    say("Done.")
    return figures


if __name__ == "__main__":
    main()

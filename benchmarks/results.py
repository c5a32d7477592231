"""Figures and how they are worked out: medians over interleaved rounds, since others may use the machine meanwhile."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROUNDS = 7


@dataclass(frozen=True)
class Figure:
    """One line of the table at the end."""

    name: str
    wanted: str
    measured: str
    ratio: str
    met: bool | None  # None: it informs, nothing is asked of it


def p95(samples: Sequence[float]) -> float:
    """The time within which nineteen of twenty were answered."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def interleaved(asks: dict[str, Callable[[], float]], times: int, rounds: int = ROUNDS) -> dict[str, list[list[float]]]:
    """Ask each ``times`` times in each round, one round after the other; the seconds by name and round."""
    found: dict[str, list[list[float]]] = {name: [] for name in asks}
    for ask in asks.values():
        for _ in range(5):  # caches are warm in a running system
            ask()
    for _ in range(rounds):
        for name, ask in asks.items():
            found[name].append([ask() for _ in range(times)])
    return found


def typical(rounds: Sequence[Sequence[float]], of: Callable[[Sequence[float]], float] = p95) -> float:
    """The median over the rounds of a figure of each round."""
    return statistics.median(of(samples) for samples in rounds)


def ms(seconds: float) -> str:
    """Seconds in milliseconds, as a table shows them."""
    return f"{seconds * 1000:.1f} ms"


def limit(name: str, seconds: float, unit: float, most: float, unit_name: str, note: str = "") -> Figure:
    """A figure that may be so many units at most."""
    ratio = seconds / unit
    return Figure(name, f"≤ {most:g} {unit_name}", ms(seconds) + note, f"{ratio:.2f}", ratio <= most)


def table(figures: Sequence[Figure]) -> str:
    """All figures as text."""
    head = ("figure", "wanted", "measured", "ratio", "met")
    answers = {True: "yes", False: "NO", None: ""}
    rows = [head, *((f.name, f.wanted, f.measured, f.ratio, answers[f.met]) for f in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])

"""What workers and beat do by themselves, done once by hand."""

from __future__ import annotations

from collections.abc import Callable

import click

from disputes import upkeep
from disputes.cases import recounts, sweeps
from disputes.cli.system import answer, as_json, system
from disputes.intake import commands as intake
from disputes.notifications import delivery

# In the order of a case's life, so that one tick carries work through: routing makes messages, and so do deadlines.
DUE_WORK = {
    "routed": intake.route_next,
    "departed": sweeps.depart_next,
    "handed_over": sweeps.hand_over_next,
    "lapsed": sweeps.lapse_next,
    "reminded": sweeps.remind_next,
    "counted_again": recounts.recount_next,
    "delivered": delivery.deliver_next,
}


@click.command()
@as_json
def tick(as_json: bool) -> None:
    """Do all due work once: route new cases, act on deadlines, remind, deliver messages. Workers do the same by themselves."""
    with system("tick"):
        done = {name: _count(next_one) for name, next_one in DUE_WORK.items()}
    answer(as_json, done, ", ".join(f"{name} {number}" for name, number in done.items()))


@click.command()
@as_json
def purge(as_json: bool) -> None:
    """Erase what has been kept as long as the law allows: drafts, identity data, and personal data of old cases."""
    with system("purge"):
        done = upkeep.purge()
    answer(as_json, done, ", ".join(f"{name} {number}" for name, number in done.items()))


def _count(next_one: Callable[[], bool]) -> int:
    """Call a sweep until nothing is due, and say how often something was."""
    number = 0
    while next_one():
        number += 1
    return number

"""What goods are called, and how they passed from hand to hand, as every page of a return shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from disputes import names
from disputes.cases.models import Case, Evidence
from disputes.names import named
from disputes.names import returns as return_names
from disputes.returns.models import Custody, Return, ReturnItem

NO_NETWORK = 60  # seconds between a passing and its arrival with us from which on both moments are told


@dataclass(frozen=True)
class Passing:
    """Goods passed from one hand to another: a giver and a taker. What passed together is one, whatever the number of items."""

    event_id: int
    at: datetime
    happened_at: datetime
    giver: str
    taker: str
    taken_by: tuple[str, int | None]  # the taker as codes
    goods: list[str]
    seal: str | None
    grade: str
    photographs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def late(self) -> bool:
        """Whether it was written down on a device without network and reached us later."""
        return abs((self.at - self.happened_at).total_seconds()) >= NO_NETWORK


def goods_name(item: ReturnItem) -> str:
    """What the tourist called the goods, or their class once that was erased or where nothing was said."""
    return item.name or named(names.GOODS_CLASSES, item.goods)


def passings(
    case: Case,
    record: Return,
    who: Callable[[str, int | None], str],
    addresses: Callable[[Evidence], tuple[str, str | None]] | None = None,
) -> list[Passing]:
    """Every passing on, the newest first. ``who`` names a holder to the reader; ``addresses`` gives a photograph's page and its
    small picture, and without it no photographs are shown."""
    events: dict[int, list[Custody]] = {}
    for item in record.items:
        for row in item.custody:
            events.setdefault(row.event_id, []).append(row)
    pieces = {e.id: e for e in case.evidence if e.erased_at is None} if addresses is not None else {}
    return [_passing(events[key], who, pieces, addresses) for key in sorted(events, reverse=True)]


def _passing(
    rows: list[Custody],
    who: Callable[[str, int | None], str],
    pieces: dict[int, Evidence],
    addresses: Callable[[Evidence], tuple[str, str | None]] | None,
) -> Passing:
    first = rows[0]
    shown = {name: pieces[i] for row in rows for name, i in row.photographs.items() if i in pieces}
    photographs = []
    for name, piece in shown.items() if addresses is not None else ():
        url, small = addresses(piece)
        photographs.append(
            {
                "name": named(return_names.PHOTOGRAPHS, name),
                "url": url,
                "thumb_url": small if piece.thumbnail_sha256 else None,
            }
        )
    return Passing(
        event_id=first.event_id,
        at=first.at,
        happened_at=first.happened_at,
        giver=who(first.giver, first.giver_id),
        taker=who(first.taker, first.taker_id),
        taken_by=(first.taker, first.taker_id),
        goods=[f"{goods_name(row.item)} × {row.quantity}" for row in rows],
        seal=first.seal,
        grade=named(return_names.GRADES, first.grade),
        photographs=photographs,
    )

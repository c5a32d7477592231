"""Questions about places and bodies."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from sqlalchemy import select

from disputes.db import db
from disputes.regions.models import Authority, BusinessDistrict, Division, Office, Port
from disputes.rules.routing import Known

DEFAULT_REGION = "CQ"  # a case that names no place still has an owner; Chongqing passes on what is Sichuan's


def region_of(division_code: str | None) -> str:
    """CQ or SC, from the first two digits of a GB/T 2260 code."""
    return {"50": "CQ", "51": "SC"}.get((division_code or "")[:2], DEFAULT_REGION)


def office(code: str) -> Office:
    """The office with this code."""
    return db.session.scalars(select(Office).where(Office.code == code)).one()


def office_names() -> dict[str, Any]:
    """The offices' names by code, in the language of the page; for the history."""
    zh = str(get_locale() or "").startswith("zh")
    return {o.code: o.name_zh if zh else o.name_en for o in offices()}


def closed_offices() -> frozenset[str]:
    """The codes of the offices that take no new cases; the routing leaves them out."""
    return frozenset(db.session.scalars(select(Office.code).where(~Office.active)))


def known() -> Known:
    """The codes that a routing table and its facts may name."""
    return Known(
        frozenset(db.session.scalars(select(Office.code))),
        frozenset(db.session.scalars(select(Authority.code))),
        frozenset(db.session.scalars(select(Port.code))),
        {d.code: d.division_code for d in districts()},
    )


def offices() -> list[Office]:
    """All offices, by region."""
    return list(db.session.scalars(select(Office).order_by(Office.region, Office.id)))


def divisions() -> list[Division]:
    """All divisions of both regions, by code."""
    return list(db.session.scalars(select(Division).order_by(Division.code)))


def division_names() -> tuple[Any, ...]:
    """Code, level, the division above and the names of all divisions, by code; as values, for lists to choose from."""
    columns = (Division.code, Division.level, Division.parent_code, Division.name_zh, Division.name_en)
    return tuple(db.session.execute(select(*columns).order_by(Division.code)))


def port_names() -> tuple[Any, ...]:
    """Code, kind and names of the places from which tourists leave, airports first; as values, for lists to choose from."""
    columns = (Port.code, Port.kind, Port.name_zh, Port.name_en)
    return tuple(db.session.execute(select(*columns).order_by(Port.kind, Port.region, Port.code)))


def ports() -> list[Port]:
    """The places from which tourists leave, airports first."""
    return list(db.session.scalars(select(Port).order_by(Port.kind, Port.region, Port.code)))


def districts() -> list[BusinessDistrict]:
    """The business districts that the policies name."""
    return list(db.session.scalars(select(BusinessDistrict).order_by(BusinessDistrict.code)))


def authorities() -> list[Authority]:
    """All authorities, by code."""
    return list(db.session.scalars(select(Authority).order_by(Authority.code)))


def authority(code: str) -> Authority | None:
    """The authority with this code."""
    return db.session.get(Authority, code)

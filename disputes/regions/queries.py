"""Questions about places and bodies."""

from __future__ import annotations

from sqlalchemy import select

from disputes.db import db
from disputes.regions.models import Authority, BusinessDistrict, Division, Office, Port

DEFAULT_REGION = "CQ"  # a case that names no place still has an owner; Chongqing passes on what is Sichuan's


def region_of(division_code: str | None) -> str:
    """CQ or SC, from the first two digits of a GB/T 2260 code."""
    return {"50": "CQ", "51": "SC"}.get((division_code or "")[:2], DEFAULT_REGION)


def office_for(division_code: str | None) -> Office:
    """The office that owns a case of this place: the one that serves the division, else the region's own."""
    region = region_of(division_code)
    offices = db.session.scalars(select(Office).where(Office.region == region, Office.active).order_by(Office.id)).all()
    named = [
        o for o in offices if division_code and any(division_code.startswith(prefix) for prefix in o.division_codes)
    ]
    general = [o for o in offices if not o.division_codes]
    return (named or general or list(offices))[0]


def offices() -> list[Office]:
    """All offices, by region."""
    return list(db.session.scalars(select(Office).order_by(Office.region, Office.id)))


def divisions() -> list[Division]:
    """All divisions of both regions, by code."""
    return list(db.session.scalars(select(Division).order_by(Division.code)))


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

"""The package as files: the document as PDF, the data as JSON, the safe copies of the evidence, and all of it as one ZIP."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from disputes import clock
from disputes.cases.models import Case
from disputes.db import db
from disputes.documents.render import render
from disputes.files.storage import NotStored, Storage
from disputes.referrals import package, queries
from disputes.regions.models import Authority

DOCUMENT, DATA = "referral-package.pdf", "data.json"


def pdf(case: Case, storage: Storage) -> bytes:
    """The document for the authority that the tourist authorised. NotAuthorised without an authorisation."""
    return _document(case, _sizes(_copies(case, storage)))


def zipped(case: Case, storage: Storage) -> bytes:
    """Everything in one file, under names that tell nothing of the tourist. NotAuthorised without an authorisation."""
    copies = _copies(case, storage)
    sizes = _sizes(copies)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, DOCUMENT, _document(case, sizes))
        _add(archive, DATA, json.dumps(package.data(case, sizes), ensure_ascii=False, indent=2).encode())
        for number, piece in enumerate(package.handed_in(case), 1):
            if piece.safe_sha256 in copies:
                _add(archive, f"evidence/{package.file_name(number, piece)}", copies[piece.safe_sha256])
    return made.getvalue()


def _document(case: Case, sizes: dict[str, int]) -> bytes:
    given = queries.authorisation(case)
    if given is None:
        raise package.NotAuthorised(case.number)
    authority = db.session.get_one(Authority, given.authority_code)
    paper = package.paper(case, authority, case.officer, sizes)
    return render("referral-package", paper, case.tourist.language, clock.now())


def _copies(case: Case, storage: Storage) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for piece in package.handed_in(case):
        try:
            found[piece.safe_sha256] = storage.read(piece.safe_sha256)
        except NotStored:
            continue  # erased from the storage: the list still names it with its sum
    return found


def _sizes(copies: dict[str, bytes]) -> dict[str, int]:
    return {address: len(content) for address, content in copies.items()}


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> Any:
    local = clock.now().astimezone(clock.SHANGHAI)
    entry = zipfile.ZipInfo(name, local.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    archive.writestr(entry, content)

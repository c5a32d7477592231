"""Files of a case on their way to a browser: the safe copy, its small picture, and, for the staff, the original."""

from __future__ import annotations

import re
from typing import BinaryIO

from flask import Response, current_app, send_file

from disputes.cases.models import Case, Evidence
from disputes.cases.queries import NotFound
from disputes.files.storage import NotStored, storage_at
from disputes.web.uploads import shown_name

ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"  # nothing of a file runs in our name


def evidence_of(case: Case, evidence_id: int) -> Evidence:
    """A piece of evidence of this case; NotFound for another case's, and for one that was erased."""
    piece = next((e for e in case.evidence if e.id == evidence_id and e.erased_at is None), None)
    if piece is None:
        raise NotFound("evidence")
    return piece


def safe_copy(piece: Evidence, *, as_attachment: bool | None = None) -> Response:
    """The copy that everybody in the case may see. A picture is shown, anything else is a download."""
    if as_attachment is None:
        as_attachment = not piece.media_type.startswith("image/")
    return _sent(piece.safe_sha256, piece.media_type, _name(piece), as_attachment)


def small_picture(piece: Evidence) -> Response:
    """The small picture of a piece of evidence; NotFound where there is none."""
    if piece.thumbnail_sha256 is None:
        raise NotFound("small picture")
    return _sent(piece.thumbnail_sha256, "image/jpeg", "small.jpg", False)


def original(piece: Evidence) -> Response:
    """The file as it was given, for the staff alone and only as a download: it may hold anything."""
    return _sent(piece.sha256, "application/octet-stream", shown_name(piece.name or "file"), True)


def _name(piece: Evidence) -> str:
    """The file's name with the ending of what it is now: a safe copy may be another kind than the original."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", shown_name(piece.name or "")) or "file"
    return f"{stem}.{ENDINGS.get(piece.media_type, 'bin')}"


def _sent(address: str, media_type: str, name: str, as_attachment: bool) -> Response:
    try:
        content: BinaryIO = storage_at(current_app.config["SETTINGS"].files_url).open(address)
    except NotStored:
        raise NotFound("file") from None
    answer = send_file(content, mimetype=media_type, as_attachment=as_attachment, download_name=name)
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer

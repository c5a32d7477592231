"""Files that somebody sends with a form: each is judged for itself, the accepted ones are stored, the refused ones named."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from flask import current_app
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from disputes.cases.upkeep import File
from disputes.files import decoding
from disputes.files.refusals import RefusalReason, sentence
from disputes.files.scanning import scanner_at
from disputes.files.storage import storage_at

MOST_AT_ONCE = 10  # each may take five seconds; somebody waits for the page
LONGEST_NAME = 120


@dataclass(frozen=True)
class RefusedFile:
    """A file that is not kept: its name, and why."""

    name: str
    reason: RefusalReason | None  # None: too many at once

    def __str__(self) -> str:
        """The sentence for its owner, with the file's name first."""
        if self.reason is None:
            return _("%(name)s: please send at most %(count)s files at a time.", name=self.name, count=MOST_AT_ONCE)
        return _("%(name)s: %(why)s", name=self.name, why=sentence(self.reason))


@dataclass(frozen=True)
class Received:
    """What became of the files of one form."""

    accepted: list[File] = field(default_factory=list)
    refused: list[RefusedFile] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        return [str(file) for file in self.refused]


def receive(uploads: Iterable[FileStorage]) -> Received:
    """Judge and store the files of a form. The caller adds what was accepted to a case or a draft, in its transaction.

    Call it before the transaction: opening a file takes its time, and a row must not stay locked for it.
    """
    config = current_app.config["SETTINGS"]
    storage, scanner = storage_at(config.files_url), scanner_at(config.clamd_socket)
    received = Received()
    for number, upload in enumerate(u for u in uploads if u is not None and u.filename):
        name = shown_name(upload.filename or "")
        if number >= MOST_AT_ONCE:
            received.refused.append(RefusedFile(name, None))
            continue
        data = upload.stream.read(decoding.MAX_FILE_SIZE + 1)
        judged = decoding.accept(data, name, work_dir=config.state_dir / "decoding", scanner=scanner)
        if isinstance(judged, decoding.Refused):
            received.refused.append(RefusedFile(name, judged.reason))
            continue
        kept = decoding.keep(storage, data, judged)
        received.accepted.append(
            File(
                name=name,
                media_type=judged.media_type,
                size=judged.size,
                sha256=kept.sha256,
                safe_sha256=kept.safe_sha256,
                thumbnail_sha256=kept.thumbnail_sha256,
            )
        )
    return received


def shown_name(given: str) -> str:
    """The name of a file as we show it: no folders, nothing invisible, not endless. Its ending stays."""
    last = PurePosixPath(given.replace("\\", "/")).name
    visible = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    name = unicodedata.normalize("NFC", visible).strip() or "file"
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 2]}….{ending}"

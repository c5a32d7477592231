"""Accept or refuse a file that somebody hands in, and make the copies that others may see.

The kind is told by the content, never by the name. The file itself is opened only in a child process with five seconds, 300 MB
and no way to anything of ours; what comes back is a re-encoded picture, or a PDF with nothing but its pages. At most two of
these children run at once on the machine, so that the pages keep answering.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from disputes.files.kinds import FileKind, contradicts, recognise
from disputes.files.refusals import MAX_FILE_MEGABYTES, MAX_PDF_PAGES, RefusalReason
from disputes.files.scanning import NoScanner, Scanner, ScannerSilent, Verdict
from disputes.files.slots import NoSlotFree, slot
from disputes.files.storage import Storage

MEGABYTE = 1_000_000
MAX_FILE_SIZE = MAX_FILE_MEGABYTES * MEGABYTE
ROOT = Path(__file__).parents[2]
# Isolated mode knows neither our folder nor our environment, so the program is told where it lies; -B: it writes no file.
START = "import sys; sys.path.append(sys.argv.pop()); from disputes.files.decoder.program import main; main()"
COMMAND = (sys.executable, "-I", "-B", "-c", START)
SLOTS = 2
PATIENCE = 20.0  # seconds a file waits for a slot
ANSWER_LINE = 4096

# A JPEG is decoded at a fraction of its size, the others as a whole: these fit in the memory that a child has.
MAX_PIXELS = {
    FileKind.JPEG: 100_000_000,
    FileKind.HEIC: 50_000_000,
    FileKind.PNG: 40_000_000,
    FileKind.WEBP: 15_000_000,
    FileKind.GIF: 40_000_000,
    FileKind.PDF: 100_000_000,  # each picture in it
}


@dataclass(frozen=True)
class Limits:
    """What a child may use, and how large its copies are. Sizes in bytes, sides in pixels."""

    seconds: int = 5
    memory: int = 300 * MEGABYTE
    output: int = 60 * MEGABYTE
    unpacked: int = 400 * MEGABYTE  # of all streams of a PDF together, counted but never held
    pages: int = MAX_PDF_PAGES
    side: int = 2560
    thumbnail: int = 320


@dataclass(frozen=True)
class Accepted:
    """A file that is safe to keep, and its safe copies. Only the copies may be shown; the original is a download for staff."""

    kind: FileKind
    media_type: str  # of the safe copy
    sha256: str  # of the original
    size: int  # of the original, in bytes
    derived: bytes
    thumbnail: bytes | None  # a JPEG; a PDF has none
    width: int | None = None  # of the safe copy
    height: int | None = None
    pages: int | None = None


@dataclass(frozen=True)
class Refused:
    reason: RefusalReason


@dataclass(frozen=True)
class Kept:
    """The addresses of what was stored for one file."""

    sha256: str
    safe_sha256: str
    thumbnail_sha256: str | None


LIMITS = Limits()
NO_SCANNER = NoScanner()


def accept(
    data: bytes | BinaryIO,
    claimed_name: str,
    *,
    work_dir: Path,
    scanner: Scanner = NO_SCANNER,
    limits: Limits = LIMITS,
    patience: float = PATIENCE,
) -> Accepted | Refused:
    """Judge one file; nothing is stored. `work_dir` is a private folder that all processes of this machine share."""
    if not isinstance(data, bytes):
        data = data.read(MAX_FILE_SIZE + 1)
    if not data:
        return Refused(RefusalReason.EMPTY)
    if len(data) > MAX_FILE_SIZE:
        return Refused(RefusalReason.TOO_LARGE)
    try:
        if scanner.scan(data) is Verdict.INFECTED:
            return Refused(RefusalReason.INFECTED)
    except ScannerSilent:
        return Refused(RefusalReason.SCANNER_SILENT)

    kind = recognise(data)
    if kind is None:
        return Refused(RefusalReason.UNKNOWN_KIND)
    if contradicts(claimed_name, kind):
        return Refused(RefusalReason.NAME_DISAGREES)
    order = {"kind": kind, "pixels": MAX_PIXELS[kind], **asdict(limits)}
    try:
        with slot(work_dir, SLOTS, patience) as lock:
            answer = run((*COMMAND, json.dumps(order), str(ROOT)), data, lock, work_dir, limits)
    except NoSlotFree:
        return Refused(RefusalReason.BUSY)
    return answer if isinstance(answer, Refused) else _accepted(kind, data, *answer)


def keep(storage: Storage, original: bytes, accepted: Accepted) -> Kept:
    """Store an accepted file and its copies; doing it twice changes nothing. The caller then writes the row that names them."""
    return Kept(
        sha256=storage.put(original),
        safe_sha256=storage.put(accepted.derived),
        thumbnail_sha256=storage.put(accepted.thumbnail) if accepted.thumbnail else None,
    )


def run(
    command: Sequence[str], data: bytes, lock: int, work_dir: Path, limits: Limits
) -> tuple[dict[str, Any], list[bytes]] | Refused:
    """Run the child program on this file: its facts and copies, or why there are none.

    The file and the answer lie in nameless temporary files, so that the child can neither make us wait on a pipe nor fill our
    memory. The child is the head of a session of its own and is ended together with whatever it may have started.
    """
    with tempfile.TemporaryFile(dir=work_dir) as given, tempfile.TemporaryFile(dir=work_dir) as answer:
        given.write(data)
        given.seek(0)
        child = subprocess.Popen(
            command,
            stdin=given,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_bare_environment(),
            pass_fds=(lock,),
            start_new_session=True,
        )
        try:
            code = child.wait(timeout=limits.seconds)
        except subprocess.TimeoutExpired:
            return Refused(RefusalReason.TOO_DEMANDING)
        finally:
            _end(child)
        if code in (-signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL):
            return Refused(RefusalReason.TOO_DEMANDING)
        if code != 0:
            return Refused(RefusalReason.DAMAGED)  # the decoder itself broke on it
        answer.seek(0)
        return _read(answer, limits)


def _bare_environment() -> dict[str, str]:
    """No address and no secret of ours; one memory arena, since each reserves a good part of what the child may have."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.returncode is None:
        os.killpg(child.pid, signal.SIGKILL)  # not reaped yet, so the number is still this child's
        child.wait()


def _read(answer: BinaryIO, limits: Limits) -> tuple[dict[str, Any], list[bytes]] | Refused:
    """What the child answered, believed no further than it can be checked: a broken decoder may have written it."""
    try:
        facts = json.loads(answer.readline(ANSWER_LINE))
        if "refused" in facts:
            return Refused(RefusalReason(facts["refused"]))
        lengths = [int(length) for length in facts["lengths"]]
        if not 0 < sum(lengths) <= limits.output or min(lengths) <= 0:
            return Refused(RefusalReason.DAMAGED)
        copies = [answer.read(length) for length in lengths]
        if any(not isinstance(facts.get(name), int | None) for name in ("width", "height", "pages")):
            return Refused(RefusalReason.DAMAGED)
    except (ValueError, TypeError, KeyError, RecursionError):
        return Refused(RefusalReason.DAMAGED)
    return (facts, copies) if [len(copy) for copy in copies] == lengths else Refused(RefusalReason.DAMAGED)


def _accepted(kind: FileKind, data: bytes, facts: dict[str, Any], copies: list[bytes]) -> Accepted | Refused:
    media_type, start = ("application/pdf", b"%PDF-") if kind is FileKind.PDF else ("image/jpeg", b"\xff\xd8\xff")
    expected = 1 if kind is FileKind.PDF else 2
    if len(copies) != expected or not copies[0].startswith(start) or not copies[-1].startswith(start):
        return Refused(RefusalReason.DAMAGED)
    return Accepted(
        kind=kind,
        media_type=media_type,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        derived=copies[0],
        thumbnail=copies[1] if len(copies) == 2 else None,
        width=facts.get("width"),
        height=facts.get("height"),
        pages=facts.get("pages"),
    )

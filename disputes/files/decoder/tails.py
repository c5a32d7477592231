"""What lies behind the end of a picture or a document, where a second file can hide."""

from __future__ import annotations

import io
import re
from typing import BinaryIO

from disputes.files.decoder.refused import Refused


def refuse_archive(file: BinaryIO) -> None:
    """Refuse a picture or PDF that is a ZIP archive as well: its directory would end exactly where the file ends."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at >= 0 and len(tail) - at >= 22 and at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail):
        raise Refused("mixed_kinds")


def refuse_foreign_tail(file: BinaryIO) -> None:
    """Refuse a photo that is something else as well.

    Phones append more pictures, depth maps, short films and their own records to a photo, so a tail alone is no reason. The
    copies shown to people never hold it. What is refused is a tail that another program would open as a file of its own.
    """
    file.seek(0)
    data = file.read()
    tail = data[_end_of_jpeg(data) :].lstrip(b"\0")
    foreign = (
        b"%PDF-",
        b"PK\x03\x04",
        b"Rar!\x1a",
        b"7z\xbc\xaf",
        b"\x1f\x8b\x08",
        b"MZ",
        b"\x7fELF",
        b"ID3",
        b"<",
        b"#!",
    )
    if tail.startswith(foreign) or _holds_sound(tail):
        raise Refused("mixed_kinds")


def _end_of_jpeg(data: bytes) -> int:
    """The offset behind the end-of-image marker of the first picture; the file's length when there is none."""
    at = 2
    marker = re.compile(rb"\xff[\x01\xc0-\xcf\xd8-\xfe]")  # leaves out filling, stuffed zeros and restart marks
    while found := marker.search(data, at):
        code, at = data[found.end() - 1], found.end()
        if code == 0xD9:
            return at
        if code not in (0x01, 0xD8):
            at += int.from_bytes(data[at : at + 2], "big")
    return len(data)


def _holds_sound(tail: bytes) -> bool:
    """Whether MPEG sound lies in these bytes: four headers, each exactly where the one before says that it ends."""
    header = re.compile(rb"\xff[\xe2-\xff]")
    at = 0
    while found := header.search(tail, at):
        at = found.start() + 1
        place = found.start()
        for _ in range(4):
            length = _sound_frame_length(tail[place : place + 4])
            if not length:
                break
            place += length
        else:
            return True
    return False


def _sound_frame_length(header: bytes) -> int:
    """Length in bytes of an MPEG-1 layer II or III frame, or 0 when these four bytes begin none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xFE not in (0xFA, 0xFC):
        return 0
    kilobits = {
        0xFA: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
        0xFC: (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0),
    }[header[1] & 0xFE][header[2] >> 4]
    rate = (44100, 48000, 32000, 0)[header[2] >> 2 & 3]
    return 144000 * kilobits // rate + (header[2] >> 1 & 1) if rate and kilobits else 0

"""Which kinds of file are accepted, told from their content; a name can only contradict it."""

from __future__ import annotations

import re
from enum import StrEnum
from mimetypes import MimeTypes
from pathlib import PurePath

import filetype

HEAD = 8192  # bytes in which every kind shows itself
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis")  # still pictures in HEVC; the library knows only the first


class FileKind(StrEnum):
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"
    GIF = "gif"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        return "application/pdf" if self is FileKind.PDF else f"image/{self}"


BY_MEDIA_TYPE = {kind.media_type: kind for kind in FileKind}

# Phones and messengers name one kind of photo after another (a WebP or HEIC that is called .jpg), and their owners can do
# nothing about it. Among these a wrong name is forgiven; every other contradiction is refused.
PHOTOS = frozenset({FileKind.JPEG, FileKind.PNG, FileKind.WEBP, FileKind.HEIC})
# fmt: off
BY_ENDING = {
    "jpg": PHOTOS, "jpeg": PHOTOS, "jpe": PHOTOS, "jfif": PHOTOS, "png": PHOTOS, "webp": PHOTOS, "heic": PHOTOS, "heif": PHOTOS, "hif": PHOTOS,
    "gif": frozenset({FileKind.GIF}),
    "pdf": frozenset({FileKind.PDF}),
}
# fmt: on
# Endings that name another kind and that neither table behind `_names_another_kind` knows.
OTHER_ENDINGS = frozenset(
    {"xlsx", "docx", "pptx", "apk", "ps1", "php", "lnk", "hta", "jar", "scr", "com", "cmd", "vbs"}
)
_BUILT_IN_TYPES = MimeTypes()  # without the machine's own files, so that every host decides alike


def recognise(data: bytes) -> FileKind | None:
    """The kind that the first bytes show, or None for anything we do not accept. Only decoding proves it."""
    head = data[:HEAD]
    if head.lstrip(b"\0\t\n\f\r ").startswith(b"%PDF-"):
        return FileKind.PDF
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return FileKind.HEIC
    found = filetype.guess(head) if head else None
    return BY_MEDIA_TYPE.get(found.mime) if found else None


def contradicts(claimed_name: str, kind: FileKind) -> bool:
    """Whether the name's ending stands for another kind than the content. No ending, or an unknown one, says nothing."""
    ending = PurePath(claimed_name.strip()).suffix[1:].lower()
    if ending in BY_ENDING:
        return kind not in BY_ENDING[ending]
    return _names_another_kind(ending)


def _names_another_kind(ending: str) -> bool:
    if not re.fullmatch(r"[a-z0-9]{1,8}", ending):
        return False
    by_type = _BUILT_IN_TYPES.guess_type(f"file.{ending}")[0]
    return ending in OTHER_ENDINGS or by_type is not None or filetype.get_type(ext=ending) is not None

"""PDF: only the pages, as they look, in a new document."""

from __future__ import annotations

import io
import re
import zlib
from typing import Any, BinaryIO, cast

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from disputes.files.decoder.refused import Refused

NESTING = 60  # levels of dictionaries within dictionaries that we follow
CHUNK = 1 << 20
PAGE_KEYS = frozenset(["/Type", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"])
# Whatever acts, hides or tells about its maker. Annotations and forms are gone with the keys of the page that are left out.
NEVER = frozenset(
    [
        "/A",
        "/AA",
        "/OpenAction",
        "/JS",
        "/JavaScript",
        "/EmbeddedFiles",
        "/EF",
        "/RF",
        "/AF",
        "/XFA",
        "/AcroForm",
        "/RichMediaContent",
        "/Metadata",
        "/PieceInfo",
    ]
)
NEVER_IN_STREAMS = NEVER | frozenset(
    [
        "/F",
        "/FFilter",
        "/FDecodeParms",
        "/Ref",
        "/OPI",
        "/Alternates",
        "/LastModified",
        "/StructParent",
        "/StructParents",
        "/Measure",
        "/PtData",
    ]
)
PICTURE_FILTERS = frozenset(["/DCTDecode", "/DCT", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/CCF"])


def copies(file: BinaryIO, order: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """One copy of the document. Nothing of the old catalogue is taken over, and of each page only what shows it."""
    try:
        source = pikepdf.open(file)
    except pikepdf.PasswordError:
        raise Refused("locked") from None
    if len(source.pages) == 0:
        raise Refused("damaged")
    if len(source.pages) > order["pages"]:
        raise Refused("too_many_pages")

    _flatten(source)
    copy = pikepdf.new()
    for page in source.pages:
        for key in set(page.obj.keys()) - PAGE_KEYS - {"/Parent"}:
            del page.obj[key]
        copy.pages.append(page)
    budget = order["unpacked"]
    for thing in copy.objects:
        _scrub(thing, NESTING)
        if isinstance(thing, Stream):
            budget -= _unpacked(thing, order["pixels"], budget)
            _strip_photo(thing)

    target = io.BytesIO()
    copy.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    with pikepdf.open(io.BytesIO(target.getvalue())) as written:  # the proof that it can be opened again
        pages = len(written.pages)
    return {"pages": pages}, [target.getvalue()]


def _flatten(source: pikepdf.Pdf) -> None:
    """Draw filled fields, stamps and remarks into the pages, where they stay visible and can do nothing any more."""
    try:
        form = source.Root.get("/AcroForm")
        if isinstance(form, Dictionary) and "/NeedAppearances" in form:
            del form["/NeedAppearances"]  # otherwise the looks that the fields have would be passed over
        source.flatten_annotations("screen")
    except MemoryError:
        raise
    except Exception:
        return  # the pages without their remarks are still worth having; the original is kept for the staff


def _scrub(thing: Any, depth: int) -> None:
    """Take everything out of this object, and of what is written inside it, that acts or tells about its maker."""
    if depth == 0:
        raise Refused("damaged")
    if isinstance(thing, Array):
        inside = list(thing)
    elif isinstance(thing, (Dictionary, Stream)):
        names = NEVER_IN_STREAMS if isinstance(thing, Stream) else NEVER
        if "/S" in thing and "/Type" in thing and str(thing["/Type"]) == "/Action":
            names = frozenset(thing.keys())
        for key in names & set(thing.keys()):
            if key != "/A" or _is_action(thing[key]):
                del thing[key]
        inside = [thing[key] for key in thing.keys()]  # noqa: SIM118  iterating an object itself is no walk over its keys
    else:
        return
    for part in inside:
        if isinstance(part, pikepdf.Object) and not part.is_indirect:
            _scrub(part, depth - 1)


def _is_action(value: Any) -> bool:
    """`/A` may also be the name that a page gave to a font or a picture, so here the value decides."""
    return isinstance(value, Dictionary) and "/S" in value


def _filters(stream: Stream) -> list[str]:
    value = stream.get("/Filter")
    if value is None:
        return []
    return (
        [str(value)] if not hasattr(value, "__len__") or str(value).startswith("/") else [str(name) for name in value]
    )


def _unpacked(stream: Stream, pixels: int, budget: int) -> int:
    """Bytes that a reader would unpack from this stream; refused when it claims or hides too much."""
    filters = _filters(stream)
    picture = str(stream.get("/Subtype", "")) == "/Image"
    if picture:
        sizes = [(_whole(stream.get("/Width")), _whole(stream.get("/Height"))), *_inner_sizes(stream, filters)]
        if any(width * height > pixels for width, height in sizes):
            raise Refused("too_many_pixels")
    if PICTURE_FILTERS & set(filters):
        if not picture:
            raise Refused("damaged")  # no text or font is packed as a picture; only a trap is
        return 0
    if filters in (["/FlateDecode"], ["/Fl"]):
        size = _inflated(stream.read_raw_bytes(), budget)
    else:
        size = len(stream.read_bytes())  # rare; bounded by our memory
    if size > budget:
        raise Refused("too_demanding")
    return size


def _inflated(raw: bytes, limit: int) -> int:
    """How many bytes come out of this, counted no further than just beyond the limit and never held all at once."""
    machine = zlib.decompressobj()
    size = 0
    try:
        while raw and size <= limit and not machine.eof:
            size += len(machine.decompress(raw, CHUNK))
            raw = machine.unconsumed_tail
    except zlib.error:
        pass  # a damaged stream ends here for its readers too
    return size


def _whole(value: Any) -> int:
    try:
        return max(0, int(value))
    except (TypeError, ValueError):
        return 0


def _inner_sizes(stream: Stream, filters: list[str]) -> list[tuple[int, int]]:
    """The sizes that the picture's own format states, whatever the PDF around it says."""
    if not filters:
        return []
    if filters[-1] in ("/DCTDecode", "/DCT") and len(filters) == 1:
        frames = re.finditer(
            rb"\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]..\x08(..)(..)", stream.read_raw_bytes(), re.DOTALL
        )
        first = next(frames, None)
        return [(int.from_bytes(first[2], "big"), int.from_bytes(first[1], "big"))] if first else []
    if filters == ["/JPXDecode"]:
        first = re.search(rb"\xff\x4f\xff\x51....(....)(....)", stream.read_raw_bytes(), re.DOTALL)
        return [(int.from_bytes(first[1], "big"), int.from_bytes(first[2], "big"))] if first else []
    if filters == ["/JBIG2Decode"]:
        return _jbig2_sizes(stream.read_raw_bytes())
    return []


def _jbig2_sizes(data: bytes) -> list[tuple[int, int]]:
    """Width and height of each page and region in an embedded JBIG2 stream."""
    sizes: list[tuple[int, int]] = []
    at = 0
    while at + 11 <= len(data) and len(sizes) < 1000:
        number, flags, referred = int.from_bytes(data[at : at + 4], "big"), data[at + 4], data[at + 5] >> 5
        at += 6
        if referred == 7:  # the long form
            count = int.from_bytes(data[at - 1 : at + 3], "big") & 0x1FFFFFFF
            at += 3 + (count + 8) // 8
        else:
            count = referred
        at += count * (1 if number <= 256 else 2 if number <= 65536 else 4) + (4 if flags & 0x40 else 1)
        length = int.from_bytes(data[at : at + 4], "big")
        at += 4
        if flags & 63 in (4, 6, 7, 20, 22, 23, 36, 38, 39, 40, 42, 43, 48):
            sizes.append((int.from_bytes(data[at : at + 4], "big"), int.from_bytes(data[at + 4 : at + 8], "big")))
        at += length
    return [(width, 1 if height == 0xFFFFFFFF else height) for width, height in sizes]


def _strip_photo(stream: Stream) -> None:
    """Take EXIF, with its GPS position, and comments out of a photo inside a page; the picture itself is not touched."""
    if _filters(stream) not in (["/DCTDecode"], ["/DCT"]):
        return
    data = stream.read_raw_bytes()
    kept = [data[:2]]
    at = 2
    while data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] not in (b"\xda", b"\xd9", b""):
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        code = data[at + 1]
        if not (
            code == 0xFE or (0xE1 <= code <= 0xEF and code != 0xEE)
        ):  # Adobe's mark in 0xEE says how to read the colours
            kept.append(data[at:end])
        at = end
    stripped = b"".join(kept) + data[at:]
    if len(stripped) < len(data):
        stream.write(stripped, filter=Name.DCTDecode, decode_parms=cast(Dictionary | None, stream.get("/DecodeParms")))

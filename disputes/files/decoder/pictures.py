"""JPEG, PNG, WebP and GIF: the first frame, upright, in plain colours and bounded, and nothing else of the file."""

from __future__ import annotations

import gc
import io
from collections.abc import Callable
from typing import Any, BinaryIO

from PIL import Image, ImageCms

from disputes.files.decoder.refused import Refused
from disputes.files.decoder.tails import refuse_foreign_tail

QUALITY = 85
THUMBNAIL_QUALITY = 75
ORIENTATION = 0x0112  # the EXIF tag
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Image.MAX_IMAGE_PIXELS = None  # we compare ourselves, before anything is decoded


def copies(file: BinaryIO, order: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    kind = order["kind"]
    picture, turn = _first_frame(file, kind, order["pixels"], order["side"])
    safe = plain(picture, order["side"])
    if turn is not None:
        safe = safe.transpose(turn)
    # Screenshots and scans hold thin coloured lines, which the usual halving of colour would blur.
    return encoded(safe, order["thumbnail"], "4:2:0" if kind == "jpeg" else "4:4:4")


def _first_frame(file: BinaryIO, kind: str, pixels: int, side: int) -> tuple[Image.Image, Image.Transpose | None]:
    """The first frame, reduced where it is large, and the transposition that would put it upright."""
    picture = Image.open(file, formats=[kind.upper()])
    if picture.width * picture.height > pixels:
        raise Refused("too_many_pixels")
    if picture.info.get("progressive") and _coefficients(picture) > 2 * pixels:
        raise Refused("too_many_pixels")  # it is held as a whole in memory, whatever size we ask for
    if kind == "jpeg":
        picture.draft(None, (side, side))  # decodes a large photo at half or a quarter of its size
    picture.load()
    if kind == "jpeg":
        refuse_foreign_tail(file)

    smaller = reduced(lambda top, bottom: picture.crop((0, top, picture.width, bottom)), picture.size, side)
    smaller.info["icc_profile"] = picture.info.get("icc_profile")
    return smaller, _turn(picture)


def _coefficients(picture: Any) -> int:
    """Bytes that the decoder of a progressive JPEG holds: two for each sample of each colour at its own resolution."""
    samples = [across * down for _, across, down, _ in picture.layer]
    held: int = 2 * picture.width * picture.height * sum(samples) // max(samples)
    return held


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """The transposition that puts the picture upright, or None. Broken EXIF means: leave it as it is."""
    try:
        return TURNS.get(picture.getexif().get(ORIENTATION, 1))
    except Exception:
        return None


def reduced(strip: Callable[[int, int], Image.Image], size: tuple[int, int], side: int) -> Image.Image:
    """The picture in a mode that can be scaled, divided by a whole number so that its longer side is not far above `side`.

    It is done in strips, given by their top and bottom row: a large picture and its whole copy in another mode would not
    fit in our memory together.
    """
    width, height = size
    factor = max(1, max(size) // side)
    rows = 256 * factor
    parts = ((top, _scalable(strip(top, min(top + rows, height)))) for top in range(0, height, rows))
    target = None
    for top, part in parts:
        if target is None:
            target = Image.new(part.mode, (-(-width // factor), -(-height // factor)))
        target.paste(part.reduce(factor) if factor > 1 else part, (0, top // factor))
    if target is None:
        raise Refused("damaged")
    return target


def _scalable(part: Image.Image) -> Image.Image:
    """In a mode whose pixels can be averaged: 8 bits deep, no number in a palette, on white paper where it is transparent."""
    if part.mode.startswith(("I", "F")):  # 16 bits for each grey pixel
        return part.point(lambda value: value * (1 / 256)).convert("L")
    if part.has_transparency_data:
        paper = Image.new("RGBA", part.size, "white")
        paper.alpha_composite(part.convert("RGBA"))
        return paper.convert("RGB")
    if part.mode in ("L", "RGB", "CMYK", "LAB"):
        return part
    return part.convert("L" if part.mode == "1" else "RGB")


def plain(picture: Image.Image, side: int) -> Image.Image:
    """Grey or RGB pixels in sRGB, at most `side` long, and nothing else of the file."""
    profile = picture.info.get("icc_profile")
    gc.collect()  # the large picture this one was made from waits in a cycle of references
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    if profile and picture.mode != "L":
        picture = _in_srgb(picture, profile)
    if picture.mode not in ("L", "RGB"):
        picture = picture.convert("RGB")

    # Only pixels go over: comments, profiles, EXIF and XMP all live in attributes of the old object.
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    return clean


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """The same colours without their profile, which the safe copy lacks; unchanged when the profile makes no sense."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB") or picture
    except Exception:
        return picture


def encoded(safe: Image.Image, thumbnail: int, subsampling: str) -> tuple[dict[str, Any], list[bytes]]:
    """The answer for a picture: its measures, itself and its thumbnail as JPEG."""
    small = safe.copy()
    small.thumbnail((thumbnail, thumbnail))
    facts = {"width": safe.width, "height": safe.height}
    return facts, [_jpeg(safe, QUALITY, subsampling), _jpeg(small, THUMBNAIL_QUALITY, "4:2:0")]


def _jpeg(picture: Image.Image, quality: int, subsampling: str) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality, subsampling=subsampling, optimize=True)
    return target.getvalue()

"""HEIC: the primary picture, reduced while it is taken out of the decoder, since a phone's largest just fit in our memory."""

from __future__ import annotations

from typing import Any, BinaryIO

import pi_heif
from pi_heif.heif import HeifFile
from PIL import Image

from disputes.files.decoder.pictures import encoded, plain, reduced
from disputes.files.decoder.refused import Refused

pi_heif.options.THUMBNAILS = pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = False
pi_heif.options.DECODE_THREADS = 1  # each further one would reserve address space, which is what our limit counts


def copies(file: BinaryIO, order: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    safe = plain(_primary(file, order["pixels"], order["side"]), order["side"])
    return encoded(safe, order["thumbnail"], "4:2:0")


def _primary(file: BinaryIO, pixels: int, side: int) -> Image.Image:
    """The picture as it comes, which for this kind is upright whatever its EXIF says."""
    heif = HeifFile(file, remove_stride=False)
    primary = heif[heif.primary_index]
    if primary.size[0] * primary.size[1] > pixels:
        raise Refused("too_many_pixels")
    data, (width, height), stride, mode = primary.data, primary.size, primary.stride, primary.mode
    if not stride or width * height > pixels or len(data) < stride * height:  # the size may change during decoding
        raise Refused("damaged")

    def strip(top: int, bottom: int) -> Image.Image:
        rows = data[top * stride : bottom * stride]
        return Image.frombuffer(mode, (width, bottom - top), rows, "raw", mode, stride, 1)

    picture = reduced(strip, (width, height), side)
    picture.info["icc_profile"] = primary.info.get("icc_profile")
    return picture

"""Pictures come out upright, bounded, and without a word about where, when and by whom they were taken."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from disputes.files.decoding import Accepted, Refused, accept
from disputes.files.kinds import FileKind
from disputes.files.refusals import RefusalReason

from .made import camera_exif, encoded, jpeg, opened, png

RED, BLUE, WHITE = (220, 20, 20), (20, 20, 220), (255, 255, 255)


@pytest.fixture
def give(tmp_path):
    def give(data, name="picture"):
        return accept(data, name, work_dir=tmp_path)

    return give


def red_above_blue():
    picture = Image.new("RGB", (40, 80), BLUE)
    picture.paste(RED, (0, 0, 40, 40))
    return picture


def near(colour, expected):
    return all(abs(a - b) < 25 for a, b in zip(colour, expected, strict=True))


def has_nothing_but_pixels(data):
    picture = opened(data)
    return not picture.getexif() and not {"exif", "icc_profile", "xmp", "comment", "photoshop"} & set(picture.info)


@pytest.mark.parametrize(
    ("name", "kind", "options"),
    [
        ("JPEG", FileKind.JPEG, {}),
        ("JPEG", FileKind.JPEG, {"progressive": True}),
        ("PNG", FileKind.PNG, {}),
        ("WEBP", FileKind.WEBP, {}),
        ("WEBP", FileKind.WEBP, {"lossless": True}),
        ("GIF", FileKind.GIF, {}),
    ],
)
def test_every_accepted_kind_becomes_a_plain_jpeg(give, name, kind, options):
    data = encoded(red_above_blue(), name, **options)
    accepted = give(data)
    assert (accepted.kind, accepted.media_type, accepted.size) == (kind, "image/jpeg", len(data))
    assert (accepted.width, accepted.height, accepted.pages) == (40, 80, None)
    safe = opened(accepted.derived)
    assert (safe.format, safe.size) == ("JPEG", (40, 80))
    assert near(safe.convert("RGB").getpixel((20, 20)), RED)
    assert near(safe.convert("RGB").getpixel((20, 60)), BLUE)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16"])
def test_every_way_to_write_a_pixel_is_understood(give, mode):
    accepted = give(png(Image.new(mode if mode != "PA" else "P", (30, 20))))
    assert opened(accepted.derived).mode in ("L", "RGB")


def test_a_cmyk_photo_becomes_rgb(give):
    assert near(opened(give(jpeg(red_above_blue().convert("CMYK"))).derived).getpixel((20, 20)), RED)


def test_a_deep_grey_picture_keeps_its_shades(give):
    grey = opened(give(png(Image.new("I;16", (30, 20), 128 * 256))).derived)
    assert abs(grey.convert("L").getpixel((5, 5)) - 128) < 5


def test_transparent_parts_become_white_paper(give):
    assert near(opened(give(png(Image.new("RGBA", (30, 20), (0, 0, 0, 0)))).derived).getpixel((5, 5)), WHITE)
    assert near(
        opened(give(png(Image.new("P", (30, 20)), transparency=0)).derived).convert("RGB").getpixel((5, 5)), WHITE
    )


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_a_picture_stands_upright_however_the_phone_was_held(give, orientation, name):
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    lying = red_above_blue()
    if orientation in turns:
        lying = lying.transpose(turns[orientation])
    accepted = give(encoded(lying, name, exif=camera_exif(orientation)))
    for copy in (accepted.derived, accepted.thumbnail):
        upright = opened(copy)
        assert upright.size == (40, 80)
        assert near(upright.getpixel((20, 20)), RED)
        assert near(upright.getpixel((20, 60)), BLUE)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_place_owner_and_device_are_gone_from_every_copy(give, name):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(red_above_blue(), name, exif=camera_exif(), icc_profile=profile, comment=b"home address")
    assert opened(data).getexif().get_ifd(0x8825)  # it was there
    accepted = give(data)
    for copy in (accepted.derived, accepted.thumbnail):
        assert has_nothing_but_pixels(copy)
        assert b"Maker of phones" not in copy
        assert b"home address" not in copy


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\xff\xff\xff\x7f\x01\0\0\0",  # orientation as an endless text
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0",  # orientation 99
    ],
)
def test_broken_exif_is_no_reason_to_refuse_a_photo(give, exif):
    accepted = give(jpeg(red_above_blue(), exif=exif))
    assert (accepted.width, accepted.height) == (40, 80)


def test_a_broken_colour_profile_is_no_reason_to_refuse_a_photo(give):
    assert isinstance(give(jpeg(red_above_blue(), icc_profile=b"no profile at all")), Accepted)


def test_a_large_photo_is_bounded_and_has_a_small_copy(give):
    accepted = give(jpeg(Image.new("RGB", (6000, 3000), RED)))
    assert (accepted.width, accepted.height) == (2560, 1280)
    assert opened(accepted.thumbnail).size == (320, 160)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (9000, 2), (321, 1), (2561, 2560), (5121, 17)])
def test_odd_sizes_stay_pictures(give, size):
    accepted = give(png(Image.new("RGB", size)))
    assert 1 <= min(accepted.width, accepted.height) <= max(accepted.width, accepted.height) <= 2560
    assert max(opened(accepted.thumbnail).size) <= 320


def test_only_the_first_frame_of_an_animation_is_kept(give):
    frames = [Image.new("RGB", (40, 80), colour) for colour in (RED, BLUE)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)
    safe = opened(give(data).derived)
    assert getattr(safe, "n_frames", 1) == 1
    assert near(safe.convert("RGB").getpixel((20, 20)), RED)


def chunk(name, content):
    return struct.pack("!L", len(content)) + name + content + struct.pack("!L", zlib.crc32(name + content))


@pytest.mark.parametrize("size", [(40_000, 40_000), (0x7FFFFFFF, 0x7FFFFFFF), (7000, 6000)])
def test_a_picture_that_claims_too_many_pixels_is_refused_before_it_is_decoded(give, size):
    header = chunk(b"IHDR", struct.pack("!LLBBBBB", *size, 8, 0, 0, 0, 0))
    small = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    assert give(small) == Refused(RefusalReason.TOO_MANY_PIXELS)


def test_a_gif_that_claims_too_many_pixels_is_refused(give):
    huge = b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;"
    assert give(huge) == Refused(RefusalReason.TOO_MANY_PIXELS)


def test_text_in_a_png_that_unpacks_without_end_is_bounded(give):
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1_000_000)) for _ in range(500)) + packer.flush()
    picture = png(Image.new("RGB", (3, 2)))
    data = picture[:33] + chunk(b"zTXt", b"Comment\0\0" + packed) + picture[33:]
    answer = give(data)
    assert isinstance(answer, Accepted) or answer.reason in (RefusalReason.DAMAGED, RefusalReason.TOO_DEMANDING)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_picture_cut_off_by_a_bad_network_is_refused_with_its_reason(give, name, share):
    data = encoded(Image.effect_noise((200, 200), 60).convert("RGB"), name)
    answer = give(data[: int(len(data) * share)])
    assert isinstance(answer, Refused)
    assert answer.reason in (RefusalReason.DAMAGED, RefusalReason.UNKNOWN_KIND)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF"])
def test_a_picture_that_is_an_archive_too_is_refused(give, name):
    directory_end = b"PK\x05\x06" + bytes(18)
    assert give(encoded(red_above_blue(), name) + directory_end) == Refused(RefusalReason.MIXED_KINDS)


@pytest.mark.parametrize("tail", [b"%PDF-1.4\n", b"<script>alert(1)</script>", b"MZ\x90\0", b"\0\0\0Rar!\x1a\x07\0"])
def test_a_photo_with_another_file_behind_it_is_refused(give, tail):
    assert give(jpeg(red_above_blue()) + tail) == Refused(RefusalReason.MIXED_KINDS)


def test_a_photo_with_sound_behind_it_is_refused(give):
    frame = b"\xff\xfb\x90\x00" + bytes(413)  # 128 kbit/s at 44.1 kHz: 417 bytes
    assert give(jpeg(red_above_blue()) + bytes(500) + b"some noise" + frame * 6) == Refused(RefusalReason.MIXED_KINDS)


@pytest.mark.parametrize(
    "tail", [bytes(2000), b"\0\0\0\x18ftypmp42 a short film", b"\xff\xd8\xff\xe0 a depth map", b"\x8e\x11 SEFT"]
)
def test_what_phones_append_to_their_photos_is_dropped_without_a_word(give, tail):
    accepted = give(jpeg(red_above_blue()) + tail)
    assert isinstance(accepted, Accepted)
    assert tail not in accepted.derived


def test_a_file_is_taken_from_a_stream_and_read_no_further_than_its_limit(tmp_path):
    class Endless(io.RawIOBase):
        asked = 0

        def read(self, size=-1):
            assert size > 0
            self.asked += size
            return bytes(size)

    endless = Endless()
    assert accept(endless, "a.jpg", work_dir=tmp_path) == Refused(RefusalReason.TOO_LARGE)
    assert endless.asked == 15_000_001
    assert isinstance(accept(io.BytesIO(png(red_above_blue())), "a.png", work_dir=tmp_path), Accepted)


def test_an_empty_file_and_one_of_another_kind_are_told_apart(give):
    assert give(b"") == Refused(RefusalReason.EMPTY)
    assert give(b"<svg/>", "a.svg") == Refused(RefusalReason.UNKNOWN_KIND)
    assert give(png(red_above_blue()), "a.xlsx") == Refused(RefusalReason.NAME_DISAGREES)

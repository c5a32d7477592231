"""The content says what a file is; its name can only contradict it."""

import pytest

from disputes.files.kinds import FileKind, contradicts, recognise

ACCEPTED = [
    (b"\xff\xd8\xff\xe0\x00\x10JFIF\0", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", FileKind.PNG),
    (b"GIF89a\1\0\1\0", FileKind.GIF),
    (b"RIFF\x10\0\0\0WEBPVP8 ", FileKind.WEBP),
    (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", FileKind.HEIC),
    (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", FileKind.HEIC),
    (b"\0\0\0\x18ftypheix\0\0\0\0mif1heix", FileKind.HEIC),
    (b"%PDF-1.7\n", FileKind.PDF),
    (b"\r\n%PDF-1.4\n", FileKind.PDF),
]

REFUSED = [
    b"",
    b"\0",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"<?xml version='1.0'?><svg/>",
    b"<!doctype html><script>alert(1)</script>",
    b"PK\x03\x04\x14\0",
    b"7z\xbc\xaf\x27\x1c",
    b"II*\0\x08\0\0\0",
    b"{\\rtf1 hello}",
    b"\x1f\x8b\x08\0",
    b"MZ\x90\0",
    b"\0\0\0\x1cftypavif\0\0\0\0avifmif1",
    b"\0\0\0\x18ftypisom\0\0\0\0isomiso2",
    "plain words, 只是文字".encode(),
]


@pytest.mark.parametrize(("head", "kind"), ACCEPTED)
def test_an_accepted_kind_shows_itself_in_its_first_bytes(head, kind):
    assert recognise(head + bytes(100)) is kind


@pytest.mark.parametrize("head", REFUSED)
def test_everything_else_is_unknown(head):
    assert recognise(head) is None


@pytest.mark.parametrize(
    ("name", "kind", "answer"),
    [
        ("receipt.jpg", FileKind.JPEG, False),
        ("RECEIPT.JPEG", FileKind.JPEG, False),
        ("IMG_0001.HEIC", FileKind.HEIC, False),
        ("contract.pdf", FileKind.PDF, False),
        ("收据", FileKind.JPEG, False),  # no ending
        ("", FileKind.PNG, False),
        ("scan 2026.11.21", FileKind.PDF, False),  # an ending that names nothing
        ("photo.重庆", FileKind.JPEG, False),
        ("saved-by-a-messenger.jpg", FileKind.WEBP, False),  # phones mix these up, their owners cannot help it
        ("photo.png", FileKind.HEIC, False),
        ("table.xlsx", FileKind.PNG, True),
        ("moving.jpg", FileKind.GIF, True),
        ("photo.gif", FileKind.JPEG, True),
        ("contract.pdf", FileKind.JPEG, True),
        ("photo.jpg", FileKind.PDF, True),
        ("photo.jpg.exe", FileKind.JPEG, True),
        ("page.html", FileKind.GIF, True),
        ("drawing.svg", FileKind.PNG, True),
        ("../../x.php ", FileKind.JPEG, True),
        ("song.mp3", FileKind.JPEG, True),
    ],
)
def test_a_name_that_stands_for_another_kind_contradicts(name, kind, answer):
    assert contradicts(name, kind) is answer

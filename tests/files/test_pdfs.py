"""A PDF comes out as its pages alone: what acts, hides or tells about its maker stays behind."""

import io
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from disputes.files.decoding import Accepted, Refused, accept
from disputes.files.refusals import RefusalReason

from .made import camera_exif, jpeg, pdf, saved

MEANT_TO_GO = (
    b"JavaScript|/JS|/Launch|/URI|/SubmitForm|/ImportData|/GoToR|/GoToE|/OpenAction|/AA|/Names|/EmbeddedFile|/EF"
    b"|/AcroForm|/XFA|/RichMedia|/Annots|/Metadata|/Info|/PieceInfo|/Collection|/Movie|/Sound|/Rendition"
).split(b"|")


@pytest.fixture
def give(tmp_path):
    def give(data, name="document.pdf"):
        return accept(data, name, work_dir=tmp_path)

    return give


def in_the_open(data):
    """The whole document without compression, so that a search finds what is in it."""
    with pikepdf.open(io.BytesIO(data)) as document:
        return saved(
            document,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        )


def harmless(data):
    content = in_the_open(data)
    return [word for word in MEANT_TO_GO if word in content] == []


def action(kind, **more):
    return Dictionary(Type=Name.Action, S=Name(f"/{kind}"), **more)


def test_a_plain_pdf_keeps_its_pages_and_its_text(give):
    data = saved(pdf(pages=3))
    accepted = give(data)
    assert (accepted.media_type, accepted.pages, accepted.thumbnail, accepted.size) == (
        "application/pdf",
        3,
        None,
        len(data),
    )
    assert b"(Invoice 4711 3) Tj" in in_the_open(accepted.derived)
    assert harmless(accepted.derived)


def test_scripts_and_actions_of_the_document_are_gone(give):
    document = pdf()
    script = action("JavaScript", JS=String("app.alert(1)"))
    document.Root.OpenAction = script
    document.Root.AA = Dictionary(WC=script)
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script])))
    document.pages[0].obj.AA = Dictionary(O=action("Launch", F=String("calc.exe")))
    accepted = give(saved(document))
    assert harmless(accepted.derived)
    assert b"calc.exe" not in in_the_open(accepted.derived)


@pytest.mark.parametrize(
    "kind", ["URI", "Launch", "SubmitForm", "ImportData", "GoToR", "GoToE", "JavaScript", "Rendition"]
)
def test_a_page_cannot_be_clicked_any_more(give, kind):
    document = pdf()
    link = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 300, 200], A=action(kind, URI=String("https://evil.example"))
    )
    document.pages[0].Annots = Array([document.make_indirect(link)])
    accepted = give(saved(document))
    assert harmless(accepted.derived)
    assert b"evil.example" not in in_the_open(accepted.derived)


def test_attachments_are_gone(give):
    document = pdf()
    document.attachments["secret.exe"] = b"MZ attached"
    document.Root.AF = Array([])
    accepted = give(saved(document))
    assert harmless(accepted.derived)
    assert b"MZ attached" not in in_the_open(accepted.derived)


def filled_form():
    document = pdf()
    look = document.make_stream(
        b"BT /F1 12 Tf 2 5 Td (CNY 1280) Tj ET", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 100, 20]
    )
    field = document.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("amount"), V=String("CNY 1280"), Rect=[20, 20, 120, 40],
            F=4, AP=Dictionary(N=look), AA=Dictionary(K=action("JavaScript", JS=String("spy()"))),
        )
    )  # fmt: skip
    document.pages[0].Annots = Array([field])
    document.Root.AcroForm = Dictionary(Fields=Array([field]), NeedAppearances=True, XFA=String("<xdp/>"))
    return document


def test_a_filled_form_keeps_what_was_filled_in_and_loses_its_scripts(give):
    accepted = give(saved(filled_form()))
    content = in_the_open(accepted.derived)
    assert b"(CNY 1280) Tj" in content
    assert b"spy()" not in content
    assert harmless(accepted.derived)


def test_nobody_can_tell_from_the_copy_who_made_the_document(give):
    document = pdf()
    document.docinfo["/Author"] = "Somebody's name"
    with document.open_metadata() as metadata:
        metadata["dc:creator"] = ["Somebody's name"]
    document.pages[0].obj.PieceInfo = Dictionary(Tool=Dictionary(Private=String("Somebody's name")))
    accepted = give(saved(document))
    assert b"Somebody" not in in_the_open(accepted.derived)


def with_picture(data, width=40, height=80, **more):
    document = pdf()
    picture = document.make_stream(
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceRGB,
    )
    for key, value in more.items():
        picture[f"/{key}"] = value
    document.pages[0].Resources.XObject = Dictionary(A=picture)
    document.pages[0].contents_add(b"q 100 0 0 100 0 0 cm /A Do Q")
    return document


def picture_in(data):
    with pikepdf.open(io.BytesIO(data)) as document:
        return document.pages[0].Resources.XObject["/A"].read_raw_bytes()


def test_a_photo_in_a_page_stays_and_its_place_goes(give):
    photo = jpeg(Image.new("RGB", (40, 80), "red"), exif=camera_exif(), comment=b"home address")
    document = with_picture(b"", Metadata=String("about the picture"))
    document.pages[0].Resources.XObject.A.write(photo, filter=Name.DCTDecode)
    accepted = give(saved(document))
    kept = picture_in(accepted.derived)
    assert b"Maker of phones" in photo
    assert b"Maker of phones" not in kept
    assert b"home address" not in kept
    before, after = Image.open(io.BytesIO(photo)), Image.open(io.BytesIO(kept))
    assert before.tobytes() == after.tobytes()
    assert not after.getexif()


def test_a_picture_that_lies_outside_the_file_is_not_fetched(give):
    document = with_picture(bytes(40 * 80 * 3), F=String("http://evil.example/p.jpg"), FFilter=Name.DCTDecode)
    assert b"evil.example" not in in_the_open(give(saved(document)).derived)


def test_a_pdf_that_needs_a_password_is_refused_with_that_reason(give):
    locked = saved(pdf(), encryption=pikepdf.Encryption(owner="o", user="u"))
    assert give(locked) == Refused(RefusalReason.LOCKED)


def test_a_pdf_that_only_forbids_printing_opens_for_everybody_and_is_accepted(give):
    restricted = saved(
        pdf(), encryption=pikepdf.Encryption(owner="o", user="", allow=pikepdf.Permissions(extract=False))
    )
    accepted = give(restricted)
    with pikepdf.open(io.BytesIO(accepted.derived)) as copy:
        assert not copy.is_encrypted


def test_too_many_pages_are_refused(give):
    assert isinstance(give(saved(pdf(pages=100))), Accepted)
    assert give(saved(pdf(pages=101))) == Refused(RefusalReason.TOO_MANY_PAGES)


def test_a_pdf_without_a_page_is_damaged(give):
    assert give(saved(pikepdf.new())) == Refused(RefusalReason.DAMAGED)


def packed_zeros(megabytes):
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(megabytes)) + packer.flush()


def test_a_page_that_unpacks_without_end_is_refused(give):
    document = pdf()
    document.pages[0].Contents.write(packed_zeros(1000), filter=Name.FlateDecode)
    assert give(saved(document)) == Refused(RefusalReason.TOO_DEMANDING)


def test_a_page_packed_twice_is_refused_too(give):
    document = pdf()
    document.pages[0].Contents.write(
        zlib.compress(packed_zeros(1000)), filter=Array([Name.FlateDecode, Name.FlateDecode])
    )
    assert give(saved(document)) == Refused(RefusalReason.TOO_DEMANDING)


def test_a_picture_in_a_page_that_claims_too_many_pixels_is_refused(give):
    assert give(saved(with_picture(b"", 100_000, 100_000))) == Refused(RefusalReason.TOO_MANY_PIXELS)


def test_a_picture_in_a_page_is_believed_by_its_own_format_and_not_by_the_page(give):
    photo = bytearray(jpeg(Image.new("RGB", (40, 80))))
    at = photo.index(b"\xff\xc0")
    photo[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    document = with_picture(b"", 4, 4)
    document.pages[0].Resources.XObject.A.write(bytes(photo), filter=Name.DCTDecode)
    assert give(saved(document)) == Refused(RefusalReason.TOO_MANY_PIXELS)


def jbig2_page(width, height):
    """A segment that opens a page of this size, as a PDF embeds it."""
    content = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes(11)
    return b"\0\0\0\0\x30\0\x01" + len(content).to_bytes(4, "big") + content


@pytest.mark.parametrize(("side", "too_many"), [(1000, False), (100_000, True)])
def test_the_size_of_a_fax_like_picture_is_read_too(give, side, too_many):
    document = with_picture(b"", 8, 8, BitsPerComponent=1, ColorSpace=Name.DeviceGray)
    document.pages[0].Resources.XObject.A.write(jbig2_page(side, side), filter=Name.JBIG2Decode)
    answer = give(saved(document))
    assert (answer == Refused(RefusalReason.TOO_MANY_PIXELS)) is too_many


def test_a_page_packed_as_a_picture_is_refused(give):
    document = pdf()
    document.pages[0].Contents.write(jbig2_page(100_000, 100_000), filter=Name.JBIG2Decode)
    assert give(saved(document)) == Refused(RefusalReason.DAMAGED)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_a_pdf_cut_off_by_a_bad_network_never_breaks_anything(give, share):
    data = saved(pdf(pages=5))
    answer = give(data[: int(len(data) * share)])
    assert isinstance(answer, Accepted | Refused)


def test_a_pdf_that_is_an_archive_too_is_refused(give):
    assert give(saved(pdf()) + b"PK\x05\x06" + bytes(18)) == Refused(RefusalReason.MIXED_KINDS)


def test_endless_nesting_and_loops_in_a_document_are_bounded(give):
    deep = b"[" * 20_000 + b"]" * 20_000
    data = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1/X " + deep
    answer = give(data + b">>endobj\ntrailer<</Root 1 0 R>>\n%%EOF")
    assert isinstance(answer, Refused)

"""Each of the sample files gets what its class says. Runs where the samples' folder is named."""

import base64
import csv
import os
from pathlib import Path

import pikepdf
import pytest

from disputes.files.decoding import Accepted, Refused, accept
from disputes.files.refusals import RefusalReason
from disputes.files.scanning import Verdict

from .made import opened
from .test_pdfs import harmless

SAMPLES = os.environ.get("DISPUTES_SAMPLES")
FOLDER = Path(SAMPLES or ".") / "uploads"

ACCEPTED = {"ok", "ok_pdf", "ok_heic", "ok_strip_gps", "ok_orientation", "hash_collision"}
REFUSED = {"pdf_encrypted", "svg_active", "type_mismatch", "refuse_type", "polyglot"}
EITHER = {"odd_exif", "broken_image", "pdf_malformed", "bomb", "pdf_active"}


def files(*klasses):
    if not SAMPLES:
        return []
    with (FOLDER / "manifest.csv").open(newline="", encoding="utf-8") as manifest:
        return [row["file"] for row in csv.DictReader(manifest) if not klasses or row["klass"] in klasses]


pytestmark = pytest.mark.skipif(not SAMPLES, reason="DISPUTES_SAMPLES is not set")


@pytest.fixture
def give(tmp_path):
    return lambda name: accept((FOLDER / "files" / name).read_bytes(), name, work_dir=tmp_path)


def is_safe(accepted):
    if accepted.pages:
        return harmless(accepted.derived)
    pictures = [opened(accepted.derived), opened(accepted.thumbnail)]
    return all(not picture.getexif() and max(picture.size) <= 2560 for picture in pictures)


def test_every_class_of_the_samples_is_known_here():
    with (FOLDER / "manifest.csv").open(newline="", encoding="utf-8") as manifest:
        assert {row["klass"] for row in csv.DictReader(manifest)} == ACCEPTED | REFUSED | EITHER | {"eicar"}


@pytest.mark.parametrize("name", files(*ACCEPTED))
def test_an_ordinary_file_is_accepted_and_its_copy_is_safe(give, name):
    accepted = give(name)
    assert isinstance(accepted, Accepted)
    assert is_safe(accepted)


@pytest.mark.parametrize("name", files(*REFUSED))
def test_a_file_of_a_refused_class_is_refused(give, name):
    assert isinstance(give(name), Refused)


@pytest.mark.parametrize("name", files(*EITHER))
def test_a_broken_or_hostile_file_is_refused_with_a_reason_or_made_safe(give, name):
    answer = give(name)
    assert isinstance(answer, Refused) or is_safe(answer)


@pytest.mark.parametrize("name", files("odd_exif"))
def test_odd_exif_alone_refuses_nobody(give, name):
    assert isinstance(give(name), Accepted)


@pytest.mark.parametrize("name", files("ok_strip_gps"))
def test_the_originals_do_hold_a_place(name):
    assert opened((FOLDER / "files" / name).read_bytes()).getexif().get_ifd(0x8825)


@pytest.mark.parametrize("name", files("ok_orientation"))
def test_a_copy_stands_or_lies_as_its_name_says(give, name):
    accepted = give(name)
    assert (accepted.width > accepted.height) is name.startswith("landscape")
    small = opened(accepted.thumbnail)
    assert (small.width > small.height) is name.startswith("landscape")


@pytest.mark.parametrize("name", files("pdf_encrypted"))
def test_a_locked_pdf_says_that_it_is_locked(give, name):
    assert give(name) == Refused(RefusalReason.LOCKED)


@pytest.mark.parametrize("name", files("polyglot"))
def test_two_files_in_one_are_refused_whatever_they_are_called(tmp_path, name):
    data = (FOLDER / "files" / name).read_bytes()
    for claimed in (name, "photo.jpg", "receipt.pdf", ""):
        assert isinstance(accept(data, claimed, work_dir=tmp_path), Refused)


def test_two_files_with_one_sha1_are_two_pieces_of_evidence(give):
    first, second = (give(name) for name in files("hash_collision"))
    assert first.sha256 != second.sha256
    assert first.derived != second.derived


def test_the_harmless_test_virus_is_refused_through_the_scanners_hook(tmp_path):
    class Scanner:
        def scan(self, data):
            return Verdict.INFECTED if b"EICAR-STANDARD" in data else Verdict.CLEAN

    (name,) = files("eicar")
    data = base64.b64decode((FOLDER / "files" / name).read_bytes())
    assert accept(data, "receipt.jpg", work_dir=tmp_path, scanner=Scanner()) == Refused(RefusalReason.INFECTED)


@pytest.mark.parametrize("name", files("ok_pdf", "pdf_active"))
def test_the_copy_has_the_pages_of_the_original(give, name):
    answer = give(name)
    if isinstance(answer, Accepted):
        with pikepdf.open(FOLDER / "files" / name) as original:
            assert answer.pages == len(original.pages)

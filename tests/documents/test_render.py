"""Documents are set in every language, keep to the standards of an archive, and take any text for a text."""

import csv
import io
import json
import logging
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from flask_babel import Babel
from PIL import Image

from disputes.documents.clean import COVERAGE, clean, clean_text
from disputes.documents.labels import LABELS, labels_for
from disputes.documents.render import TEMPLATES, RenderError, render, typeset
from disputes.documents.values import both
from disputes.formats import money_text

from .made import DOCUMENTS, LINK, SUM, case_card, proof_of_refund, referral_package

LANGUAGES = ["en", "zh_CN", "zh_TW", "ja", "ko", "th", "vi", "ar", "ru"]
SAMPLES = os.environ.get("DISPUTES_SAMPLES")

HOSTILE = [
    '#read("base.typ") #panic("x") $x^2$ @label <label> *bold* _it_ `raw` \\ // comment /* */ = Head',
    "#import \"@preview/x:1.0.0\" #sys.inputs ${7*7} {{7*7}} <script>alert(1)</script>",
    "\0\x01\x07\x1b\x7f\x85\u2028\u2029\ufeff\ufffe\uffff\ue000\U000e0041\U00012000\ud800",
    "\u202eevil\u202c \u2066x\u2067y \u200e\u200f",
    "a" * 5000,
    "字" * 5000,
    "ก" * 3000,
    "ﷺ" * 300,
    "Z" + "\u0301" * 500,
    "👨‍👩‍👧‍👦🏳️‍🌈🇨🇳" * 50,
    "\n" * 300,
    '"}]}\\"',
    "שלום مرحبا 你好 नमस्ते ສະບາຍດີ မင်္ဂလာပါ សួស្តី བཀྲ་ཤིས",
    " ",
]  # fmt: skip


@pytest.fixture(autouse=True)
def application():
    app = Flask(__name__)
    Babel(app)
    with app.app_context():
        yield


@pytest.fixture
def within_the_standards(caplog):
    """Fails the test when a document had to be set without its standards."""
    with caplog.at_level(logging.WARNING):
        yield
    assert not caplog.records


def opened(data):
    return pikepdf.open(io.BytesIO(data))


def said(data):
    """The text of a PDF as a reader's program finds it, without line breaks and places where a line may end."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    output = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=data, capture_output=True, check=True
    ).stdout.decode()
    return re.sub(r"[\s\u200b\u2066-\u2069]", "", output)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_is_set_in_every_language_within_its_standards(name, language, within_the_standards):
    document = opened(render(name, DOCUMENTS[name](), language))
    root = document.Root
    metadata = bytes(root.Metadata.read_bytes()).decode()
    assert root.MarkInfo.Marked
    assert "/StructTreeRoot" in root
    assert "<dc:title>" in metadata
    assert "pdfuaid:part>1<" in metadata
    assert "pdfaid:part>2<" in metadata
    main_language = language.split("_")[0] if name == "case-card" else "zh"
    assert str(root.Lang).startswith(main_language)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_only_fonts_of_the_repository_are_in_a_document(name):
    with opened(render(name, DOCUMENTS[name](), "ja")) as document:
        fonts = [
            str(thing.BaseFont)
            for thing in document.objects
            if isinstance(thing, pikepdf.Dictionary) and "/BaseFont" in thing
        ]
    assert fonts
    assert all(re.match(r"/[A-Z]{6}\+Noto", font) for font in fonts)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_same_data_at_the_same_moment_give_the_same_bytes(name):
    moment = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    assert render(name, DOCUMENTS[name](), "ja", moment) == render(name, DOCUMENTS[name](), "ja", moment)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_is_one_page_that_fits_a_pocket(language):
    document = opened(render("case-card", case_card(), language))
    assert len(document.pages) == 1
    width, height = (float(side) / 72 * 25.4 for side in document.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (105, 148)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_proof_of_refund_is_one_page(language):
    assert len(opened(render("proof-of-refund", proof_of_refund(), language)).pages) == 1


def test_the_card_says_number_words_and_link_and_its_link_can_be_followed():
    card = render("case-card", case_card(), "en")
    text = said(card)
    for part in ("26-0048-2716", "abandon", "lottery", LINK, "https://care.example/case", "Yumiko"):
        assert part in text
    with opened(card) as document:
        links = {str(note.A.URI) for note in document.pages[0].Annots if "/A" in note}
    assert links == {LINK, "https://care.example/case"}


def test_the_package_says_everything_it_was_given():
    text = said(render("referral-package", referral_package(), "ja"))
    for part in (
        "鈴木裕美子",
        "値段が違いました。",
        "返金してほしいです。",
        "¥1,280.50",
        "TR1234567",
        "收据.jpg",
        "Yuzhongdesk",
        "和平路10号",
    ):
        assert part in text
    assert text.count(SUM) == 3
    assert "17steps" in text
    assert "{" not in text


def test_a_proof_says_whether_the_tourist_has_confirmed():
    proof = proof_of_refund()
    assert "hasconfirmedthatthemoneyarrived" in said(render("proof-of-refund", proof, "en"))
    assert "hasnotconfirmedyet" in said(render("proof-of-refund", proof | {"confirmed": False}, "en"))


def test_an_erased_text_says_that_it_was_erased():
    assert "erasedasthelawprovides" in said(render("referral-package", referral_package(), "ja"))


def test_a_document_for_a_chinese_reader_says_things_once():
    text = said(render("referral-package", referral_package(), "zh_CN"))
    assert "Yuzhongdesk" not in text


@pytest.mark.parametrize("language", ["", "und", "hi", "xx", "zh_Hant_HK", "tlh", "not a language"])
def test_a_text_in_a_language_that_nobody_knows_is_set_all_the_same(language, within_the_standards):
    assert "valuehere" in said(render("referral-package", referral_package("value here", language), "en"))


def test_a_package_without_offers_evidence_or_proxy_is_still_whole(within_the_standards):
    package = referral_package() | {"offers": [], "evidence": [], "consents": [], "proxy": None, "officer": None}
    del package["merchant_answer"]
    assert "None." in said(render("referral-package", package, "en"))


def test_a_card_with_nothing_but_the_key_is_still_a_card(within_the_standards):
    card = case_card() | {"called": None, "shop": "", "filed": None}
    assert len(opened(render("case-card", card, "ar")).pages) == 1


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_text_of_a_person_breaks_a_document(name, text, within_the_standards):
    assert render(name, DOCUMENTS[name](text), "ar").startswith(b"%PDF-")


def test_a_text_that_looks_like_markup_stays_a_text():
    text = said(render("referral-package", referral_package(HOSTILE[0], "en"), "en"))
    assert re.sub(r"\s", "", HOSTILE[0]) in text


def test_a_word_without_an_end_does_not_leave_the_page():
    pages = typeset("proof-of-refund", proof_of_refund("W" * 300), words("proof-of-refund"), "en", format="png")
    first = Image.open(io.BytesIO(pages[0])).convert("L")
    margin = first.crop((first.width - 20, 0, first.width, first.height))
    assert margin.getextrema() == (255, 255)


def words(name, language="en"):
    return {"zh": labels_for(name, "zh_CN"), "own": labels_for(name, language)}


def test_an_unknown_document_or_missing_data_is_a_clear_fault():
    with pytest.raises(RenderError, match="no document"):
        render("../../etc/passwd", {}, "en")
    with pytest.raises(RenderError, match="number"):
        render("case-card", {"link": LINK, "words": []}, "en")


@pytest.mark.parametrize("name", LABELS)
def test_a_template_uses_the_words_that_it_is_given_and_no_others(name):
    source = (TEMPLATES / f"{name}.typ").read_text() + (TEMPLATES / "base.typ").read_text()
    given = set(LABELS[name])
    asked = set(re.findall(r'(?:own|label|section|part|row-of|row-if)\("([a-z_]+)"', source))
    asked |= set(re.findall(r"labels\.(?:zh|own)\.(?!at\()([a-z_]+)", source))
    assert asked <= given
    assert [word for word in given if f'"{word}"' not in source and f".{word}" not in source] == []


def test_every_covered_character_can_indeed_be_drawn(within_the_standards):
    """The standards refuse a character without a glyph, so one document with all of them proves the table."""
    ranges = [line.split("-") for line in COVERAGE.read_text().splitlines() if not line.startswith("#")]
    characters = [
        chr(code) for first, *last in ranges for code in range(int(first, 16), int((last or [first])[0], 16) + 1)
    ]
    package = referral_package(
        "\n".join("".join(characters[start : start + 200]) for start in range(0, len(characters), 200)), "en"
    )
    render("referral-package", package | {"tourist": [], "merchant": [], "facts": []}, "en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain 字 ไทย", "plain 字 ไทย"),
        ("a\0b\x1bc", "abc"),
        ("\u202eabc\u202c", "abc"),
        ("\U00012000\ue000", "□□"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("e\u0301", "é"),
        ("\ud800", "□"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
    ],
)
def test_what_cannot_be_drawn_gives_way_to_a_visible_sign(text, expected):
    assert clean_text(text) == expected
    assert clean({"a": [text, 1, None, True]}) == {"a": [expected, 1, None, True]}


def test_one_thing_is_said_in_both_languages():
    assert both(lambda: money_text(128050, "CNY"), "ja") == {"zh": "¥1,280.50", "own": "1,280.50元"}


@pytest.mark.skipif(not SAMPLES, reason="DISPUTES_SAMPLES is not set")
@pytest.mark.parametrize("path", ["strings/blns.jsonl", "abuse/payloads.jsonl", "strings/names.csv"])
def test_no_sample_of_a_nasty_text_breaks_a_document(path, within_the_standards):
    """Many texts in one document, each as a fact, an offer, a file's name and a quoted text."""
    texts = list(samples_of(path))
    assert len(texts) > 100
    package = referral_package()
    package["facts"] = [{"label": {"zh": "文本", "own": "Text"}, "value": text} for text in texts]
    package["evidence"] = [package["evidence"][0] | {"name": text} for text in texts]
    package["offers"] = [package["offers"][0] | {"text": {"text": text, "language": "en"}} for text in texts]
    render("referral-package", package, "en")


def samples_of(path):
    source = Path(SAMPLES or ".") / path
    with source.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file) if path.endswith(".csv") else map(json.loads, file)
        yield from (value for row in rows for value in row.values() if isinstance(value, str))

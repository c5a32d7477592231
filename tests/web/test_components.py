"""The components of pages: forms that explain their errors, formats, languages, static files, and the look's own rules."""

from __future__ import annotations

import gzip
import re
import runpy
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask, get_template_attribute, render_template, request, url_for
from flask.testing import FlaskClient
from flask_babel import Babel, force_locale
from werkzeug.datastructures import MultiDict
from wtforms import Form, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired

from disputes import formats, names
from disputes.rules.categories import Category, Danger, HowBought, PaidHow, Trade
from disputes.rules.lifecycle import State
from disputes.rules.packages import Goods, Means, Package, Remedy, Shipping, Within
from disputes.web import assets, components, gallery
from disputes.web.fields import DatePartsField, FilesField, MoneyField, minor_units
from tests.web.page_checks import check_page

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "disputes" / "static"
TEMPLATES = ROOT / "templates"
LANGUAGES = ("en", "zh_CN", "ja", "ar")
GALLERY = ("/", "/?errors=1&flash=1", "/welcome", "/case", "/merchant", "/staff", "/staff-case", "/icons")
GALLERY += tuple(f"/errors/{name}" for name in gallery.ERROR_PAGES)


@pytest.fixture(scope="module")
def drawing() -> Flask:
    """A program that has the components and nothing else: no database, no accounts."""
    app = Flask("drawing", template_folder=str(TEMPLATES), static_folder=None)
    app.config.update(SECRET_KEY="only for tests", TESTING=True, WTF_CSRF_ENABLED=False, LANGUAGES=LANGUAGES)
    Babel(app, locale_selector=lambda: request.args.get("lang", "en"))
    for part in (assets, components, names):
        part.init_app(app)
    app.register_blueprint(gallery.bp)
    return app


@pytest.fixture
def browser_without_scripts(drawing: Flask) -> FlaskClient:
    return drawing.test_client()


@pytest.fixture
def in_english(drawing: Flask) -> Iterator[None]:
    with drawing.test_request_context("/?lang=en"):
        yield


# ---------------------------------------------------------------- whole pages


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", GALLERY)
def test_every_page_of_the_gallery_keeps_the_rules_for_pages(browser_without_scripts, address, language):
    separator = "&" if "?" in address else "?"
    answer = browser_without_scripts.get(f"/_gallery{address}{separator}lang={language}")
    assert answer.status_code == 200
    check_page(answer.text, language)


def test_the_screen_for_the_shop_is_chinese_whatever_the_visitor_reads(browser_without_scripts):
    page = check_page(browser_without_scripts.get("/_gallery/card?lang=ar").text, "zh_CN")
    back = page.find("a")[-1]
    assert (back["lang"], back["dir"]) == ("ar", "rtl")


def test_arabic_pages_run_from_right_to_left_with_a_style_sheet_of_their_own(browser_without_scripts):
    page = check_page(browser_without_scripts.get("/_gallery/?lang=ar").text, "ar")
    sheets = " ".join(link["href"] for link in page.find("link") if link["rel"] == "stylesheet")
    assert "bootstrap.rtl." in sheets
    assert "bootstrap.rtl." not in browser_without_scripts.get("/_gallery/?lang=ja").text


def test_a_letter_is_complete_and_loads_nothing(drawing):
    with drawing.app_context(), force_locale("ar"):
        letter = render_template(
            "gallery/mail.html", number="2600482716", action_url="https://care.example/c/x", who="عبد"
        )
    assert 'dir="rtl"' in letter
    assert not re.search(r"<(img|link|script|style|iframe)|url\(", letter)
    assert letter.count("<h1") == 1


@pytest.mark.parametrize(
    ("code", "tag"), [("zh_CN", "zh-CN"), ("zh_TW", "zh-TW"), ("pt", "pt"), ("ar", "ar"), ("pt-BR", "pt-BR")]
)
def test_a_language_has_the_tag_that_browsers_know(in_english, code, tag):
    assert components.lang_tag(code) == tag


def test_the_name_of_a_language_names_its_script_and_no_territory(in_english):
    assert components.language_name("zh_TW") == "Chinese (Traditional)"


def test_the_language_switcher_stays_on_the_page_and_keeps_the_question(drawing):
    with drawing.test_request_context("/_gallery/?errors=1&lang=ja"):
        links = {link.tag: link for link in components.language_links()}
    assert links["ar"].url == "/_gallery/?errors=1&lang=ar"
    assert [tag for tag, link in links.items() if link.current] == ["ja"]


def test_after_a_refused_step_the_nearest_page_above_is_offered(drawing):
    with drawing.test_request_context("/_gallery/case/accept", method="POST"):
        assert components.page_again() == "/_gallery/case"
    with drawing.test_request_context("/nowhere/at/all"):
        assert components.page_again() == "/"


# ---------------------------------------------------------------- forms


class Questions(Form):
    """What a tourist might be asked."""

    what = RadioField(
        "What happened?", [InputRequired("Choose what happened.")], choices=names.options(names.CATEGORIES)
    )
    wants = SelectMultipleField("What do you want?", choices=names.options(names.REMEDIES))
    name = StringField("Name", [InputRequired("Write a name.")], description="As you introduce yourself.")
    words = StringField("In your own words")
    port = SelectField("Port", choices=[("", "I do not know"), ("CKG", "Chongqing")])
    gate = SelectField("Gate", choices=[("1", "One"), ("2", "Two")])
    leaves = DatePartsField("When do you leave?")
    paid = MoneyField("Paid", currencies=("CNY", "JPY"))
    photos = FilesField("Photos")


def drawn(form: Form, macro: str = "field", only: str | None = None, **more):
    """The form, drawn by one macro, as a page fragment."""
    draw = get_template_attribute("components/forms.html", macro)
    parts = [draw(field, **more) for field in form if only in (None, field.name)]
    summary = get_template_attribute("components/forms.html", "error_summary")(form) if form.errors else ""
    html = f"<html lang='en' dir='ltr'><head><title>T</title></head><body><main><h1>T</h1>{summary}{''.join(parts)}</main></body></html>"
    return check_page(html)


def test_an_error_stands_at_its_input_and_in_the_summary_with_a_link_to_it(in_english):
    form = Questions(MultiDict())
    form.validate()
    page = drawn(form)
    links = {link["href"]: link.text for link in page.find("a")}
    assert links["#name"] == "Write a name."
    assert links["#what"] == "Choose what happened."
    name = next(element for element in page.find("input") if element["id"] == "name")
    assert name["aria-invalid"] == "true"
    assert name["aria-describedby"] == "name-hint name-error"


def test_the_first_of_many_choices_is_where_the_summary_leads(in_english):
    page = drawn(Questions(), only="what")
    radios = page.find("input")
    assert radios[0]["id"] == "what"
    assert len(radios) == len(Category)
    assert {radio["type"] for radio in radios} == {"radio"}


def test_several_choices_are_boxes_and_remember_what_was_ticked(in_english):
    page = drawn(Questions(MultiDict([("wants", "refund"), ("wants", "apology")])), only="wants")
    assert [box["value"] for box in page.find("input") if "checked" in box] == ["refund", "apology"]
    assert {box["type"] for box in page.find("input")} == {"checkbox"}


@pytest.mark.parametrize(
    ("name", "optional"), [("name", False), ("words", True), ("port", True), ("gate", False), ("leaves", True)]
)
def test_what_may_stay_empty_says_so_and_nothing_else_does(in_english, name, optional):
    assert ("(optional)" in drawn(Questions(), only=name).text) is optional


def test_what_people_type_finds_its_own_direction(in_english):
    assert drawn(Questions(), only="words").find("input")[0]["dir"] == "auto"


def test_typed_text_comes_back_escaped(in_english):
    page = drawn(Questions(MultiDict({"words": "\"><script>alert('x')</script>"})), only="words")
    assert not page.find("script")
    assert page.find("input")[0]["value"] == "\"><script>alert('x')</script>"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (("2026", "11", "26"), date(2026, 11, 26)),
        (("２０２６", "１１", "２６"), date(2026, 11, 26)),
        (("٢٠٢٦", "١١", "٢٦"), date(2026, 11, 26)),
        (("2026", "2", "30"), None),
        (("2026", "", "30"), None),
        (("", "", ""), None),
        (("2026", "x", "3"), None),
    ],
)
def test_a_date_in_parts_is_read_in_any_digits(in_english, typed, found):
    form = Questions(MultiDict(zip(("leaves-year", "leaves-month", "leaves-day"), typed, strict=True)))
    form.leaves.validate(form)
    assert form.leaves.data == found
    assert bool(form.leaves.errors) is (found is None and any(typed))


def test_a_wrong_date_comes_back_as_it_was_typed(in_english):
    form = Questions(MultiDict({"leaves-year": "2026", "leaves-month": "2", "leaves-day": "30"}))
    form.leaves.validate(form)
    page = drawn(form, only="leaves")
    assert [box["value"] for box in page.find("input")] == ["30", "2", "2026"]
    assert page.find("a")[0]["href"] == "#leaves"


@pytest.mark.parametrize(
    ("language", "order"),
    [("ja", "year month day"), ("zh_CN", "year month day"), ("ar", "day month year"), ("en", "day month year")],
)
def test_the_boxes_of_a_date_stand_as_readers_write_dates(drawing, language, order):
    with drawing.test_request_context(f"/?lang={language}"):
        assert " ".join(components.date_order()) == order


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("480", "CNY", 48000),
        ("1280.5", "CNY", 128050),
        ("1,280.50", "CNY", 128050),
        ("1.280,50", "CNY", 128050),
        ("1 280,50", "CNY", 128050),
        ("1’280.50", "CNY", 128050),
        ("¥480", "CNY", 48000),
        ("480元", "CNY", 48000),
        ("４８０", "CNY", 48000),
        ("٤٨٠٫٥", "CNY", 48050),
        ("1,280", "CNY", 128000),
        ("1,280,000", "CNY", 128000000),
        ("5000", "JPY", 5000),
        ("5,000", "JPY", 5000),
        ("0", "CNY", 0),
    ],
)
def test_an_amount_is_read_as_people_of_the_world_write_it(typed, currency, minor):
    assert minor_units(typed, currency) == minor


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("a lot", "CNY"),
        ("-5", "CNY"),
        ("1.2.3", "CNY"),
        ("1,28,00", "CNY"),
        ("50.5", "JPY"),
        ("9" * 20, "CNY"),
        ("½", "CNY"),
    ],
)
def test_an_amount_that_cannot_be_read_is_refused_with_a_sentence(in_english, typed, currency):
    with pytest.raises(ValueError, match=r"\.$"):
        minor_units(typed, currency)


def test_an_amount_keeps_the_currency_that_was_chosen(in_english):
    form = Questions(MultiDict({"paid": "5000", "paid-currency": "JPY"}))
    assert (form.paid.data, form.paid.currency) == (5000, "JPY")
    assert 'value="JPY" selected' in str(get_template_attribute("components/forms.html", "money")(form.paid))


def test_a_currency_that_was_not_offered_is_not_taken(in_english):
    form = Questions(MultiDict({"paid": "5000", "paid-currency": "XXX"}))
    assert form.paid.currency == "CNY"


def test_a_known_amount_is_shown_without_needless_zeros(in_english):
    assert Questions(data={"paid": 48000}).paid._value() == "480"
    assert Questions(data={"paid": 48050}).paid._value() == "480.50"


def test_files_already_added_can_be_removed_without_a_script(in_english):
    kept = [{"id": 7, "name": "<收据>.jpg", "size": 2_345_678}]
    page = drawn(Questions(), "files", only="photos", kept=kept)
    button = page.find("button")[0]
    assert (button["name"], button["value"], button["type"]) == ("remove", "7", "submit")
    assert "<收据>.jpg" in button.name
    assert "multiple" in page.find("input")[0]


# ---------------------------------------------------------------- days, moments, money


def test_a_deadline_that_ends_at_midnight_in_china_is_told_by_its_last_day(in_english):
    assert (
        formats.deadline_text(datetime(2026, 11, 26, 16, tzinfo=UTC))
        == "by the end of Thursday, 26 November 2026, China time"
    )


def test_a_deadline_by_the_hour_is_told_by_the_hour(in_english):
    assert formats.deadline_text(datetime(2026, 11, 26, 6, 30, tzinfo=UTC)) == "by 26 November 2026, 14:30, China time"


def test_the_readers_own_clock_stands_beside_chinas_when_it_differs(in_english):
    deadline = get_template_attribute("components/deadline.html", "deadline")
    due = datetime(2026, 11, 26, 16, tzinfo=UTC)
    assert "26 November 2026, 17:00 (Berlin)" in deadline(due, zone="Europe/Berlin")
    assert "On your clock" not in deadline(due, zone="Asia/Shanghai")
    assert "On your clock" not in deadline(due)


def test_the_time_beside_chinas_leaves_the_day_out_only_when_it_is_the_same(in_english):
    noon = datetime(2026, 11, 26, 4, tzinfo=UTC)
    assert formats.zone_beside(noon, "Asia/Tokyo") == "13:00"
    assert formats.zone_beside(noon, "America/Sao_Paulo") == "01:00"
    assert formats.zone_beside(noon, "America/Los_Angeles") == "25 November 2026, 20:00"


def test_machines_get_every_moment_in_utc(in_english):
    moment = get_template_attribute("components/deadline.html", "moment")
    assert 'datetime="2026-11-26T16:00:00Z"' in moment(datetime(2026, 11, 27, 0, tzinfo=formats.CHINA))


@pytest.mark.parametrize(
    ("left", "tone"),
    [
        (timedelta(hours=-1), "cinnabar"),
        (timedelta(hours=2), "gold"),
        (timedelta(days=3), "jade"),
        (timedelta(days=9), "grey"),
    ],
)
def test_how_urgent_a_case_is_shows_in_colour_and_in_words(in_english, left, tone):
    now = datetime(2026, 11, 26, 4, tzinfo=UTC)
    badge = get_template_attribute("components/deadline.html", "time_left")(now + left, now)
    assert f"badge-{tone}" in badge
    assert ("late" in badge) is (left < timedelta(0))


def test_amounts_follow_the_smallest_unit_of_their_currency(in_english):
    assert formats.money_text(128050, "CNY") == "CN¥1,280.50"
    assert formats.money_text(5000, "JPY") == "¥5,000"


@pytest.mark.parametrize(
    ("language", "small", "large"),
    [
        ("en", "1 kB", "12.3 MB"),
        ("zh_CN", "1 kB", "12.3 MB"),
        ("ja", "1 KB", "12.3 MB"),
        ("ar", "1 كيلوبايت", "12.3 م.ب"),
    ],
)
def test_the_size_of_a_file_is_told_in_the_language_of_the_page(drawing, language, small, large):
    with drawing.test_request_context(f"/?lang={language}"):
        assert formats.size_text(70) == small
        assert formats.size_text(12_345_678) == large


def test_amounts_in_arabic_carry_the_currency_as_a_word_so_that_nothing_changes_places(drawing):
    with drawing.test_request_context("/?lang=ar"):
        assert formats.money_text(128050, "CNY") == "1,280.50 يوان صيني"


def test_a_case_number_reads_from_left_to_right_in_every_language(drawing):
    with drawing.test_request_context("/?lang=ar"):
        number = get_template_attribute("components/case_card.html", "case_number")("2600482716")
    assert number == '<bdi class="mono" dir="ltr">26-0048-2716</bdi>'


# ---------------------------------------------------------------- offers and texts


def test_a_package_speaks_to_its_reader(in_english):
    package = Package((Remedy.REFUND, Remedy.APOLOGY), 48000, "CNY", Goods.GIVE_BACK, Shipping.TOURIST_PAYS, Means.CASH)
    lines = get_template_attribute("components/offer.html", "package_lines")
    mine, theirs = lines(package, "tourist"), lines(package, "merchant")
    assert "You give the goods back." in mine
    assert "you pay for it" in mine
    assert "The customer gives the goods back." in theirs
    assert "the customer pays for it" in theirs
    for words in (mine, theirs):
        assert "CN¥480.00" in words
        assert "In cash" in words
        assert "The shop apologises." in words


def test_every_part_of_a_package_is_told(in_english):
    lines = get_template_attribute("components/offer.html", "package_lines")
    plain = Package((Remedy.OTHER,))
    for remedy in (Remedy.EXCHANGE, Remedy.REPAIR, Remedy.DELIVERY, Remedy.APOLOGY, Remedy.INVOICE):
        assert lines(Package((remedy,))) != lines(plain), remedy
    for within in Within:
        assert names.named(names.WITHIN, within) in lines(Package((Remedy.APOLOGY,), within=within))


def test_what_a_person_wrote_keeps_its_language_and_direction(in_english):
    said = get_template_attribute("components/party_text.html", "party_text")("<b>مرحبا</b>", "ar", "عبد")
    assert 'dir="auto" lang="ar"' in said
    assert "&lt;b&gt;" in said
    assert "Arabic" in said


def test_an_erased_text_says_that_it_was_erased(in_english):
    assert "erased" in get_template_attribute("components/party_text.html", "party_text")(None, "ar")


# ---------------------------------------------------------------- drawings


def sprite(name: str) -> set[str]:
    tree = ElementTree.parse(STATIC / "img" / name)  # noqa: S314  our own file
    return {element.get("id") for element in tree.iter() if element.tag.endswith("symbol")}


def test_everything_people_choose_by_picture_has_its_drawing(drawing):
    pictograms = drawing.jinja_env.get_template("components/icons.html").module.PICTOGRAMS
    codes = {*Category, *Trade, *HowBought, *PaidHow, *Danger, *Remedy} - {"other"}
    assert sorted(code for code in codes if code not in pictograms) == []
    assert set(pictograms.values()) <= sprite("icons.svg")


def test_every_state_has_its_colour_and_its_drawing(drawing):
    badges = drawing.jinja_env.get_template("components/badges.html").module
    stored = set(State) - {State.BACK}
    assert stored <= set(badges.STATE_TONES)
    assert stored <= set(badges.STATE_ICONS)
    assert set(badges.STATE_ICONS.values()) <= sprite("icons.svg")


def test_every_drawing_that_a_template_names_exists():
    known = sprite("icons.svg")
    named = {
        (path.relative_to(TEMPLATES).as_posix(), name)
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(
            r"\bicon\(['\"]([a-z-]+)['\"]|icon_name=['\"]([a-z-]+)['\"]", path.read_text(encoding="utf-8")
        )
        for name in name
        if name
    }
    assert sorted((path, name) for path, name in named if name not in known) == []


# ---------------------------------------------------------------- static files


def test_a_file_under_its_hashed_name_is_kept_for_a_year(drawing, browser_without_scripts):
    with drawing.test_request_context():
        address = assets.asset_url("css/app.css")
    answer = browser_without_scripts.get(address)
    assert answer.cache_control.immutable
    assert answer.cache_control.max_age == assets.KEPT_FOR_SECONDS
    assert answer.content_type == "text/css; charset=utf-8"
    assert answer.data == (STATIC / "css" / "app.css").read_bytes()


def test_text_goes_over_the_wire_compressed(drawing, browser_without_scripts):
    with drawing.test_request_context():
        address = assets.asset_url("css/app.css")
    answer = browser_without_scripts.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert answer.content_encoding == "gzip"
    assert "Accept-Encoding" in answer.vary
    assert gzip.decompress(answer.data) == (STATIC / "css" / "app.css").read_bytes()


def test_an_older_version_of_a_file_gets_todays_and_is_asked_for_again_soon(browser_without_scripts):
    answer = browser_without_scripts.get("/static/css/app.0123456789.css")
    assert answer.status_code == 200
    assert answer.cache_control.max_age == assets.KEPT_WITHOUT_VERSION_SECONDS
    assert not answer.cache_control.immutable


def test_a_browser_that_has_the_file_is_not_sent_it_again(browser_without_scripts):
    first = browser_without_scripts.get("/static/img/icons.svg")
    again = browser_without_scripts.get("/static/img/icons.svg", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "name",
    ["nothing.css", "../config.py", "..%2fconfig.py", "css/../../app.py", "build/bootstrap_subset.py", "%00", ""],
)
def test_only_the_static_files_are_served(browser_without_scripts, name):
    assert browser_without_scripts.get(f"/static/{name}").status_code == 404


def test_a_template_that_names_a_missing_file_fails_at_once(in_english):
    with pytest.raises(LookupError, match=r"nothing\.css"):
        assets.asset_url("nothing.css")


def test_the_names_change_with_the_content(tmp_path):
    (tmp_path / "a.css").write_text("a{}")
    before = assets.Assets(tmp_path).manifest["a.css"]
    (tmp_path / "a.css").write_text("b{}")
    assert assets.Assets(tmp_path).manifest["a.css"] != before


def test_the_part_of_bootstrap_that_we_send_is_what_the_vendored_one_gives():
    subset = runpy.run_path(str(STATIC / "build" / "bootstrap_subset.py"))
    for path, text in subset["build"]():
        assert path.read_text(encoding="utf-8") == text, f"run {STATIC.name}/build/bootstrap_subset.py"


def test_style_sheets_load_nothing():
    for sheet in (STATIC / "css").glob("*.css"):
        assert not re.search(r"url\(|@import|image-set", sheet.read_text(encoding="utf-8")), sheet.name


def test_what_surrounds_a_page_weighs_little_enough_for_a_bad_network(drawing, browser_without_scripts):
    page = browser_without_scripts.get("/_gallery/errors/not-found?lang=ar").text
    addresses = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page))
    assert len(addresses) >= 6
    compressed = {"Accept-Encoding": "gzip"}
    weight = sum(len(browser_without_scripts.get(address, headers=compressed).data) for address in addresses)
    assert weight + len(page.encode()) < 60_000, (
        "the first page of filing must stay below 100,000 bytes with its own content"
    )


# ---------------------------------------------------------------- the look


def test_every_class_in_a_template_has_a_style():
    styles = "".join(sheet.read_text(encoding="utf-8") for sheet in (STATIC / "css").glob("*.css"))
    known = set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", styles)) | {"tourist"}  # the look that the others depart from
    unknown = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"\{%.*?%\}", " ", re.sub(r"\{\{.*?\}\}", "{}", text, flags=re.DOTALL), flags=re.DOTALL)
        for classes in re.findall(r'\sclass="([^"]*)"', text):
            fixed = [name.rstrip("{}") for name in classes.split() if not name.rstrip("{}").endswith("-")]
            unknown += [f"{path.relative_to(TEMPLATES)}: {name}" for name in fixed if name and name not in known]
    assert not unknown, "in no style sheet (Bootstrap's widgets are left out, see static/build):\n" + "\n".join(unknown)


@pytest.mark.parametrize("tone", ["grey", "jade", "jade-strong", "river", "gold", "cinnabar", "plum"])
def test_every_badge_can_be_read(tone):
    css = (STATIC / "css" / "app.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", css.partition("\n}\n")[0]))
    rule = re.search(rf"\.badge-{tone} \{{ background: ([^;]+); color: ([^;]+); \}}", css)
    ground, words = (_rgb(re.sub(r"var\(--([\w-]+)\)", lambda m: colours[m[1]], part)) for part in rule.groups())
    assert _contrast(ground, words) >= 4.5


def _rgb(colour: str) -> tuple[float, ...]:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    return tuple(int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The ratio of WCAG 2.2, success criterion 1.4.3."""

    def luminance(colour: tuple[float, ...]) -> float:
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


# ---------------------------------------------------------------- the checks themselves

GOOD = "<!doctype html><html lang='en' dir='ltr'><head><title>Hello – us</title></head><body><main><h1>Hello</h1>{}</main></body></html>"


def test_a_plain_page_passes():
    check_page(GOOD.format("<p>Words</p>"), "en")


@pytest.mark.parametrize(
    ("fragment", "fault"),
    [
        ("<h1>Again</h1>", "there are 2 h1"),
        ("<h3>Deep</h3>", "leaves out a level"),
        ("<p id='a'></p><p id='a'></p>", "occurs 2 times"),
        ("<input type='text' id='a'>", "has no label"),
        ("<label for='b'>B</label>", "points at 'b'"),
        ("<input aria-label='x' aria-describedby='hint'>", "points at 'hint'"),
        ("<a href='#gone'>x</a>", "leads nowhere"),
        ("<p style='color:red'>x</p>", "has a style attribute"),
        ("<p onclick='x()'>x</p>", "has onclick"),
        ("<script>x()</script>", "stands in the page"),
        ("<style>p{}</style>", "stands in the page"),
        ("<img src='/a.png'>", "has no alt"),
        ("<img src='https://cdn.example/a.png' alt=''>", "another host"),
        ("<img src='//cdn.example/a.png' alt=''>", "another host"),
        ("<a href='javascript:x()'>x</a>", "runs a script"),
        ("<button type='button'></button>", "has no name"),
        ("<button type='button'><svg aria-hidden='true'></svg></button>", "has no name"),
        ("<svg></svg>", "neither hidden nor named"),
        ("<p>Dear %(name)s</p>", "shows '%(name)s'"),
        ("<p>{{ name }}</p>", "shows '{{'"),
        ("<form><form></form></form>", "inside another form"),
        ("<p><div>x</div></p>", "inside a paragraph"),
        ("<fieldset><input aria-label='x'></fieldset>", "has no legend"),
        ("<div>", "closes"),
        ("<input aria-label='x' aria-invalid='true'>", "nothing says why"),
    ],
)
def test_each_fault_of_a_page_is_found(fragment, fault):
    with pytest.raises(AssertionError, match=re.escape(fault)):
        check_page(GOOD.format(fragment))


def test_a_page_in_another_language_than_expected_is_found():
    with pytest.raises(AssertionError, match="not in ja"):
        check_page(GOOD.format(""), "ja")


def test_the_gallery_links_to_all_its_pages(drawing, browser_without_scripts):
    page = browser_without_scripts.get("/_gallery/").text
    with drawing.test_request_context():
        for name in ("merchant", "staff", "card", "mail", "icons"):
            assert url_for(f"gallery.{name}") in page

"""All components on a few pages, with long texts in four scripts, for people who build pages; it does not exist in production."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import segno
from flask import Blueprint, abort, flash, render_template, request, url_for
from flask_babel import force_locale
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from disputes.names import CATEGORIES, CATEGORY_HINTS, REMEDIES, TRADES, options
from disputes.rules.categories import Trade
from disputes.rules.lifecycle import State
from disputes.rules.packages import Goods, Means, Package, Remedy, Shipping, Within
from disputes.web.components import lang_tag
from disputes.web.fields import DatePartsField, FilesField, MoneyField

bp = Blueprint("gallery", __name__, url_prefix="/_gallery")

NOW = datetime(2026, 11, 24, 6, 20, tzinfo=UTC)
ERROR_PAGES = ("sign-in", "forbidden", "not-found", "moved-on", "too-large", "too-many", "expired", "error")
CASE_NUMBER = "2600482716"
WORDS = ("river", "lantern", "orange", "bridge", "paper")

# Made up, and long on purpose: names that wrap, sentences without spaces, scripts that run the other way.
SAYS = {
    "en": (
        "I bought what the assistant called a hand-carved Shu brocade wall hanging with a certificate. Back in the hotel I saw "
        "that the certificate names another workshop, the selvedge says polyester, and the same piece is in three shops of the "
        "street for a tenth of the price.\n\nI went back within the hour. The assistant said that there are no refunds for "
        "foreigners and turned off the light. I leave on Thursday at noon and only want my money back on the card I paid with.",
        "Bartholomew Featherstonehaugh-Montgomery",
    ),
    "zh_CN": (
        "在洪崖洞附近的店里买了一幅“手工蜀锦挂毯”，店员当面保证是真丝并附证书，回到酒店发现证书上的厂名与店家不符，边字写着聚酯纤维，"
        "同一条街另外三家店卖一样的东西，价格只有十分之一。\n\n一个小时之内我就回去找店家，店员说不给外国人退货，然后把灯关了。"
        "我星期四中午离境，只要求把钱原路退回我付款的银行卡。",
        "欧阳婉清",
    ),
    "ja": (
        "「手織りの蜀錦の壁掛け、証明書付き」と説明されて購入しましたが、ホテルに戻って確認したところ、証明書に書かれた工房名が店の説明と違い、"
        "生地の端にはポリエステルと書いてありました。同じ品物が同じ通りの別の三軒で十分の一の値段で売られています。\n\n"
        "一時間以内に店に戻りましたが「外国人には返金しない」と言われ、照明を消されました。木曜日の正午に出国しますので、"
        "支払いに使ったカードへの返金を希望します。",
        "長谷川 佐知子",
    ),
    "ar": (
        "اشتريت قطعة قماش جدارية قيل لي إنها من بروكار شو المنسوج يدويًا ومعها شهادة. عندما عدت إلى الفندق وجدت أن الشهادة تحمل اسم "
        "ورشة أخرى، وأن الحاشية مكتوب عليها polyester 100%، وأن القطعة نفسها تباع في ثلاثة متاجر في الشارع نفسه بعُشر السعر.\n\n"
        "عدت إلى المتجر خلال ساعة، فقالت البائعة إنه لا استرداد للأجانب وأطفأت الضوء. سأغادر يوم الخميس ظهرًا ولا أريد سوى استرداد "
        "المبلغ إلى البطاقة التي دفعت بها.",
        "عبد الرحمن بن عبد العزيز القحطاني",
    ),
}
SHOP = "重庆市渝中区沧白路八十八号洪崖洞民俗风貌区四层巴蜀锦绣工艺美术品有限责任公司第三分店"


class GalleryForm(FlaskForm):
    """One field of each sort."""

    category = RadioField("What happened?", [InputRequired("Choose what happened.")], choices=options(CATEGORIES))
    trade = RadioField("Where did it happen?", [InputRequired()], choices=options(TRADES), default=Trade.SHOP)
    wants = SelectMultipleField("What do you want?", choices=options(REMEDIES), default=[Remedy.REFUND])
    name = StringField(
        "A name to call you",
        [InputRequired("Write a name by which we and the shop may call you."), Length(max=80)],
        description="As you would introduce yourself; it need not be the name in your passport.",
    )
    words = TextAreaField(
        "In your own words", description="Any language. Nobody translates it by machine; the shop sees it."
    )
    amount = MoneyField(
        "How much did you pay?", [InputRequired("Write how much you paid.")], currencies=["CNY", "JPY", "EUR"]
    )
    yuan = MoneyField("How much do you want back?")
    leaves = DatePartsField("When do you leave?", [InputRequired("Write the day on which you leave.")])
    port = SelectField(
        "From which port?",
        choices=[("CKG", "重庆江北国际机场 Chongqing Jiangbei"), ("TFU", "成都天府国际机场 Chengdu Tianfu")],
    )
    photos = FilesField("Photos, receipts, chats", description="JPEG, PNG, WebP, HEIC or PDF, up to 15 MB each.")
    agree = BooleanField(
        "The shop may see what I wrote, my pictures, and the name to call me. It never sees how to reach me."
    )


@bp.get("/")
def index() -> str:
    """The components as visitors see them; `?errors=1` shows every field refused."""
    return _page("components")


@bp.get("/welcome")
def welcome() -> str:
    """The frame of the first page."""
    return _page("welcome")


@bp.get("/merchant")
def merchant() -> str:
    """The look of the merchant portal."""
    return _page("merchant", nav_items=_merchant_nav(), account=_account("bashu-jinxiu-03"))


@bp.get("/staff")
def staff() -> str:
    """The look of the staff portal: a queue."""
    return _page("staff", nav_items=_staff_nav(), account=_account("杨 Yang Xiaohe"), search_url=url_for(".staff"))


@bp.get("/staff-case")
def staff_case() -> str:
    """The look of the staff portal: one case."""
    return _page("staff-case", nav_items=_staff_nav(), account=_account("杨 Yang Xiaohe"), search_url=url_for(".staff"))


@bp.get("/case")
def case() -> str:
    """A visitor's own page of a case."""
    return _page("case")


@bp.get("/card")
def card() -> str:
    """The screen to show in the shop."""
    own = lang_tag().replace("-", "_")
    with force_locale("zh_CN"):
        return _page("card", own_language=own, back_url=url_for(".index"), back_words="Back")


@bp.get("/icons")
def icons() -> str:
    """Every drawing with its name."""
    return _page("icons")


@bp.get("/mail")
def mail() -> str:
    """A letter as it looks in a mail program."""
    return _page("mail", action_url="https://care.example/c/k3J9-long-token-that-wraps-somewhere-7Qw2")


@bp.get("/errors/<name>")
def error(name: str) -> str:
    """One of the error pages."""
    if name not in ERROR_PAGES:
        abort(404)
    return render_template(f"errors/{name}.html", status=404, code=None)


def _page(name: str, **more: Any) -> str:
    form = GalleryForm()
    if "errors" in request.args:
        form.validate()
    if "flash" in request.args:
        flash("Your offer is on its way to the customer.", "success")
        flash("The mail could not be delivered; the link can be printed instead.", "warning")
    return render_template(f"gallery/{name}.html", form=form, **_data(), **more)


def _data() -> dict[str, Any]:
    says, who = SAYS.get(lang_tag().replace("-", "_"), SAYS["en"])
    return {
        "now": NOW,
        "days3": timedelta(days=3, hours=2),
        "midnight": datetime(2026, 11, 26, 16, tzinfo=UTC),
        "says": says,
        "who": who,
        "all_says": [(language, *text) for language, text in SAYS.items()],
        "shop": SHOP,
        "language": lang_tag().replace("-", "_"),
        "package": Package(
            (Remedy.REFUND, Remedy.APOLOGY),
            48000,
            "CNY",
            Goods.GIVE_BACK,
            Shipping.SHOP_PAYS,
            Means.ORIGINAL,
            Within.THREE_DAYS,
        ),
        "counter_package": Package(
            (Remedy.PRICE_DIFFERENCE, Remedy.COMPENSATION, Remedy.INVOICE), 128050, "CNY", Goods.KEEP, means=Means.CASH
        ),
        "steps": _steps(),
        "events": _events(says),
        "rows": _rows(),
        "category_hints": CATEGORY_HINTS,
        "states": list(State)[:-1],
        "words": WORDS,
        "number": CASE_NUMBER,
        "qr": Markup(segno.make("https://care.example/c/k3J9aVmQ", error="m").svg_inline(border=0, omitsize=True)),  # noqa: S704  our own
        "kept": [
            {"id": 1, "name": "IMG_20261123_181455_收据.jpg", "size": 2_345_678, "url": "#main"},
            {
                "id": 2,
                "name": "a-very-long-name-of-a-document-without-any-space-to-wrap-at-2026-11-23.pdf",
                "size": 81_234,
                "url": "#main",
            },
        ],
        "error_pages": ERROR_PAGES,
    }


def _steps() -> list[dict[str, Any]]:
    return [
        {"state": "done", "title": "You filed the case", "when": NOW - timedelta(hours=20)},
        {
            "state": "done",
            "title": "The shop was asked in Chinese",
            "when": NOW - timedelta(hours=20),
            "text": "By mail and in its portal.",
        },
        {"state": "now", "title": "It is your turn: the shop has made an offer", "when": NOW - timedelta(hours=2)},
        {"state": "next", "title": "The shop pays, and you tell us whether the money has arrived"},
        {"state": "next", "title": "The case is closed"},
    ]


def _events(says: str) -> list[dict[str, Any]]:
    return [
        {"at": NOW - timedelta(hours=2), "who": "merchant", "name": SHOP, "title": "Offer made", "body": says[:90]},
        {"at": NOW - timedelta(hours=4), "who": "system", "name": "", "title": "Reminder sent to the shop"},
        {
            "at": NOW - timedelta(hours=9),
            "who": "officer",
            "name": "杨 Yang Xiaohe",
            "title": "Spoke with the shop by telephone",
        },
        {"at": NOW - timedelta(hours=20), "who": "tourist", "name": SAYS["ar"][1], "title": "Case filed"},
    ]


def _rows() -> list[dict[str, Any]]:
    hours = (-5, 2, 19, 70, 400)
    states = (State.MEDIATION, State.TRIAGE, State.WITH_MERCHANT, State.OFFERED, State.REFERRAL_READY)
    names = [who for _, who in SAYS.values()] + ["Ng"]
    return [
        {
            "number": f"26112406{i}8",
            "who": names[i],
            "state": states[i],
            "due": NOW + timedelta(hours=hours[i]),
            "amount": 4800 * 10**i // 7,
        }
        for i in range(5)
    ]


def _merchant_nav() -> list[dict[str, Any]]:
    return [
        {"label": "Cases", "url": url_for(".merchant"), "icon": "case", "here": True, "count": 3},
        {"label": "Standing answers", "url": "#main", "icon": "message"},
        {"label": "Figures", "url": "#main", "icon": "chart"},
        {"label": "Users", "url": "#main", "icon": "people"},
    ]


def _staff_nav() -> list[dict[str, Any]]:
    return [
        {"label": "Queue", "url": url_for(".staff"), "icon": "queue", "here": True, "count": 40},
        {"label": "Merchants", "url": "#main", "icon": "shop"},
        {"label": "Offices", "url": "#main", "icon": "authority"},
        {"label": "Faults", "url": "#main", "icon": "warning", "count": 2},
    ]


def _account(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "place": SHOP,
        "links": [{"label": "Password and devices", "url": "#main"}],
        "sign_out_url": url_for(".staff"),
    }

"""A return promise in plain words of the reader's language: the same lines for the register, the preview, the staff and the poster."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from disputes import names
from disputes.formats import china_day
from disputes.names import named
from disputes.pledges.models import PledgeVersion
from disputes.pledges.queries import Entry
from disputes.rules.packages import Means
from disputes.rules.pledges import Condition, Payer, Proof, Starts, Way
from disputes.rules.publishing import REFUND_DAYS_WHEN_SILENT, Desk, Promise, Standing
from disputes.web.languages import language


@dataclass(frozen=True)
class Words:
    """What the merchant wrote, with its language; shown as it was written."""

    body: str
    language: str


@dataclass(frozen=True)
class Line:
    """One point of a promise: what it is about, the sentences, and the merchant's own words about it."""

    icon: str
    label: str
    sentences: tuple[str, ...]
    words: Words | None = None


def init_app(app: Flask) -> None:
    """Give templates ``promise_lines(version)``, ``standing_sentence(entry)`` and ``days_sentence(version)``."""
    app.jinja_env.globals.update(
        promise_lines=lines, standing_sentence=standing, days_sentence=days, pledge_name=name_of
    )


def lines(version: PledgeVersion) -> list[Line]:
    """The promise point by point."""
    promise = version.promise
    return [
        Line("clock", _("For how long"), (days(version), _starts(promise))),
        Line("goods", _("What can be returned"), _goods(promise), _words(promise.goods_zh, promise.goods_en)),
        Line(
            "close", _("What is not covered"), _left_out(promise), _words(promise.exclusions_zh, promise.exclusions_en)
        ),
        Line("quality", _("In what condition"), (_condition(promise),)),
        Line("invoice", _("What to bring along"), (_proof(promise),)),
        Line("map-pin", _("Where to give it back"), tuple(_ways(promise))),
        Line("money", _("When the money comes"), tuple(_money(promise))),
    ]


def days(version: PledgeVersion) -> str:
    """The promise in one line."""
    return ngettext(
        "Return within %(num)s day, without giving a reason.",
        "Return within %(num)s days, without giving a reason.",
        version.days,
    )


def standing(entry: Entry) -> str:
    """How the promise stands, in one sentence."""
    if entry.standing is Standing.WITHDRAWN and entry.pledge.withdrawn_on is not None:
        return _(
            "This promise was withdrawn. What was bought up to and including %(day)s is still covered.",
            day=china_day(entry.pledge.withdrawn_on),
        )
    if entry.standing is Standing.UPCOMING and entry.version.applies_from is not None:
        return _("This promise begins with purchases on %(day)s.", day=china_day(entry.version.applies_from))
    if entry.pledge.withdrawn_on is not None:
        return _(
            "This promise ends: purchases after %(day)s are no longer covered.",
            day=china_day(entry.pledge.withdrawn_on),
        )
    return _("This promise is in force. It counts for everything bought since %(day)s.", day=china_day(entry.since))


def name_of(entry: Entry) -> str:
    """In whose name the promise is given: the brand or chain, or the company."""
    chinese = language().startswith("zh")
    pledge, merchant = entry.pledge, entry.shop.merchant
    if pledge.brand_zh:
        return pledge.brand_zh if chinese else pledge.brand_en or pledge.brand_zh
    return merchant.name_zh if chinese else merchant.name_en or merchant.name_zh


def _starts(promise: Promise) -> str:
    if promise.starts is Starts.RECEIPT:
        return _("The day on which you received the goods is not counted.")
    return _("The day of purchase is not counted.")


def _goods(promise: Promise) -> tuple[str, ...]:
    if not promise.covered:
        said = [_("All goods that this shop sells, apart from what stands below.")]
    else:
        said = [named(names.GOODS_CLASSES, goods) for goods in sorted(promise.covered)]
    if promise.also_takes:
        said.append(_("Unlike most shops, this one also takes back opened or used goods of these kinds:"))
        said += [named(names.GOODS_CLASSES, goods) for goods in sorted(promise.also_takes)]
    return tuple(said)


def _left_out(promise: Promise) -> tuple[str, ...]:
    said = [named(names.GOODS_CLASSES, goods) for goods in sorted(promise.excluded)]
    usual = _(
        "As in most shops also not: goods made to order, fresh food, opened food, cosmetics and underwear, activated electronics, "
        "and goods sold as flawed."
    )
    return (*said, usual)


def _condition(promise: Promise) -> str:
    if promise.condition is Condition.RESALE:
        return _("So that it can be sold again. Looking at it and trying it carefully is allowed.")
    return _("Unused, with packaging, labels and everything that belongs to it.")


def _proof(promise: Promise) -> str:
    return {
        Proof.INVOICE: _("The invoice (fapiao)."),
        Proof.ANY: _("The invoice, the receipt or a record of the payment: one of them is enough."),
        Proof.NONE: _("Nothing; the shop recognises its goods."),
    }[promise.proof]


def _ways(promise: Promise) -> list[str]:
    said = []
    if Way.SHOP in promise.ways:
        said.append(_("In the shop where you bought it."))
    if Way.BRANCH in promise.ways:
        said.append(_("In one of the other shops named below."))
    if Way.DESK in promise.ways:
        if Desk.MALL in promise.desks or not promise.desks:
            said.append(_("At the return desk of the mall."))
        if Desk.PORT in promise.desks:
            said.append(_("At the return desk of the airport or the station."))
    if Way.PARCEL in promise.ways:
        paid = promise.freight is Payer.MERCHANT
        said.append(_("By parcel; the shop pays for it.") if paid else _("By parcel; you pay for it."))
    return said


def _money(promise: Promise) -> list[str]:
    if promise.refund_days is None:
        said = [
            ngettext(
                "The promise names no time. We hold the shop to %(num)s day after it has the goods.",
                "The promise names no time. We hold the shop to %(num)s days after it has the goods.",
                REFUND_DAYS_WHEN_SILENT,
            )
        ]
    else:
        said = [
            ngettext(
                "Within %(num)s day after the shop has the goods.",
                "Within %(num)s days after the shop has the goods.",
                promise.refund_days,
            )
        ]
    return said + [named(names.MEANS, Means(means)) for means in promise.means]


def _words(chinese: str, english: str) -> Words | None:
    """The merchant's words: Chinese for readers of Chinese, English for others where there is some."""
    if language().startswith("zh") or not english.strip():
        return Words(chinese, "zh_CN") if chinese.strip() else None
    return Words(english, "en")

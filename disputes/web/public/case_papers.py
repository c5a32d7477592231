"""What the documents for a tourist are made from: the card, and the proof for a bank or an insurer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from disputes import names, numbers
from disputes.cases.models import Case
from disputes.documents.data import Both, CaseCard, ProofOfRefund, Row
from disputes.documents.values import both
from disputes.formats import china_day, china_moment, money_text
from disputes.names import named
from disputes.notifications.packages import worded
from disputes.regions.models import Authority
from disputes.returns import deciding
from disputes.rules.lifecycle import Kind
from disputes.rules.packages import Goods, Package, Remedy, package_of
from disputes.web.public.case_view import View


def case_card_paper(case: Case, words: Sequence[str], words_language: str, link: str, find_url: str) -> CaseCard:
    """The card in the language of the page."""
    return {
        "number": numbers.spoken(case.number),
        "words": list(words),
        "words_language": words_language,
        "link": link,
        "find_url": find_url,
        "called": case.tourist.name,
        "shop": shop_name(case),
        "filed": china_day(case.filed_at),
    }


@dataclass(frozen=True)
class Paid:
    """What was to be given, and what was said of it: by a settlement, or by the refund of a return."""

    package: Package
    agreed_at: datetime
    means: str | None
    reference: str | None
    reported_at: datetime | None
    confirmed_at: datetime | None
    fee: int = 0


def paid_of(case: Case) -> Paid | None:
    """What a bank or an insurer can be shown; None while nobody says that anything was paid, or the tourist denied it."""
    if case.erased_at is not None:
        return None
    if case.kind == Kind.RETURN:
        return _refunded(case)
    made = case.settlements[-1] if case.settlements else None
    if made is None or made.denied_at is not None or not (made.reported_at or made.confirmed_at):
        return None
    return Paid(
        package_of(made.offer.package), made.agreed_at, made.means, made.reference, made.reported_at, made.confirmed_at
    )


def _refunded(case: Case) -> Paid | None:
    record = deciding.record_of(case)
    refund = record.refund
    if refund is None:
        return None
    kept = (record.remedy or {}).get("goods") == Goods.KEEP
    package = Package((Remedy.REFUND,), amount=refund.amount, goods=Goods.KEEP if kept else Goods.GIVE_BACK)
    return Paid(
        package, record.decided_at or record.declared_at, refund.means, refund.reference, refund.reported_at,
        refund.confirmed_at, refund.fee,
    )  # fmt: skip


def proof_of_refund(view: View, link: str, language: str) -> ProofOfRefund:
    """What was agreed, what was paid back, and who says so: the shop alone, or the tourist too."""
    case = view.case
    complaint, settlement = case.complaint, paid_of(case)
    assert settlement is not None  # noqa: S101  asked by the callers
    package = settlement.package

    def say(what: Callable[[], object]) -> Both:
        return both(what, language)

    def row(label: Callable[[], object], value: Callable[[], object] | str | None) -> list[Row]:
        if value is None:
            return []
        return [{"label": say(label), "value": value if isinstance(value, str) else say(value)}]

    def amount() -> str:
        return money_text(package.amount, package.currency) if package.amount else _("No money")

    def lines(index: int) -> Callable[[], object]:
        return lambda: worded(package, to_tourist=False).lines[index]

    bought_on, paid, price, currency = complaint.bought_on, complaint.paid_how, complaint.amount, complaint.currency
    reported, confirmed, means = settlement.reported_at, settlement.confirmed_at, settlement.means
    fee = settlement.fee
    return {
        "number": numbers.spoken(case.number),
        "issued_at": say(lambda: china_moment(view.now)),
        "office": {"zh": case.office.name_zh, "own": _own(language, case.office.name_zh, case.office.name_en)},
        "tourist": _full_name(case) or case.tourist.name,
        "merchant": case.merchant.name_zh if case.merchant else shop_name(case) or "–",
        "merchant_code": case.merchant.uscc if case.merchant else None,
        "purchase": [
            *row(lambda: _("What was bought"), complaint.item),
            *row(lambda: _("Bought on"), (lambda: china_day(bought_on)) if bought_on else None),
            *row(lambda: _("Where"), shop_name(case)),
            *row(lambda: _("Price"), (lambda: money_text(price, currency)) if price is not None and currency else None),
            *row(lambda: _("Paid how"), (lambda: named(names.PAID_HOW, paid)) if paid else None),
            *row(lambda: _("Number of the receipt"), complaint.invoice_number),
        ],
        "agreed": [say(lines(i)) for i in range(len(worded(package, to_tourist=False).lines))],
        "agreed_at": say(lambda: china_moment(settlement.agreed_at)),
        "amount": say(amount),
        "refund": [
            *row(lambda: _("Carried out by"), (lambda: named(names.PERFORMED_BY, means)) if means else None),
            *row(lambda: _("Number of the payment"), settlement.reference),
            *row(lambda: _("Fee taken off on the way"), (lambda: money_text(fee, package.currency)) if fee else None),
            *row(lambda: _("Reported by the shop"), (lambda: china_moment(reported)) if reported else None),
            *row(lambda: _("Confirmed by the visitor"), (lambda: china_moment(confirmed)) if confirmed else None),
        ],
        "confirmed": confirmed is not None,
        "link": link,
        "history_head": case.head,
    }


def power_of_attorney(view: View, authority: Authority, language: str) -> dict[str, Any]:
    """The power of attorney line by line, in Chinese and in the reader's language: matter, powers and term (R-SAMR-PROXY)."""
    case, given = view.case, view.authorisation
    assert given is not None  # noqa: S101  the page is not there without it
    chinese = language.startswith("zh")

    def say(what: Callable[[], object]) -> Both:
        return both(what, language)

    office: Both = {"zh": case.office.name_zh, "own": _own(language, case.office.name_zh, case.office.name_en)}
    body: Both = {"zh": authority.name_zh, "own": named(names.AUTHORITIES, authority.code)}
    shop, number = shop_name(case) or "–", numbers.spoken(case.number)

    def powers(name: str) -> str:
        return _(
            "To hand this complaint to %(body)s, to answer its questions, to receive its letters, and to take part in a "
            "mediation there in my name. Not included: to settle, to give up a claim, or to receive money.",
            body=name,
        )

    lines: list[tuple[Both, Both | str | None]] = [
        (say(lambda: _("I, the undersigned")), given.full_name),
        (say(lambda: _("Passport or travel permit")), given.document_number),
        (say(lambda: _("Address")), given.home_address),
        (say(lambda: _("Telephone number")), given.phone),
        (say(lambda: _("authorise")), office),
        (say(lambda: _("Matter")), say(lambda: _("The dispute with %(shop)s, case number %(number)s", shop=shop, number=number))),
        (say(lambda: _("Powers")), {"zh": say(lambda: powers(body["zh"]))["zh"], "own": say(lambda: powers(body["own"]))["own"]}),
        (say(lambda: _("Term")), say(lambda: _("From the day of signature until the matter is closed, at most one year."))),
        (say(lambda: _("Place and date")), None),
        (say(lambda: _("Signature")), None),
    ]  # fmt: skip
    return {"title": say(lambda: _("Power of attorney")), "lines": lines, "two": not chinese}


def shop_name(case: Case) -> str | None:
    """The shop as it is called on its sign, or as the tourist called it."""
    if case.shop is None:
        return case.complaint.shop_name
    return " ".join(filter(None, (case.shop.name_zh, case.shop.name_en)))


def _full_name(case: Case) -> str | None:
    given: list[Any] = [a.full_name for a in case.authorisations if a.full_name]
    return given[-1] if given else None


def _own(language: str, chinese: str, english: str) -> str:
    return chinese if language.startswith("zh") else english

"""Before the airport: the formal reasons for which customs refuse a departure tax refund, as far as they are not known to be met."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, url_for

from disputes import clock
from disputes.intake import drafts
from disputes.law import explain_returns
from disputes.law.returns_rows import check_row
from disputes.returns import taxing
from disputes.rules import tax_refund
from disputes.rules.return_facts import FactsError, TaxState
from disputes.rules.rulebook import RuleError, Standing, local_day
from disputes.rules.tax_refund import Check, Line, State, TaxFacts
from disputes.web.public import bp
from disputes.web.public.case_access import Answer
from disputes.web.public.case_view import View
from disputes.web.public.returned import of_a_return
from disputes.web.public.returned_view import back_of
from disputes.web.public.returning_answers import CHECKED, WIZARD, Answers
from disputes.web.verdict_words import Cited

# What depends on a purchase says nothing to somebody who has named none.
OF_A_PURCHASE = ("minimum", "leaves_in_time")


@dataclass(frozen=True)
class Point:
    """One point of the list: met, not met, or not known."""

    text: str
    state: State
    cited: Cited


@bp.get("/return/tax-checklist")
def returning_tax_checklist() -> Answer:
    """What customs look at, for the purchase that was just described, or in general."""
    facts = _of_the_draft()
    return _page(facts or _in_general(), known=facts is not None, back_url=url_for(".returning"))


@bp.get("/c/<token>/tax/checklist", endpoint="case_return_checklist")
@of_a_return
def checklist(view: View) -> Answer:
    """The same for the invoice of a return."""
    record = back_of(view).record
    facts = taxing.facts_of(record) if record.tax is not None else None
    return _page(facts or _in_general(), known=facts is not None, back_url=url_for(".case_page", token=view.token))


def _page(facts: TaxFacts, *, known: bool, back_url: str) -> Answer:
    law = taxing.tax_law()
    points = [
        _point(each)
        for each in tax_refund.checks(facts, law)
        if each.at_customs and (known or each.reason.code not in OF_A_PURCHASE)
    ]
    return render_template("public/returned/checklist.html", points=points, known=known, back_url=back_url)


def _point(check: Check) -> Point:
    row = check_row(check)
    return Point(text=explain_returns.check(row), state=check.state, cited=_cited(row))


def _cited(row: dict) -> Cited:  # type: ignore[type-arg]
    english, chinese = explain_returns.articles(row)
    standing = Standing(row["standing"])
    mark = None if standing is Standing.VERIFIED else explain_returns.standing_mark(standing)
    return Cited("", row["rule"], chinese, english, mark)


def _in_general() -> TaxFacts:
    """Nobody has said anything yet."""
    return TaxFacts(bought_on=clock.today(), lines=(Line(ref="1", price=0),), state=TaxState.T1)


def _of_the_draft() -> TaxFacts | None:
    """What was told on the pages of a return in this browser, if it goes so far."""
    draft = WIZARD.draft_of_session()
    if draft is None or not all(drafts.complete(draft, page.name) for page in CHECKED):
        return None
    answers = Answers(draft)
    try:
        lines = answers.form("goods").items
        return TaxFacts(
            bought_on=answers.bought_on,
            lines=tuple(
                Line(ref=str(n), price=x.form.price.data, quantity=x.form.bought.count) for n, x in enumerate(lines, 1)
            ),
            state=TaxState.T1,
            leaves_on=local_day(answers.departure_at) if answers.departure_at else None,
            invoice_number=answers.bare.invoice_number,
            form_number=answers.bare.form_number,
            unused=not any(item.worn or item.unsealed for item in answers.items),
        )
    except (FactsError, RuleError, ValueError):
        return None

"""Several returns at once: approve them, or report their refunds. Chosen, looked at again, then done row by row; and a file of all."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from disputes import clock, names
from disputes.accounts.actors import Actor
from disputes.cases import queries
from disputes.cases.commands import Refused
from disputes.db import transaction
from disputes.formats import CHINA
from disputes.names import PERFORMED_BY, STATES_FOR_MERCHANT, named
from disputes.names import returns as return_names
from disputes.pledges.open_data import FORMULAS
from disputes.returns import deciding, of_merchant, refunding
from disputes.returns.models import Return
from disputes.rules.lifecycle import StepRefused
from disputes.rules.return_facts import TaxState
from disputes.rules.verdicts import Strength
from disputes.web.custody import goods_name
from disputes.web.languages import language
from disputes.web.merchant import bp
from disputes.web.merchant.returned import (
    STRENGTHS,
    TAX_STATES,
    most_likely_means,
    tax_is_open,
    tax_step,
)
from disputes.web.merchant.ways import running
from disputes.web.sentences import refusal
from disputes.web.sessions import current_actor
from disputes.web.verdict_words import weakest

POSTED = ("GET", "POST")


class BulkForm(FlaskForm):
    """The frame of a page with many rows; the rows are read from what was sent."""


@dataclass
class Row:
    """One return in a list of many."""

    record: Return
    why_not: str | None = None  # what stands in the way of doing it here
    chosen: bool = False
    version: int | None = None  # as the page showed it
    means: str = ""
    reference: str = ""
    done: bool | None = None
    said: str = ""  # what became of it

    @property
    def number(self) -> str:
        return self.record.case.number

    @property
    def goods(self) -> str:
        return ", ".join(f"{goods_name(i)} × {i.quantity}" for i in self.record.items)

    @property
    def amount(self) -> int:
        return deciding.amount_due(self.record)

    @property
    def currency(self) -> str:
        return self.record.case.complaint.currency or "CNY"

    @property
    def due(self) -> Any:
        return running(self.record.case)

    @property
    def strength(self) -> str:
        return named(STRENGTHS, Strength(weakest([i.verdict for i in self.record.items])["strength"]))


@bp.route("/returns/approve", methods=POSTED)
def returns_approve() -> str:
    """Approve several returns that wait for an answer."""
    by = current_actor()

    def one(row: Row) -> None:
        deciding.approve(row.number, row.version, by, language=language())

    return _bulk(by, "approve", of_merchant.to_answer(by), _hinders_approval, one)


@bp.route("/returns/pay", methods=POSTED)
def returns_pay() -> str:
    """Report several refunds that were paid."""
    by = current_actor()

    def one(row: Row) -> None:
        refunding.report_refund(row.number, row.version, by, row.means, row.reference)

    return _bulk(by, "pay", of_merchant.to_pay(by), _hinders_payment, one)


@bp.get("/returns.csv")
def returns_csv() -> Response:
    """All returns of this merchant for a spreadsheet, in the language of the page."""
    answer = Response("".join(_lines(current_actor())), mimetype="text/csv")
    day = clock.now().astimezone(CHINA).date().isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="returns-{day}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


# --- several at once


def _bulk(
    by: Actor, what: str, records: list[Return], hinders: Callable[[Return], str | None], one: Callable[[Row], None]
) -> str:
    """Choose, look again, do. Each row is a transaction of its own, so one that fails leaves the others done."""
    form = BulkForm()
    rows = [Row(record, hinders(record), means=most_likely_means(record)) for record in records]
    stage = "choose"
    if form.validate_on_submit():
        _read(rows)
        chosen = [row for row in rows if row.chosen]
        gone = _gone(rows)
        if "change" in request.form:
            pass
        elif not chosen and not gone:
            form.form_errors = [_("Choose at least one return.")]
        elif "confirm" not in request.form:
            rows, stage = chosen, "look"
        else:
            _do(chosen, one)
            total = sum(row.amount for row in chosen if row.done)
            return render_template(
                "merchant/returns/bulk.html", what=what, stage="done", rows=chosen, gone=gone, form=form, total=total
            )
    total = sum(row.amount for row in rows if row.chosen)
    return render_template(
        "merchant/returns/bulk.html", what=what, stage=stage, rows=rows, gone=[], form=form, total=total,
        means=names.options(PERFORMED_BY), now=clock.now(),
    )  # fmt: skip


def _read(rows: list[Row]) -> None:
    """What was sent for each row: whether it is chosen, at which version, and how it was paid."""
    sent = dict(value.partition(":")[::2] for value in request.form.getlist("chosen"))
    for row in rows:
        row.means = request.form.get(f"means_{row.number}", row.means)
        row.reference = request.form.get(f"reference_{row.number}", "").strip()[:200]
        if row.number in sent and row.why_not is None:
            row.chosen = True
            row.version = int(sent[row.number]) if sent[row.number].isdigit() else None


def _gone(rows: list[Row]) -> list[str]:
    """What was chosen and is not in the list any more, since somebody else was quicker."""
    here = {row.number for row in rows if row.why_not is None}
    return [number for value in request.form.getlist("chosen") if (number := value.partition(":")[0]) not in here][:50]


def _do(rows: list[Row], one: Callable[[Row], None]) -> None:
    for row in rows:
        try:
            with transaction():
                one(row)
        except queries.Stale:
            row.done, row.said = False, _("It has changed meanwhile. Open it and look again.")
        except (Refused, StepRefused) as refused:
            row.done, row.said = False, refusal(refused)
        except queries.NotFound:
            row.done, row.said = False, refusal("nothing_here")
        else:
            row.done, row.said = True, _("Done")


def _hinders_approval(record: Return) -> str | None:
    if record.tax is not None and record.tax.state == TaxState.T3:
        return _("Our staff decides: the tax was refunded.")
    if tax_is_open(record):
        return _("First record the tax refund.")
    return None


def _hinders_payment(record: Return) -> str | None:
    if tax_step(record) is not None:
        return _("First put the tax refund right.")
    return None


# --- a file for a spreadsheet

# fmt: off
COLUMNS: tuple[tuple[Any, Callable[[Return], Any]], ...] = (
    (_l("Number"),             lambda r: r.case.number),
    (_l("Declared"),           lambda r: _moment(r.declared_at)),
    (_l("Shop"),               lambda r: r.case.shop.name_zh if r.case.shop else ""),
    (_l("Goods"),              lambda r: "; ".join(f"{goods_name(i)} × {i.quantity}" for i in r.items)),
    (_l("Price of the goods"), lambda r: _yuan(sum(i.unit_price * i.quantity for i in r.items))),
    (_l("Invoice number"),     lambda r: r.case.complaint.invoice_number),
    (_l("Ground"),             lambda r: named(STRENGTHS, Strength(weakest([i.verdict for i in r.items])["strength"])) if r.items else ""),
    (_l("Where it stands"),    lambda r: named(STATES_FOR_MERCHANT, r.case.state)),
    (_l("Decided"),            lambda r: _moment(r.decided_at)),
    (_l("Ground of refusal"),  lambda r: named(return_names.REFUSALS, r.refusal)),
    (_l("Goods received"),     lambda r: _moment(r.received_at)),
    (_l("Not accepted"),       lambda r: "; ".join(goods_name(i) for i in r.items if i.rejected_at)),
    (_l("Tax refund"),         lambda r: named(TAX_STATES, TaxState(r.tax.state)) if r.tax else ""),
    (_l("Tax refund form"),    lambda r: r.tax.form_number if r.tax else ""),
    (_l("Refund due"),         lambda r: _yuan(deciding.amount_due(r))),
    (_l("Refund paid"),        lambda r: _yuan(r.refund.amount) if r.refund else ""),
    (_l("How it was paid"),    lambda r: named(PERFORMED_BY, r.refund.means) if r.refund else ""),
    (_l("Number of the payment"), lambda r: r.refund.reference if r.refund else ""),
    (_l("Refund reported"),    lambda r: _moment(r.refund.reported_at) if r.refund else ""),
    (_l("Customer confirmed"), lambda r: _moment(r.refund.confirmed_at) if r.refund else ""),
    (_l("How it ended"),       lambda r: named(names.OUTCOMES, r.case.outcome)),
)
# fmt: on


def _lines(by: Actor) -> Iterator[str]:
    """The file line by line, with a byte order mark, without which spreadsheets in China read it in another encoding."""
    yield "\ufeff" + _line([str(title) for title, _value in COLUMNS])
    for record in of_merchant.everything(by):
        yield _line([_cell(value(record)) for _title, value in COLUMNS])


def _cell(value: Any) -> str:
    """A text as a spreadsheet shows it; what it would take for a formula begins with an apostrophe."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(FORMULAS) or text.lstrip().startswith(FORMULAS) else text


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _moment(at: datetime | None) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if at is not None else ""


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"

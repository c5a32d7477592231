"""Return promises as the staff see them: what is short or missing, what was not kept, lists of districts, networks."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from disputes import clock, names
from disputes.accounts import queries as accounts
from disputes.cases import queries as cases
from disputes.db import transaction
from disputes.merchants import queries as merchants
from disputes.pledges import commands, lists, queries
from disputes.pledges.commands import PledgeRefused
from disputes.pledges.models import Pledge, PledgeEvent
from disputes.rules.lifecycle import Role
from disputes.rules.publishing import RULE_OF, BreachReason, NetworkKind
from disputes.web import access
from disputes.web.fields import DatePartsField, readable
from disputes.web.merchant.pledge_forms import NetworkForm, PressForm
from disputes.web.pledge_poster import poster_of
from disputes.web.sentences import refusal
from disputes.web.sessions import current_actor
from disputes.web.staff import bp
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l
from disputes.wording import ngettext

PAGE = 50
WORDS = 1000
LIST_LIMIT = 5 * 1024 * 1024  # bytes
Answer = Response | str | Any

# fmt: off
FAULTS = {
    "unreadable":     _l("This is no CSV file that we can read. Save it as CSV in UTF-8."),
    "column_missing": _l("This column is missing."),
    "too_many_rows":  _l("There are more than 5,000 rows. Divide the list."),
    "no_such_shop":   _l("There is no shop with this code. Add the shop first."),
    "twice":          _l("This shop stands in the list twice."),
    "no_number":      _l("This must be a whole number within the limits."),
    "no_day":         _l("Write the day like this: 2026-11-24."),
    "empty":          _l("This must not be empty."),
    "no_such_code":   _l("There is no such code. Several are separated by “|”."),
}
# fmt: on


class BreachForm(FlaskForm):
    case_number = StringField(_l("Case number"), [InputRequired(_l("Write the number of the case."))])
    shop = SelectField(_l("Shop"), [Optional()])
    happened_on = DatePartsField(_l("Day"), [InputRequired(_l("Give the year, the month and the day."))])
    reason = SelectField(_l("What was not kept"), choices=lambda: names.options(names.BREACH_REASONS))
    note = TextAreaField(
        _l("Note"),
        [Optional(), readable(WORDS)],
        description=_l("For the staff and the merchant; the register does not show it."),
    )

    def validate_case_number(self, field: StringField) -> None:
        try:
            field.data = cases.find(field.data or "", current_actor()).number
        except cases.NotFound:
            raise ValidationError(_("There is no case with this number.")) from None


class ClearForm(FlaskForm):
    because = TextAreaField(_l("Why it is cleared"), [InputRequired(_l("Give the reason.")), readable(WORDS)])


class ListForm(FlaskForm):
    file = FileField(_l("The list as CSV"), [FileRequired(_l("Choose a file."))])


class MemberForm(FlaskForm):
    network = SelectField(_l("Network"), [InputRequired(_l("Choose the network."))])
    shop_code = StringField(_l("Code of the shop"), [InputRequired(_l("Write the code of the shop."))])


@bp.get("/pledges")
def pledges() -> str:
    """All promises; those that are short, lack something or were not kept can be shown alone."""
    typed = request.args.get("q", "").replace("\0", "").strip()[:100]
    show = request.args.get("show", "")
    asked = request.args.get("page", "")
    page = max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    found = queries.pledges(
        current_actor(), typed, flawed=show == "flawed", broken=show == "broken", limit=PAGE + 1, page=page
    )
    turned = {"q": typed or None, "show": show or None}
    return render_template(
        "staff/pledges.html",
        pledges=found[:PAGE],
        flaws_of=queries.flaws_of,
        rule_of=RULE_OF,
        typed=typed,
        show=show,
        today=clock.today(),
        previous_url=url_for(".pledges", **turned, page=page - 1) if page > 1 else None,
        next_url=url_for(".pledges", **turned, page=page + 1) if len(found) > PAGE else None,
    )


@bp.route("/pledges/<code>", methods=["GET", "POST"])
def pledge(code: str) -> Answer:
    """One promise with everything that was ever changed; a breach is recorded here."""
    found, today = _pledge(code), clock.today()
    form = BreachForm(data={"happened_on": today})
    form.shop.choices = [("", _("All shops of the promise")), *((str(s.id), s.name_zh) for s in found.merchant.shops)]
    if form.validate_on_submit():
        shop = next((s for s in found.merchant.shops if str(s.id) == form.shop.data), None)
        try:
            with transaction():
                commands.record_breach(
                    found, current_actor(), case_number=form.case_number.data or "", happened_on=form.happened_on.data,
                    reason=BreachReason(form.reason.data), note=form.note.data or "", shop=shop,
                )  # fmt: skip
        except PledgeRefused as refused:
            form.happened_on.errors = [refusal(refused)]
        else:
            flash(_("The breach is recorded. Visitors see it, and the merchant can comment on it."), "success")
            return redirect(url_for(".pledge", code=found.code), code=303)
    told = queries.history(found)
    return render_template(
        "staff/pledge.html", pledge=found, today=today, shown=found.version_on(today) or found.versions[-1],
        flaws=queries.flaws_of(found), rule_of=RULE_OF, form=form, told=told, people=_people(told),
    )  # fmt: skip


@bp.route("/pledges/breaches/<int:breach_id>/clear", methods=["GET", "POST"])
@access.only_for(Role.SUPERVISOR)
def pledge_breach_clear(breach_id: int) -> Answer:
    """Clear a breach; a supervisor answers for it."""
    breach = queries.breach(breach_id, current_actor())
    if breach is None:
        abort(404)
    form = ClearForm()
    if form.validate_on_submit():
        try:
            with transaction():
                commands.clear_breach(breach, current_actor(), form.because.data or "")
        except PledgeRefused as refused:
            form.because.errors = [refusal(refused)]
        else:
            flash(_("The breach is cleared; the register says so."), "success")
            return redirect(url_for(".pledge", code=breach.pledge.code), code=303)
    return render_template("staff/pledge_breach.html", breach=breach, form=form)


@bp.get("/pledges/<code>/poster.pdf")
def pledge_poster(code: str) -> Response:
    """The poster, for a shop that has no printer."""
    return poster_of(_pledge(code))


@bp.route("/pledges/import", methods=["GET", "POST"])
@access.only_for(Role.SUPERVISOR)
def pledges_import() -> Answer:
    """Take over a district's list; nothing is taken over while a row is wrong."""
    form, judged = ListForm(), None
    if form.validate_on_submit():
        content = form.file.data.read(LIST_LIMIT + 1)
        if len(content) > LIST_LIMIT:
            form.file.errors = [_("This file is too large. Divide the list.")]
        else:
            try:
                with transaction():
                    judged = lists.judge(content)
                    made = [] if judged.faults else lists.take_over(judged, current_actor())
            except PledgeRefused as refused:
                form.file.errors = [refusal(refused)]
            else:
                if not judged.faults:
                    flash(
                        ngettext("%(num)s promise was taken over.", "%(num)s promises were taken over.", len(made)),
                        "success",
                    )
                    return redirect(url_for(".pledges"), code=303)
                form.file.errors = [_("Nothing was taken over: correct the rows below and send the list again.")]
    return render_template(
        "staff/pledges_import.html", form=form, judged=judged, faults=FAULTS, needed=lists.NEEDED, columns=lists.COLUMNS
    )


@bp.route("/networks", methods=["GET", "POST"])
def networks() -> Answer:
    """Networks of shops that take back each other's goods; the staff keep those of malls and brands without an owner."""
    form = NetworkForm(prefix="new")
    if form.validate_on_submit():
        with transaction():
            commands.found_network(
                current_actor(), NetworkKind(form.kind.data), form.name_zh.data or "", form.name_en.data or ""
            )
        flash(_("The network is made. Add your shops; others can ask to join."), "success")
        return redirect(url_for(".networks"), code=303)
    return _networks_page(form, _member_form())


@bp.post("/networks/add")
def network_add() -> Answer:
    """Add a shop to a network."""
    form = _member_form()
    actor = current_actor()
    if form.validate_on_submit():
        network = next((n for n in queries.networks(actor) if str(n.id) == form.network.data), None)
        shop = merchants.shop_by_code(form.shop_code.data or "")
        if network is not None and shop is not None:
            return _tried(lambda: commands.ask_to_join(network, shop, actor))
        form.shop_code.errors = [_("There is no shop with this code.")]
    return _networks_page(NetworkForm(prefix="new", formdata=None), form)


@bp.post("/networks/members/<int:member_id>")
def network_member(member_id: int) -> Answer:
    """Admit a shop, turn it down, or end its membership."""
    actor = current_actor()
    member = queries.member(member_id, actor)
    if member is None:
        abort(404)
    verb = {"admit": commands.admit, "refuse": commands.refuse_member, "leave": commands.leave}.get(
        request.form.get("do", "")
    )
    if verb is None or not PressForm().validate_on_submit():
        return redirect(url_for(".networks"), code=303)
    return _tried(lambda: verb(member, actor))


def _networks_page(form: NetworkForm, add: MemberForm) -> str:
    return render_template(
        "staff/networks.html",
        networks=queries.networks(current_actor()),
        form=form,
        add=add,
        press=PressForm(),
        today=clock.today(),
    )


def _member_form() -> MemberForm:
    form = MemberForm(prefix="add")
    form.network.choices = [(str(n.id), n.name_zh) for n in queries.networks(current_actor())]
    return form


def _tried(verb: Any) -> Response:
    try:
        with transaction():
            verb()
    except PledgeRefused as refused:
        flash(refusal(refused), "error")
    else:
        flash(_("Done."), "success")
    return redirect(url_for(".networks"), code=303)  # type: ignore[return-value]


def _pledge(code: str) -> Pledge:
    found = queries.find(code, current_actor())
    if found is None:
        abort(404)
    return found


def _people(told: list[PledgeEvent]) -> dict[int, str]:
    """The names of those who took part, by the number of their account."""
    numbers = {int(number) for event in told if (number := event.by.partition(":")[2]).isdigit()}
    return {number: user.name for number in numbers if (user := accounts.user(number)) is not None}

"""A merchant's return promises: written, seen as visitors see them, published, replaced by a new version, withdrawn; and networks."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from disputes import clock
from disputes.db import transaction
from disputes.merchants import queries as merchants
from disputes.merchants.models import Shop
from disputes.pledges import commands, queries
from disputes.pledges.commands import PledgeRefused
from disputes.pledges.models import Pledge
from disputes.regions import queries as regions
from disputes.rules.packages import Means
from disputes.rules.publishing import NetworkKind, Promise, flaws, worse
from disputes.web.merchant import bp
from disputes.web.merchant.pledge_forms import (
    CommentForm,
    JoinForm,
    NetworkForm,
    PressForm,
    PromiseForm,
    PublishForm,
    WithdrawForm,
    values_of,
)
from disputes.web.pledge_poster import poster_of
from disputes.web.sentences import refusal
from disputes.web.sessions import current_actor

Answer = Response | str | Any
FRESH = Promise(refund_days=7, means=(Means.ORIGINAL,))  # what a new form proposes


# --- promises


@bp.get("/pledges")
def pledges() -> str:
    """All promises of this merchant, and what is recorded against them."""
    actor = current_actor()
    return render_template("merchant/pledges.html", pledges=queries.pledges(actor), today=clock.today())


@bp.route("/pledges/new", methods=["GET", "POST"])
def pledge_new() -> Answer:
    """Begin a promise."""
    shops = _own_shops()
    form = PromiseForm(data=values_of(FRESH))
    form.offer(shops)
    if form.validate_on_submit():
        merchant = merchants.merchant(current_actor().merchant_id or 0)
        assert merchant is not None  # noqa: S101  whoever is signed in here has one
        try:
            with transaction():
                made = commands.draft_pledge(
                    merchant,
                    current_actor(),
                    form.promise(),
                    brand_zh=form.brand_zh.data or "",
                    brand_en=form.brand_en.data or "",
                )
                code = made.code
        except PledgeRefused as refused:
            form.form_errors = [refusal(refused)]
        else:
            return redirect(url_for("merchant.pledge_preview", code=code), code=303)
    return render_template("merchant/pledge-form.html", form=form, pledge=None, has_shops=bool(shops))


@bp.get("/pledges/<code>")
def pledge(code: str) -> str:
    """One promise: what counts today, what follows, its posters, breaches and history."""
    found, today = _pledge(code), clock.today()
    return render_template(
        "merchant/pledge.html",
        pledge=found,
        today=today,
        standing=found.version_on(today),
        upcoming=found.upcoming(today),
        flaws=queries.flaws_of(found),
        shops=_covered(found),
        told=queries.history(found),
        press=PressForm(),
    )


@bp.route("/pledges/<code>/edit", methods=["GET", "POST"])
def pledge_edit(code: str) -> Answer:
    """Write the draft of a promise: the first, or the next version of one that is published."""
    found = _pledge(code)
    newest = found.draft or found.versions[-1]
    form = PromiseForm(data={**values_of(newest.promise), "brand_zh": found.brand_zh, "brand_en": found.brand_en})
    form.offer(_own_shops())
    if form.validate_on_submit():
        try:
            with transaction():
                commands.change_draft(
                    found,
                    current_actor(),
                    form.promise(),
                    brand_zh=form.brand_zh.data or "",
                    brand_en=form.brand_en.data or "",
                )
        except PledgeRefused as refused:
            form.form_errors = [refusal(refused)]
        else:
            return redirect(url_for("merchant.pledge_preview", code=found.code), code=303)
    return render_template("merchant/pledge-form.html", form=form, pledge=found, has_shops=True)


@bp.route("/pledges/<code>/preview", methods=["GET", "POST"])
def pledge_preview(code: str) -> Answer:
    """The draft as visitors will see it; published from here, once somebody has looked."""
    found = _pledge(code)
    draft = found.draft
    shops = _covered(found)
    if draft is None or not shops:
        return redirect(url_for("merchant.pledge", code=found.code), code=303)
    form = PublishForm()
    if form.validate_on_submit():
        try:
            with transaction():
                commands.publish(found, current_actor(), form.applies_from.data)
        except PledgeRefused as refused:
            form.applies_from.errors = [refusal(refused)]
        else:
            flash(_("The promise is published. Print the poster, so that visitors find it."), "success")
            return redirect(url_for("merchant.pledge", code=found.code), code=303)
    before = found.published[-1].promise if found.published else None
    return render_template(
        "merchant/pledge-preview.html",
        pledge=found,
        form=form,
        press=PressForm(),
        entry=queries.preview(shops[0], found, draft),
        places={division.code: division for division in regions.divisions()},
        flaws=flaws(draft.promise),
        worse=worse(before, draft.promise) if before is not None else (),
    )


@bp.post("/pledges/<code>/discard")
def pledge_discard(code: str) -> Answer:
    """Throw the draft away."""
    found = _pledge(code)
    if PressForm().validate_on_submit():
        _tried(lambda: commands.discard_draft(found, current_actor()), _("The draft is gone."))
    return redirect(url_for("merchant.pledges"), code=303)


@bp.route("/pledges/<code>/withdraw", methods=["GET", "POST"])
def pledge_withdraw(code: str) -> Answer:
    """End a promise."""
    found = _pledge(code)
    form = WithdrawForm(data={"last_day": clock.today()})
    if form.validate_on_submit():
        try:
            with transaction():
                commands.withdraw(found, current_actor(), form.last_day.data, form.reason.data or "")
        except PledgeRefused as refused:
            form.last_day.errors = [refusal(refused)]
        else:
            flash(_("The promise ends on that day. What was bought until then stays covered."), "success")
            return redirect(url_for("merchant.pledge", code=found.code), code=303)
    return render_template("merchant/pledge-withdraw.html", pledge=found, form=form)


@bp.route("/pledges/breaches/<int:breach_id>", methods=["GET", "POST"])
def pledge_breach(breach_id: int) -> Answer:
    """A breach that staff recorded, and what the shop says to it."""
    breach = queries.breach(breach_id, current_actor())
    if breach is None:
        abort(404)
    form = CommentForm(data={"comment": breach.comment})
    if form.validate_on_submit():
        with transaction():
            commands.comment_breach(breach, current_actor(), form.comment.data or "")
        flash(_("Your comment stands in the register now."), "success")
        return redirect(url_for("merchant.pledge", code=breach.pledge.code), code=303)
    return render_template("merchant/pledge-breach.html", breach=breach, form=form)


@bp.get("/pledges/<code>/poster.pdf")
def pledge_poster(code: str) -> Response:
    """The poster for the wall, or the sticker for the counter."""
    return poster_of(_pledge(code))


# --- networks


@bp.route("/networks", methods=["GET", "POST"])
def networks() -> Answer:
    """The networks of shops that take back each other's goods: ours, those we keep, and those we may ask to join."""
    form = NetworkForm(prefix="new")
    if form.validate_on_submit():
        merchant = merchants.merchant(current_actor().merchant_id or 0)
        with transaction():
            commands.found_network(
                current_actor(),
                NetworkKind(form.kind.data),
                form.name_zh.data or "",
                form.name_en.data or "",
                owner=merchant,
            )
        flash(_("The network is made. Add your shops; others can ask to join."), "success")
        return redirect(url_for("merchant.networks"), code=303)
    return _networks_page(form, _join_form())


@bp.post("/networks/join")
def network_join() -> Answer:
    """Ask to join with a shop."""
    form, actor = _join_form(), current_actor()
    if not form.validate_on_submit():
        return _networks_page(NetworkForm(prefix="new", formdata=None), form)
    network = next((n for n in queries.networks(actor) if str(n.id) == form.network.data), None)
    shop = next((s for s in _own_shops() if str(s.id) == form.shop.data), None)
    if network is None or shop is None:
        abort(404)
    keeps = commands.may_keep(network, actor)
    done = (
        _("Your shop is in the network.") if keeps else _("You have asked to join. Whoever keeps the network answers.")
    )
    _tried(lambda: commands.ask_to_join(network, shop, actor), done)
    return redirect(url_for("merchant.networks"), code=303)


@bp.post("/networks/members/<int:member_id>")
def network_member(member_id: int) -> Answer:
    """Admit a shop, turn it down, or leave."""
    actor = current_actor()
    member = queries.member(member_id, actor)
    if member is None:
        abort(404)
    verb = {"admit": commands.admit, "refuse": commands.refuse_member, "leave": commands.leave}.get(
        request.form.get("do", "")
    )
    if verb is not None and PressForm().validate_on_submit():
        _tried(lambda: verb(member, actor), _("Done."))
    return redirect(url_for("merchant.networks"), code=303)


def _networks_page(form: NetworkForm, join: JoinForm) -> str:
    actor = current_actor()
    return render_template(
        "merchant/networks.html",
        networks=queries.networks(actor),
        merchant_id=actor.merchant_id,
        form=form,
        join=join,
        press=PressForm(),
        today=clock.today(),
    )


def _join_form() -> JoinForm:
    form = JoinForm(prefix="join")
    form.network.choices = [(str(n.id), n.name_zh) for n in queries.networks(current_actor())]
    form.shop.choices = [(str(s.id), s.name_zh) for s in _own_shops()]
    return form


# --- shared


def _pledge(code: str) -> Pledge:
    found = queries.find(code, current_actor())
    if found is None:
        abort(404)
    return found


def _own_shops() -> list[Shop]:
    return [s for s in merchants.shops_of([current_actor().merchant_id or 0]) if s.active]


def _covered(found: Pledge) -> list[Shop]:
    version = found.draft or found.versions[-1]
    return [shop for shop in found.merchant.shops if shop.active and version.speaks_for(shop.id)]


def _tried(verb: Any, done: str) -> None:
    """Do it and say so, or say why it was refused."""
    try:
        with transaction():
            verb()
    except PledgeRefused as refused:
        flash(refusal(refused), "error")
    else:
        flash(done, "success")

"""Merchants and shops: found, added, corrected, closed; the poster for the counter; the people of a merchant."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Optional, ValidationError

from disputes import names
from disputes.accounts import commands as accounts
from disputes.accounts import queries as people
from disputes.accounts.commands import AccountRefused
from disputes.db import db, transaction
from disputes.merchants import commands, queries
from disputes.merchants.models import CLOSES, OPENS, Merchant, Shop
from disputes.notifications.invitations import invite
from disputes.rules.lifecycle import Role
from disputes.web.fields import readable
from disputes.web.public.filing_forms import checked_email, divisions
from disputes.web.qr import qr_svg
from disputes.web.sentences import refusal
from disputes.web.sessions import current_actor
from disputes.web.staff import bp
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

PAGE = 50
SHORT = 200
Answer = Response | str | tuple[str, int]


class VersionedForm(FlaskForm):
    """A form that changes a row which others change too: a save that is too late shows both sides."""

    version = HiddenField()

    def is_late(self, row: Any) -> bool:
        """Whether somebody else changed the row since this form was shown."""
        return self.version.data != str(row.version)

    def differences(self, row: Any) -> list[tuple[str, str, str]]:
        """Label, what stands in the row now, and what was typed, for each field in which the two differ."""
        found = []
        for field in self:
            if field.type in ("HiddenField", "CSRFTokenField") or not hasattr(row, field.short_name):
                continue
            now, typed = _shown(getattr(row, field.short_name)), _shown(field.data)
            if now != typed:
                found.append((str(field.label.text), now, typed))
        return found


class MerchantForm(VersionedForm):
    name_zh = StringField(_l("Name in Chinese"), [InputRequired(_l("Write the name in Chinese.")), readable(SHORT)])
    name_en = StringField(_l("Name in English"), [Optional(), readable(SHORT)])
    uscc = StringField(_l("Unified social credit code"), [Optional(), readable(40)], description=_l("18 characters."))
    email = StringField(
        _l("E-mail address"),
        [Optional(), readable(254)],
        description=_l("Where its shops are asked that have no address of their own."),
    )
    phone = StringField(_l("Phone"), [Optional(), readable(60)])

    def validate_email(self, field: StringField) -> None:
        if (field.data or "").strip():
            field.data = checked_email(field.data or "")

    def validate_uscc(self, field: StringField) -> None:
        try:
            field.data = commands.checked_credit_code(field.data) or ""
        except commands.InvalidCreditCode:
            raise ValidationError(
                _(
                    "This is no unified social credit code: its last character does not fit. Check it against the licence."
                )
            ) from None

    def values(self) -> dict[str, Any]:
        return {
            "name_zh": self.name_zh.data,
            "name_en": self.name_en.data or "",
            "uscc": self.uscc.data,
            "email": self.email.data,
            "phone": self.phone.data,
        }


class ActiveMerchantForm(MerchantForm):
    active = BooleanField(_l("In business"))


class ShopForm(VersionedForm):
    name_zh = StringField(_l("Name in Chinese"), [InputRequired(_l("Write the name in Chinese.")), readable(SHORT)])
    name_en = StringField(_l("Name in English"), [Optional(), readable(SHORT)])
    address_zh = StringField(_l("Address in Chinese"), [InputRequired(_l("Write the address.")), readable(SHORT)])
    address_en = StringField(_l("Address in English"), [Optional(), readable(SHORT)])
    division_code = SelectField(
        _l("District"), [InputRequired(_l("Choose the district."))], choices=lambda: divisions()
    )
    trade = SelectField(_l("Trade"), choices=names.options(names.TRADES))
    opens = TimeField(_l("Opens"), [InputRequired(_l("Give the hour."))], default=OPENS)
    closes = TimeField(_l("Closes"), [InputRequired(_l("Give the hour."))], default=CLOSES)
    email = StringField(
        _l("E-mail address"),
        [Optional(), readable(254)],
        description=_l("Where it is asked; without one the company’s counts."),
    )
    phone = StringField(_l("Phone"), [Optional(), readable(60)])

    def validate_email(self, field: StringField) -> None:
        if (field.data or "").strip():
            field.data = checked_email(field.data or "")

    def validate_closes(self, field: TimeField) -> None:
        if field.data and self.opens.data and field.data <= self.opens.data:
            raise ValidationError(_("A shop closes after it opens. For one that is open past midnight write 23:59."))

    def values(self) -> dict[str, Any]:
        fields = (
            "name_zh",
            "name_en",
            "address_zh",
            "address_en",
            "division_code",
            "trade",
            "opens",
            "closes",
            "email",
            "phone",
        )
        return {
            name: self[name].data or "" if name.startswith(("name", "address")) else self[name].data for name in fields
        }


class ActiveShopForm(ShopForm):
    active = BooleanField(_l("Open for business"))


class InviteForm(FlaskForm):
    name = StringField(_l("Name"), [InputRequired(_l("Write a name.")), readable(120)])
    email = StringField(_l("E-mail address"), [InputRequired(_l("Write the address.")), readable(254)])


class StepForm(FlaskForm):
    """A button that takes a step."""


# --- merchants


@bp.get("/merchants")
def merchants() -> str:
    """All merchants with their shops; with words, those that have a shop that holds them."""
    typed = request.args.get("q", "").replace("\0", "").strip()[:200]
    page = _page_number()
    found = queries.merchants(typed, limit=PAGE + 1, page=page)
    return render_template(
        "staff/merchants.html",
        merchants=found[:PAGE],
        shops=_shops_of(found[:PAGE]),
        typed=typed,
        previous_url=url_for(".merchants", q=typed or None, page=page - 1 if page > 2 else None) if page > 1 else None,
        next_url=url_for(".merchants", q=typed or None, page=page + 1) if len(found) > PAGE else None,
    )


@bp.route("/merchants/new", methods=["GET", "POST"])
def merchant_new() -> Answer:
    """Add a merchant."""
    form = MerchantForm()
    if form.validate_on_submit() and not _code_is_taken(form, None):
        with transaction():
            made = commands.add_merchant(**form.values())
            merchant_id = made.id
        flash(_("The merchant is in the list. Now add its shops."), "success")
        return redirect(url_for(".merchant", merchant_id=merchant_id), code=303)
    return render_template("staff/merchant_new.html", form=form)


@bp.route("/merchants/<int:merchant_id>", methods=["GET", "POST"])
def merchant(merchant_id: int) -> Answer:
    """One merchant: correct it, see its shops and its people."""
    found = _merchant(merchant_id, locked=request.method == "POST")
    form = ActiveMerchantForm(obj=found)
    if form.is_submitted() and form.validate() and not _code_is_taken(form, found):
        if form.is_late(found):
            return _merchant_page(found, form, late=True), 409
        with transaction():
            commands.change_merchant(found, **form.values(), active=form.active.data)
        flash(_("The merchant is changed."), "success")
        return redirect(url_for(".merchant", merchant_id=merchant_id), code=303)
    if not form.is_submitted():
        form.version.data = str(found.version)
    return _merchant_page(found, form)


def _merchant_page(found: Merchant, form: ActiveMerchantForm, late: bool = False) -> str:
    differences = form.differences(found) if late else []
    if late:
        form.version.data = str(found.version)
    return render_template(
        "staff/merchant.html",
        merchant=found,
        form=form,
        differences=differences,
        late=late,
        people=people.users(current_actor(), merchant_id=found.id) if current_actor().role is Role.SUPERVISOR else None,
    )


@bp.route("/merchants/<int:merchant_id>/people/new", methods=["GET", "POST"])
def merchant_person_new(merchant_id: int) -> Answer:
    """Invite somebody of a merchant, such as its first one; they look after their colleagues themselves."""
    found, form = _merchant(merchant_id), InviteForm()
    if form.validate_on_submit():
        try:
            with transaction():
                user = accounts.create_user(
                    form.email.data or "", form.name.data or "", Role.MERCHANT, merchant_id=merchant_id
                )
                invite(user, current_actor().name)
        except AccountRefused as refused:
            form.email.errors = [refusal(refused)]
        else:
            flash(_("The invitation is on its way."), "success")
            return redirect(url_for(".merchant", merchant_id=merchant_id), code=303)
    return render_template("staff/merchant_person_new.html", merchant=found, form=form)


# --- shops


@bp.route("/merchants/<int:merchant_id>/shops/new", methods=["GET", "POST"])
def shop_new(merchant_id: int) -> Answer:
    """Add a shop."""
    found, form = _merchant(merchant_id), ShopForm()
    if form.validate_on_submit():
        with transaction():
            made = commands.add_shop(found, **form.values())
            shop_id = made.id
        flash(_("The shop is in the list. Visitors find it from now on."), "success")
        return redirect(url_for(".shop", shop_id=shop_id), code=303)
    return render_template("staff/shop_new.html", merchant=found, form=form)


@bp.route("/shops/<int:shop_id>", methods=["GET", "POST"])
def shop(shop_id: int) -> Answer:
    """One shop: correct it, close it, print its poster."""
    found = _shop(shop_id, locked=request.method == "POST")
    form = ActiveShopForm(obj=found)
    if form.is_submitted() and form.validate():
        if form.is_late(found):
            return _shop_page(found, form, late=True), 409
        with transaction():
            commands.change_shop(found, **form.values(), active=form.active.data)
        flash(_("The shop is changed."), "success")
        return redirect(url_for(".shop", shop_id=shop_id), code=303)
    if not form.is_submitted():
        form.version.data = str(found.version)
    return _shop_page(found, form)


def _shop_page(found: Shop, form: ActiveShopForm, late: bool = False) -> str:
    differences = form.differences(found) if late else []
    if late:
        form.version.data = str(found.version)
    return render_template("staff/shop.html", shop=found, form=form, differences=differences, late=late)


@bp.get("/shops/<int:shop_id>/poster")
def shop_poster(shop_id: int) -> str:
    """A page to print and put on the counter: a QR code by which visitors start a complaint about this shop."""
    found = _shop(shop_id)
    address = f"{current_app.config['SETTINGS'].public_url}/s/{found.code}"
    return render_template("staff/shop_poster.html", shop=found, address=address, qr=qr_svg(address))


# --- shared


def _merchant(merchant_id: int, *, locked: bool = False) -> Merchant:
    found = db.session.get(Merchant, merchant_id, with_for_update=locked, populate_existing=True)
    if found is None:
        abort(404)
    return found


def _shop(shop_id: int, *, locked: bool = False) -> Shop:
    found = db.session.get(Shop, shop_id, with_for_update=locked, populate_existing=True)
    if found is None:
        abort(404)
    return found


def _shops_of(found: list[Merchant]) -> dict[int, list[Shop]]:
    """The shops of these merchants by the merchant's id, in one query."""
    grouped: dict[int, list[Shop]] = {m.id: [] for m in found}
    for each in queries.shops_of([m.id for m in found]):
        grouped[each.merchant_id].append(each)
    return grouped


def _code_is_taken(form: MerchantForm, of: Merchant | None) -> bool:
    other = queries.merchant_with_code(form.uscc.data) if form.uscc.data else None
    if other is None or other is of:
        return False
    form.uscc.errors = [_("%(name)s has this code already.", name=other.name_zh)]
    return True


def _page_number() -> int:
    asked = request.args.get("page", "")
    return max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def _shown(value: Any) -> str:
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value or "").strip()

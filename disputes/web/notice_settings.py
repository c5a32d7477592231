"""The pages on which people choose how they are told: by mail, by the robot of their group, at once or gathered, and in which
hours not. The same pages for staff and merchants; each portal says whose choice it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, RadioField, SelectChoice, StringField, TimeField
from wtforms.validators import InputRequired, Optional

from disputes import names
from disputes.db import db, transaction
from disputes.notifications import preferences, robots
from disputes.notifications.models import Message, MessageState
from disputes.notifications.outbox import Recipient
from disputes.notifications.preferences import PreferenceRefused
from disputes.notifications.wishes import ROBOTS, Channel, Rhythm, Wishes, of_stored
from disputes.web import tries
from disputes.web.fields import readable
from disputes.web.sentences import refusal

BOTH, ROBOT_ALONE = "both", "robot"
TESTS = "6 per 10 minutes"
NIGHT = (time(22), time(8))

# What the services answer, in words. DingTalk puts three refusals of its own settings under one code.
SETTINGS_OF_THE_ROBOT = _l(
    "The service refuses the text because of the robot’s own security settings. Set the keyword 案件 (for English texts: Case), or no list of addresses; with DingTalk’s signature, give its secret here."
)
GONE = _l("The service does not know this robot any more. Add a robot to the group anew and paste its address here.")
OVERRUN = _l("The group has had too many messages in a short time. We try again by ourselves.")
TROUBLES: dict[str, Any] = {
    "93000": GONE, "300005": GONE, "400101": GONE, "400102": GONE, "400013": GONE, "19001": GONE,
    "310000": SETTINGS_OF_THE_ROBOT, "19024": SETTINGS_OF_THE_ROBOT, "19021": SETTINGS_OF_THE_ROBOT, "19022": SETTINGS_OF_THE_ROBOT,
    "45009": OVERRUN, "130101": OVERRUN, "410100": OVERRUN, "9499": OVERRUN, "11232": OVERRUN, "429": OVERRUN,
}  # fmt: skip
NO_ROBOT: dict[str, Any] = {
    "scheme": _l("Choose WeCom, DingTalk or Feishu."),
    "address": _l(
        "This is not the address of a robot of this service. Copy it once more from the settings of the group’s robot; it begins with https://."
    ),
    "token": _l(
        "The robot’s key in this address is not complete. Copy the whole address from the settings of the group’s robot."
    ),
    "secret": _l(
        "A secret belongs to DingTalk only, and consists of letters and digits. Leave the box empty otherwise."
    ),
}


class RobotForm(FlaskForm):
    service = RadioField(
        _l("Where is the group?"), [InputRequired(_l("Choose WeCom, DingTalk or Feishu."))], choices=lambda: _services()
    )
    address = StringField(
        _l("Webhook address of the robot"),
        [InputRequired(_l("Paste the address of the robot.")), readable(400)],
        description=_l(
            "In the group: settings, robots, add a robot, copy the webhook address. Where a keyword is asked for, take 案件."
        ),
        render_kw={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"},
    )
    secret = StringField(
        _l("Secret for signing"),
        [Optional(), readable(200)],
        description=_l("Only for a DingTalk robot with the setting “signature”."),
        render_kw={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"},
    )

    def robot(self) -> robots.Address | None:
        """The robot that was typed, or None with the sentence beside the field."""
        try:
            return robots.read(Channel(self.service.data), self.address.data or "", self.secret.data or "")
        except robots.NoRobot as wrong:
            field = {"scheme": self.service, "secret": self.secret}.get(str(wrong), self.address)
            field.errors = [NO_ROBOT[str(wrong)]]
            return None


class ChoiceForm(FlaskForm):
    ways = RadioField(
        _l("By which way?"),
        choices=[SelectChoice(BOTH, _l("Mail and robot")), SelectChoice(ROBOT_ALONE, _l("Robot alone"))],
        default=BOTH,
    )
    rhythm = RadioField(
        _l("What is not urgent"),
        choices=[
            SelectChoice(Rhythm.AT_ONCE.value, _l("at once, each message by itself")),
            SelectChoice(Rhythm.HOURLY.value, _l("gathered, every full hour")),
            SelectChoice(Rhythm.DAILY.value, _l("gathered, once a day")),
        ],
    )
    daily_at = TimeField(_l("Once a day, at"), [Optional()], default=time(9))
    quiet = BooleanField(_l("Keep these hours quiet"))
    quiet_from = TimeField(_l("Quiet from"), [Optional()], default=NIGHT[0])
    quiet_to = TimeField(_l("Quiet until"), [Optional()], default=NIGHT[1])

    def validate(self, extra_validators: Any = None) -> bool:
        """Shape first, then whether the hours are there that the choice needs."""
        if not super().validate(extra_validators):
            return False
        if self.rhythm.data == Rhythm.DAILY and self.daily_at.data is None:
            self.daily_at.errors = [_("Give the hour.")]
            return False
        if self.quiet.data and (self.quiet_from.data is None or self.quiet_to.data is None):
            self.quiet.errors = [_("Give the hours at which the quiet begins and ends.")]
            return False
        return True


class StepForm(FlaskForm):
    """A button that takes a step."""


@dataclass(frozen=True)
class Whose:
    """Whose choice a page is about: the row that holds it, who is told, and what stands round the page."""

    owner: Any
    name: str  # of the recipient, as in the outbox
    address: str
    language: str
    heading: str
    lead: str
    url: str
    back_url: str
    back_label: str
    inherits: bool = False  # a shop without a choice of its own follows its company's
    others: tuple[dict[str, Any], ...] = ()  # further owners whose choice is made on pages of their own


def add_pages(
    bp: Blueprint,
    rule: str,
    endpoint: str,
    whose: Callable[..., Whose],
    frame: str,
    mark: Callable[[Any], Any] = lambda view: view,
) -> None:
    """The pages of one sort of owner under ``rule``. ``whose`` gets the arguments of the address and refuses what is somebody else's."""

    def show(**given: Any) -> str:
        return _page(frame, whose(**given))

    def choose(**given: Any) -> Response | str:
        found, form = whose(**given), ChoiceForm(prefix="choice")
        if not form.validate():
            return _page(frame, found, choice=form)
        quiet = (form.quiet_from.data, form.quiet_to.data) if form.quiet.data else None
        try:
            with transaction():
                preferences.choose(
                    _locked(found), mail=form.ways.data != ROBOT_ALONE, rhythm=Rhythm(form.rhythm.data),
                    daily_at=form.daily_at.data or time(9), quiet=quiet,
                )  # fmt: skip
        except PreferenceRefused as refused:
            form.form_errors = [refusal(refused)]
            return _page(frame, whose(**given), choice=form)
        flash(_("Kept."), "success")
        return redirect(found.url, 303)

    def robot(**given: Any) -> Response | str:
        found, form = whose(**given), RobotForm(prefix="robot")
        address = form.robot() if form.validate() else None
        if address is None:
            return _page(frame, found, robot=form)
        with transaction():
            preferences.connect(_locked(found), address)
        flash(_("The robot is connected. Send a test message to see whether it speaks."), "success")
        return redirect(found.url, 303)

    def robot_step(what: str, **given: Any) -> Response:
        found, form = whose(**given), StepForm()
        if not form.validate():
            return redirect(found.url, 303)
        try:
            if what == "test" and tries.use(TESTS, "robot-test", found.url) is not None:
                flash(_("That were many tests in a short time. Please wait a few minutes."), "error")
            elif what == "test":
                with transaction():
                    entrance = bp.url_prefix.strip("/") if bp.url_prefix else ""
                    preferences.try_out(_locked(found), Recipient(found.name, found.address, found.language), entrance)
                flash(_("The test message is on its way. This page shows what the service answers."), "success")
            else:
                with transaction():
                    preferences.disconnect(_locked(found))
                flash(_("The robot is taken away, and its address is forgotten. You are told by mail."), "success")
        except PreferenceRefused as refused:
            flash(refusal(refused), "error")
        return redirect(found.url, 303)

    bp.add_url_rule(rule, endpoint, mark(show), methods=["GET"])
    bp.add_url_rule(f"{rule}/choice", f"{endpoint}_choice", mark(choose), methods=["POST"])
    bp.add_url_rule(f"{rule}/robot", f"{endpoint}_robot", mark(robot), methods=["POST"])
    bp.add_url_rule(
        f"{rule}/robot/<any(test, remove):what>", f"{endpoint}_robot_step", mark(robot_step), methods=["POST"]
    )


def _page(frame: str, whose: Whose, robot: RobotForm | None = None, choice: ChoiceForm | None = None) -> str:
    wishes = of_stored(whose.owner.notices)
    last = preferences.last_of(wishes.robot) if wishes.robot else None
    return render_template(
        "notices/page.html",
        frame=frame,
        whose=whose,
        wishes=wishes,
        robot_form=robot or RobotForm(formdata=None, prefix="robot", service=Channel.WECOM.value),
        choice_form=choice or _filled(wishes),
        step_form=StepForm(formdata=None),
        form=robot or choice,
        changing=robot is not None,
        last=last,
        trouble=trouble_of(last),
    )


def trouble_of(message: Message | None) -> str | None:
    """What a robot answered last, in human words; None while nothing is wrong."""
    if message is None or not message.error or message.state == MessageState.SENT:
        return None
    code = message.error.split(" ", 1)[0]
    if code in TROUBLES:
        return str(TROUBLES[code])
    if message.state == MessageState.DUE and message.answered_at is None:
        return _("The service gave no answer, so we do not know whether the text arrived. We try again by ourselves.")
    if message.state == MessageState.DUE:
        return _("The service cannot be reached at the moment. We try again by ourselves.")
    return _("The service refused the text. It said: %(words)s", words=message.error)


def _filled(wishes: Wishes) -> ChoiceForm:
    quiet = wishes.quiet or NIGHT
    return ChoiceForm(
        formdata=None, prefix="choice", ways=BOTH if wishes.mail else ROBOT_ALONE, rhythm=wishes.rhythm.value,
        daily_at=wishes.daily_at, quiet=wishes.quiet is not None, quiet_from=quiet[0], quiet_to=quiet[1],
    )  # fmt: skip


def _locked(whose: Whose) -> Any:
    """The owner's row, read again and locked: two people of one team may choose at the same time."""
    return db.session.get(type(whose.owner), whose.owner.id, with_for_update=True, populate_existing=True)


def _services() -> list[SelectChoice]:
    return [SelectChoice(channel.value, names.named(names.MESSAGE_CHANNELS, channel)) for channel in ROBOTS]

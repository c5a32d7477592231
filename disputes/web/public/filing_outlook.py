"""The outlook before filing, in sentences: what will happen, by when, what follows on silence, what to do before leaving."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from disputes import clock, names
from disputes.cases import tallies
from disputes.formats import china_day, china_moment, deadline_text, number_text
from disputes.names import named
from disputes.rules.clocks import ClockName
from disputes.rules.odds import Likeness
from disputes.rules.packages import Goods, Remedy
from disputes.web.public.filing_answers import Answers


@dataclass(frozen=True)
class Stage:
    """One step of what is to come, as the track draws it."""

    state: str
    title: str
    text: str = ""


@dataclass(frozen=True)
class BeforeLeaving:
    """What cannot be finished before the departure, and what should be signed or handed over therefore."""

    tone: str  # info, warning
    title: str
    text: str
    to_do: tuple[str, ...] = ()


def stages(answers: Answers) -> list[Stage]:
    """What will happen once the complaint is sent, if each side takes all the time it has."""
    if answers.dangers:
        return _by_hand()
    found = answers.outlook
    shop, decision, proposal = (
        _until(answers, name) for name in (ClockName.SHOP_ANSWER, ClockName.DECISION, ClockName.SHOP_PROPOSAL)
    )
    silence = _("If it says nothing, that is no admission; but its time is over, and the case goes on by itself.")
    if found.straight_to_shop:
        asked = [
            Stage(
                "next",
                _("The shop gets your complaint in Chinese within seconds, and must answer %(by_when)s.", by_when=shop),
                silence,
            )
        ]
    else:
        first = _until(answers, ClockName.OFFICER_FIRST)
        asked = [
            Stage(
                "next",
                _("An officer looks at it %(by_when)s, since we cannot reach this business by ourselves yet.", by_when=first),
                _("The officer finds the business, phones it, or gives it your complaint on paper."),
            ),
            Stage("next", _("The business must then answer %(by_when)s.", by_when=shop), silence),
        ]  # fmt: skip
    return [
        Stage("now", _("You send your complaint."), _("You get a case number, five words and a link. You need no account.")),
        *asked,
        Stage(
            "next",
            _("Without an agreement a mediator takes over, and decides how to go on %(by_when)s.", by_when=decision),
            _("The mediator speaks with both sides and can propose a solution."),
        ),
        Stage(
            "next",
            _("The shop must answer that proposal %(by_when)s.", by_when=proposal),
            _("If it stays silent or refuses, we make your case ready for the authority."),
        ),
        _authority(answers),
    ]  # fmt: skip


def _by_hand() -> list[Stage]:
    return [
        Stage("now", _("You send your complaint."), _("You get a case number, five words and a link.")),
        Stage(
            "next",
            _("A duty officer takes it by hand, at once."),
            _("You told us of a danger. So we do not ask the shop, and no periods run, until the officer knows that you are safe."),
        ),
        Stage("next", _("When you are safe, the officer decides with you how to go on.")),
    ]  # fmt: skip


def _authority(answers: Answers) -> Stage:
    found = answers.outlook
    body = named(names.AUTHORITIES, found.competence.authority)
    if found.acceptance is None:
        text = _(
            "It then works by its own rules, and you can ask it yourself under %(line)s.", line=found.competence.line
        )
    else:
        text = _(
            "It then has its own period, set by law, to say whether it takes the case: %(by_when)s if it were handed over on the last day named above. Then it begins to mediate, which can take weeks.",
            by_when=deadline_text(found.acceptance.due_at),
        )
    return Stage("next", _("If you allow it, an officer hands the case to this authority: %(body)s.", body=body), text)


def before_leaving(answers: Answers) -> BeforeLeaving | None:
    """What the departure means for this complaint; None for an emergency, where something else comes first."""
    if answers.dangers:
        return None
    if answers.departure == "departed" or (answers.departure_at and answers.departure_at <= clock.now()):
        return BeforeLeaving(
            "info",
            _("You have left already"),
            _("Everything goes on in writing. You need not come back, and nobody will ask you to call."),
        )
    if answers.departure == "unknown":
        return BeforeLeaving(
            "info",
            _("We do not know when you leave"),
            _("So the long periods count. Tell us as soon as you know: on your case page, at any time. The periods become shorter then."),
        )  # fmt: skip
    return _known(answers)


def _known(answers: Answers) -> BeforeLeaving:
    found = answers.outlook
    leaves = china_moment(answers.departure_at)
    to_do = (*_hand_over(answers), *_sign(), _("Keep receipts, chats and packaging until the end."))
    if not found.ends_in_time:
        return BeforeLeaving(
            "warning",
            _("This cannot be finished before you leave"),
            _("You leave on %(moment)s. Even our own steps would end after that if everybody took all their time, so the rest goes on in writing. Please do this before you leave:", moment=leaves),
            to_do,
        )  # fmt: skip
    if not found.authority_in_time:
        return BeforeLeaving(
            "warning",
            _("What can be finished before you leave, and what cannot"),
            _("You leave on %(moment)s. Our own steps end before that. An authority’s procedure would not: it would go on in writing, without you being here. So please do this before you leave:", moment=leaves),
            to_do,
        )  # fmt: skip
    return BeforeLeaving(
        "info",
        _("There is time before you leave"),
        _("You leave on %(moment)s. Our own steps, and the authority’s first answer, can come before that.", moment=leaves),
        to_do,
    )  # fmt: skip


def _hand_over(answers: Answers) -> tuple[str, ...]:
    claim = answers.claim
    if claim.goods is Goods.GIVE_BACK:
        return (
            _(
                "Hand the goods over in the shop, and ask for a signed receipt. If it refuses, take a photo of the goods there."
            ),
        )
    if any(remedy in claim.remedies for remedy in (Remedy.EXCHANGE, Remedy.REPAIR)):
        return (_("Bring the goods to the shop, so that they can be exchanged or repaired while you are here."),)
    return ()


def _sign() -> tuple[str, ...]:
    return (
        _("Allow the hand-over to the authority in advance, on your case page right after sending. It asks for your name as in your passport; an authority takes no case without it."),
    )  # fmt: skip


def _until(answers: Answers, clock_name: ClockName) -> str:
    due = answers.outlook.of(clock_name)
    return deadline_text(due.due_at) if due is not None else ""


@dataclass(frozen=True)
class Experience:
    """How earlier cases like this one ended, in sentences."""

    said: str
    like: str
    note: str


def experience(answers: Answers) -> Experience | None:
    """The honest odds; None in an emergency, without a departure ahead, and where there were too few cases to say."""
    if answers.dangers:
        return None
    told = tallies.odds_for(clock.now(), answers.departure_at, answers.category, answers.trade, answers.region)
    if told is None:
        return None
    odds = told.odds
    ended = number_text(odds.ended)
    if odds.ended:
        said = ngettext(
            "Of %(num)s earlier case like yours, %(ended)s ended before the visitor left.",
            "Of %(num)s earlier cases like yours, %(ended)s ended before the visitor left.",
            odds.cases,
            ended=ended,
        )
    else:
        said = ngettext(
            "Of %(num)s earlier case like yours, none ended before the visitor left.",
            "Of %(num)s earlier cases like yours, none ended before the visitor left.",
            odds.cases,
        )
    return Experience(
        said,
        f"{_likeness(odds.likeness)} {_time_left(odds.band)}",
        _("“Ended” means that the visitor confirmed it: what was agreed had arrived, or nothing more was owed. Counted on %(day)s, over twelve months. Yours can go otherwise.", day=china_day(told.counted_at)),
    )  # fmt: skip


def _likeness(likeness: Likeness) -> str:
    return {
        Likeness.CATEGORY_HERE: _("“Like yours” means: the same matter, with the same kind of business, in the same region."),
        Likeness.CATEGORY: _("“Like yours” means: the same matter, with the same kind of business, in Chongqing or Sichuan."),
        Likeness.TRADE_HERE: _("“Like yours” means: the same kind of business, in the same region, whatever the matter was."),
        Likeness.TRADE: _("“Like yours” means: the same kind of business, in Chongqing or Sichuan, whatever the matter was."),
        Likeness.TIME_LEFT: _("“Like yours” means here only: with as much time left. There were too few of the same kind."),
    }[likeness]  # fmt: skip


def _time_left(band: int) -> str:
    return (
        _("All those visitors had up to six hours left."),
        _("All those visitors had more than six hours and up to two days left."),
        _("All those visitors had more than two and up to five days left."),
        _("All those visitors had more than five days left."),
    )[band]


def provisional(answers: Answers) -> bool:
    """Whether one of the dates reaches a year whose public holidays are not published yet."""
    found = answers.outlook
    dues = [rung.due for rung in found.rungs] + ([found.acceptance] if found.acceptance else [])
    return any(due.provisional for due in dues)

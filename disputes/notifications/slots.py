"""From the slots of a row to what a letter may use: values made safe, dates in words, the one address, all for one reader."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from flask import current_app
from flask_babel import gettext as _

from disputes import links, names
from disputes.accounts import invitations
from disputes.formats import CHINA, china_moment, deadline_text, money_text, short_day, zone_city, zone_moment
from disputes.names import integrity as integrity_names
from disputes.notifications import handover_note
from disputes.notifications.packages import worded
from disputes.notifications.wishes import Channel
from disputes.rules.clocks import BY_NAME, ClockName
from disputes.rules.packages import package_of

TOURIST, COMPANION, SHOP, STAFF = "tourist", "companion", "shop", "staff"  # the readers
BARE = ("case-link", "case-news")  # letters to addresses nobody has confirmed: the link, and nothing of the case

LONGEST_QUOTE = 1500  # characters of what a party wrote; the whole of it stands on the case page
LONGEST_VALUE = 120  # of a name or an item inside a line

# Unicode's isolates around a value that may run the other way; in HTML they become <bdi>.
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
# Before a number whose parts an Arabic line would otherwise put in the other order.
LEFT_TO_RIGHT = "\u200e"
DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")

# Every slot that a letter may use. One that a row does not have is empty, so that no letter fails for it.
CODES = (
    "author", "authority", "category", "clock", "kind", "number", "outcome", "phrase", "portal", "provisional", "reason",
    "state", "means", "verified", "owes", "ground",
)  # fmt: skip
INLINE = ("called", "code", "invited_by", "item", "name", "place", "receipt_number", "received_by", "seal")
QUOTED = ("answer", "note", "question", "words")
# Every time that a letter can name. What it says will happen by a time is a promise: its row is named in another slot, and the
# outbox takes no letter without it. The rest promises nothing, for the reason given here.
PROMISED = {"due_at": "promise", "changed": "each row"}
NO_PROMISES = {
    "declared_at": "a moment that has passed",
    "departure_at": "what the tourist told us about the journey",
    "expires_at": "until when an invitation opens an account",
    "overdue_on": "a day that has passed",
    "valid_until": "until when a code is good",
}
MOMENTS = ("departure_at", "due_at", "expires_at", "valid_until")


@dataclass(frozen=True)
class Post:
    """What a row of the outbox says, free of its session."""

    id: int
    key: str
    template: str
    recipient: str  # tourist, companion, shop, office, user:7
    address: str
    language: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    channel: str = Channel.MAIL


def context_of(post: Post, language: str, now: datetime) -> dict[str, Any]:
    """All that a letter may use, in the language of the present locale. For an unconfirmed address: the link alone."""
    reader = reader_of(post)
    given = {} if post.template in BARE else post.slots
    context: dict[str, Any] = {name: given.get(name) for name in CODES}
    context |= {name: inline(given.get(name)) for name in INLINE}
    context |= {name: quoted(given.get(name)) for name in QUOTED}
    context |= {name: datetime.fromisoformat(given[name]) if given.get(name) else None for name in MOMENTS}
    shop = given.get("shop_zh") if language.startswith("zh") else given.get("shop_en")
    package = given.get("package")
    context |= {
        "reader": reader,
        "number": _number(context["number"], language),
        "shop": inline(shop or given.get("shop_zh")),
        "office": inline(given.get("office_zh") if language.startswith("zh") else given.get("office_en")),
        "handed_over": handover_note.why(given.get("why")),
        "handover": [(label, inline(said)) for label, said in handover_note.lines(given["handover"])]
        if given.get("handover")
        else [],
        "declared": china_moment(datetime.fromisoformat(given["declared_at"])) if given.get("declared_at") else None,
        "refund": money_text(*given["refund"]) if given.get("refund") else None,
        "package": worded(package_of(package), to_tourist=reader in (TOURIST, COMPANION)) if package else None,
        "yours": bool(given.get("yours")) and reader != COMPANION,
        "late": context["due_at"] is not None and context["due_at"] <= now,
        "greeting": _greeting(reader, context["called"]),
        "news": given.get("news") or [],
        "integrity": [
            (names.named(integrity_names.CHECKS, check), str(count)) for check, count in given.get("integrity") or ()
        ],
        "overdue": names.named(owed_words(reader), given.get("overdue")),
        "overdue_on": short_day(date.fromisoformat(given["overdue_on"])) if given.get("overdue_on") else None,
        "why_changed": _why_changed(given.get("why_changed")),
        "changed": [_changed(row, reader) for row in given.get("changed") or ()],
        "reason_for_mail": _reason(reader),
        "action_url": address_of(post),
    }
    return {**context, **_date(context, given.get("time_zone"))}


def reader_of(post: Post) -> str:
    """Who reads: the words differ for tourists, those who accompany them, shops and staff."""
    if post.recipient in (TOURIST, COMPANION, SHOP):
        return post.recipient
    portal = (post.slots.get("page") or [post.slots.get("portal") or post.slots.get("entrance")])[0]
    return SHOP if portal == "merchant" else STAFF


def address_of(post: Post) -> str | None:
    """Where the letter's one button leads: the case by its signed link, the case in a portal, or an invitation."""
    settings, slots = current_app.config["SETTINGS"], post.slots
    if slots.get("link"):
        link = links.Link(**slots["link"])
        page = "m" if link.party == SHOP else "c"
        return f"{settings.public_url}/{page}/{links.token(settings.secret_key, link)}"
    if slots.get("page"):
        portal, number = slots["page"]
        return f"{settings.public_url}/{portal}/cases/{number}"
    if slots.get("path"):
        return f"{settings.public_url}/{slots['path']}"
    if slots.get("entrance"):
        return f"{settings.public_url}/{slots['entrance']}/"
    if slots.get("invitation"):
        token = invitations.token(settings.secret_key, invitations.of_stored(slots["invitation"]))
        return f"{settings.public_url}/{slots['portal']}/invitation/{token}"
    return None


def portal_of(post: Post) -> str:
    """The portal in which this reader signs in."""
    return "merchant" if reader_of(post) == SHOP else "staff"


def portal_address(post: Post) -> str:
    """Where somebody who signs in finds the case, or all cases: an address that opens nothing by itself."""
    entrance = f"{current_app.config['SETTINGS'].public_url}/{portal_of(post)}/"
    number = str(post.slots.get("number") or "").replace("-", "")
    return f"{entrance}cases/{number}" if number else entrance


def inline(value: Any) -> str | None:
    """A value from outside as it may stand inside a line of ours: one line, bounded, its direction kept to itself."""
    kept = " ".join(_printable(str(value or "")).split())
    if not kept:
        return None
    if len(kept) > LONGEST_VALUE:
        kept = kept[: LONGEST_VALUE - 1].rstrip() + "…"
    return f"{ISOLATE}{kept}{END_ISOLATE}"


def quoted(value: Any) -> tuple[str, bool] | None:
    """What a party wrote, as written, and whether this is only the beginning; None when nothing was."""
    kept = _printable(str(value or "")).strip()
    if not kept:
        return None
    if len(kept) <= LONGEST_QUOTE:
        return kept, False
    return kept[:LONGEST_QUOTE].rstrip() + " …", True


def without_isolates(text: str) -> str:
    """The text for where the isolates would only show as odd signs."""
    return text.replace(ISOLATE, "").replace(END_ISOLATE, "")


def owed_words(reader: str) -> Mapping[Any, Any]:
    """What each clock is about, told to this reader."""
    own = {TOURIST: names.CLOCKS_OF_TOURIST, SHOP: names.CLOCKS_OF_MERCHANT}
    return {**names.CLOCKS, **own.get(reader, {})}


def follow_words(reader: str) -> Mapping[Any, Any]:
    """What follows when each clock has run out, told to this reader."""
    return {TOURIST: names.FOLLOWS_FOR_TOURIST, SHOP: names.FOLLOWS_FOR_MERCHANT}.get(reader, names.FOLLOWS)


def _date(context: Mapping[str, Any], zone: str | None) -> dict[str, Any]:
    """The running deadline in words: what is owed, until when, on which clock, and what follows."""
    due_at, reader = context["due_at"], context["reader"]
    if due_at is None:
        return {"owed": None, "until": None, "own_zone": None, "about_date": []}
    until = deadline_text(due_at)
    return {
        "owed": names.named(owed_words(reader), context["clock"]),
        "until": until[:1].upper() + until[1:],
        "own_zone": _on_own_clock(due_at, zone) if reader in (TOURIST, COMPANION) else None,
        "about_date": list(_about_date(context)),
    }


def _about_date(context: Mapping[str, Any]) -> list[str]:
    if context["late"]:
        return [_("This moment has passed since the letter was due. The link shows how the case stands now.")]
    said = [names.named(follow_words(context["reader"]), context["clock"])]
    if context["provisional"]:
        said.append(_("This date is provisional: the public holidays of that year are not published yet."))
    if context["reader"] != STAFF:
        said.append(_whose_date(context["clock"]))
    return said


def _whose_date(clock: str) -> str:
    """Which of the kinds of clocks a date comes from; they are never mixed."""
    if clock == ClockName.PERFORMANCE:
        return _("This date follows from what was agreed.")
    if clock in BY_NAME and BY_NAME[ClockName(clock)].recorded:
        return _("This date is a period that the law sets for the authority’s procedure.")
    return _("This date is our own service standard, not a period set by a law.")


def _why_changed(why: str | None) -> str | None:
    """Why dates were counted again."""
    if why == "calendar":
        return _(
            "The calendar of public holidays and working days in China has changed, so we have counted again. "
            "This is the date that holds now:"
        )
    if why == "standard":
        return _("Our service standard has changed, so we have counted again. This is the date that holds now:")
    return None


def _changed(row: Mapping[str, str], reader: str) -> tuple[str, str]:
    """What is due, and until when it was and is."""
    before, after = (deadline_text(datetime.fromisoformat(row[end])) for end in ("from", "to"))
    return names.named(owed_words(reader), row["clock"]), _("%(after)s (it was %(before)s)", after=after, before=before)


def _on_own_clock(due_at: datetime, zone: str | None) -> str | None:
    """The moment in the reader's zone, where the clocks there show another time than in China."""
    try:
        there = due_at.astimezone(ZoneInfo(zone or ""))
    except (KeyError, ValueError, OSError):  # no such zone
        return None
    if there.utcoffset() == due_at.astimezone(CHINA).utcoffset():
        return None
    return _("On your clock: %(time)s (%(city)s)", time=zone_moment(due_at, str(zone)), city=zone_city(str(zone)))


def _greeting(reader: str, called: str | None) -> str | None:
    if reader == TOURIST and called:
        return _("Hello %(name)s,", name=called)
    return _("Hello,") if reader in (TOURIST, SHOP) else None


def _reason(reader: str) -> str:
    if reader == SHOP:
        return _(
            "You receive this mail because your shop can be reached at this address. "
            "Please use the link: answers to this mail are not read."
        )
    if reader == STAFF:
        return _("You receive this mail because you work on this case.")
    return _(
        "You receive this mail because this address was given for a case with us. "
        "Please use the link: answers to this mail are not read."
    )


def _number(number: str | None, language: str) -> str | None:
    if number is None or Locale.parse(language).text_direction == "ltr":
        return number
    return f"{LEFT_TO_RIGHT}{number}{LEFT_TO_RIGHT}"


def _printable(text: str) -> str:
    """Without control signs, and without the marks by which a text can turn round what stands beside it."""
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")
    return DIRECTIONS.sub("", "".join(kept))

"""How somebody wants to be told: by which channels, at once or gathered, and in which hours not. No database, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from disputes.formats import CHINA

URGENT_LEFT = timedelta(hours=48)  # with so much time left before the departure, or less, nothing waits
AHEAD = timedelta(hours=1)  # what is gathered must arrive at least so long before its reader's own deadline
HOUR = timedelta(hours=1)
NEVER_WAIT = ("emergency", "supervisor-alert")


class Channel(StrEnum):
    """What carries a message: a mail, or the robot of a group in one of three messengers, by Apprise's names of them."""

    MAIL = "mail"
    WECOM = "wecombot"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


ROBOTS = (Channel.WECOM, Channel.DINGTALK, Channel.FEISHU)


class Rhythm(StrEnum):
    """When what is not urgent comes."""

    AT_ONCE = "at_once"
    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(frozen=True)
class RobotRef:
    """A robot by its row; its secret stays there."""

    id: int
    channel: Channel

    @property
    def address(self) -> str:
        return f"robot:{self.id}"


@dataclass(frozen=True)
class Wishes:
    """The wishes of a person, a shop, a company or an office. Hours are hours in China."""

    mail: bool = True
    robot: RobotRef | None = None
    rhythm: Rhythm = Rhythm.AT_ONCE
    daily_at: time = time(9)
    quiet: tuple[time, time] | None = None

    def stored(self) -> dict[str, Any]:
        """As it is kept on its owner's row."""
        return {
            "mail": self.mail,
            "robot": [self.robot.id, str(self.robot.channel)] if self.robot else None,
            "rhythm": str(self.rhythm),
            "daily_at": self.daily_at.isoformat("minutes"),
            "quiet": [at.isoformat("minutes") for at in self.quiet] if self.quiet else None,
        }


MAIL_AT_ONCE = Wishes()


def of_stored(kept: Mapping[str, Any]) -> Wishes:
    """The wishes on somebody's row; a mail at once for everything where nobody has chosen."""
    if not kept:
        return MAIL_AT_ONCE
    robot, quiet = kept["robot"], kept["quiet"]
    return Wishes(
        mail=kept["mail"],
        robot=RobotRef(robot[0], Channel(robot[1])) if robot else None,
        rhythm=Rhythm(kept["rhythm"]),
        daily_at=time.fromisoformat(kept["daily_at"]),
        quiet=(time.fromisoformat(quiet[0]), time.fromisoformat(quiet[1])) if quiet else None,
    )


@dataclass(frozen=True)
class Plan:
    """When a message goes, whether it waits to be gathered with others, and the hours in which no later try may ring."""

    at: datetime
    gathered: bool = False
    quiet: tuple[time, time] | None = None


def plan(wishes: Wishes, template: str, slots: Mapping[str, Any], now: datetime) -> Plan:
    """When this message goes to somebody with these wishes.

    What is urgent goes at once, day and night: an emergency, a tourist who leaves within ``URGENT_LEFT``, and whatever
    would otherwise come too late for the reader's own deadline.
    """
    if urgent(template, slots, now):
        return Plan(now)
    at = now if wishes.rhythm is Rhythm.AT_ONCE else next_gathering(wishes, now)
    at = after_quiet(wishes.quiet, at)
    due_at = datetime.fromisoformat(slots["due_at"]) if slots.get("due_at") and slots.get("yours") else None
    if at > now and due_at is not None and due_at < at + AHEAD:
        return Plan(now)
    return Plan(at, wishes.rhythm is not Rhythm.AT_ONCE, wishes.quiet)


def urgent(template: str, slots: Mapping[str, Any], now: datetime) -> bool:
    """Whether this can wait for nothing: an emergency, or a departure that is 48 hours away or less."""
    if template in NEVER_WAIT or slots.get("emergency"):
        return True
    left = slots.get("departure_at")
    return bool(left) and timedelta(0) <= datetime.fromisoformat(left) - now <= URGENT_LEFT


def next_gathering(wishes: Wishes, now: datetime) -> datetime:
    """The next moment at which what was gathered goes out: the next full hour, or the next chosen time of day."""
    local = now.astimezone(CHINA)
    if wishes.rhythm is Rhythm.HOURLY:
        return (local.replace(minute=0, second=0, microsecond=0) + HOUR).astimezone(now.tzinfo)
    at = datetime.combine(local.date(), wishes.daily_at, CHINA)
    return (at if at > local else at + timedelta(days=1)).astimezone(now.tzinfo)


def after_quiet(quiet: tuple[time, time] | None, at: datetime) -> datetime:
    """This moment, or the end of the quiet hours where it lies within them. Quiet hours may go over midnight."""
    if quiet is None:
        return at
    begin, end = quiet
    local = at.astimezone(CHINA)
    clock = local.timetz().replace(tzinfo=None)
    over_midnight = begin > end
    within = clock >= begin or clock < end if over_midnight else begin <= clock < end
    if not within:
        return at
    day = local.date() + timedelta(days=1) if over_midnight and clock >= begin else local.date()
    return datetime.combine(day, end, CHINA).astimezone(at.tzinfo)

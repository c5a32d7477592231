"""A calendar file for the one date that matters to the reader of a letter."""

from __future__ import annotations

from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from disputes.formats import CHINA

SHOWN = timedelta(minutes=30)  # how long the entry is: it ends when the time is over
WARNED = timedelta(hours=2)  # before that


def entry(*, uid: str, sequence: int, summary: str, description: str, due_at: datetime, written_at: datetime) -> bytes:
    """An entry that ends at ``due_at``. A later letter about the same date replaces it; it holds no link, since calendars are shared."""
    event = Event()
    ends = due_at.astimezone(CHINA)
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("summary", summary)
    event.add("description", description)
    event.DTSTART, event.DTEND = ends - SHOWN, ends
    event.DTSTAMP = written_at
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -WARNED)
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Visitor Care//disputes//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()

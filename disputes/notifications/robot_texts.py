"""What a group robot says: the number, what it is about in our own words, until when, and where to sign in.

A group is read by people we do not know, so nothing personal stands here, and the address opens nothing to whoever is not
signed in. Only what is named below is ever taken from a row.
"""

from __future__ import annotations

from datetime import datetime

from flask import current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from disputes import names
from disputes.formats import deadline_text
from disputes.notifications.digests import LETTER
from disputes.notifications.rendering import SOURCE
from disputes.notifications.slots import Post, portal_address

TEST = "robot-test"
MOST_BYTES = 2000  # WeCom takes 2,048
MOST_LINES = 10  # of a digest


def text(post: Post, now: datetime) -> str:
    """The text of this row, in its reader's language."""
    language = post.language if post.language in current_app.config["LANGUAGES"] else SOURCE
    with force_locale(language):
        if post.template == TEST:
            lines = [
                _(
                    "A test: the robot of this group is connected. It names a case by its number and leads to the page where you sign in, and says nothing else."
                ),
                _("Sign in: %(url)s", url=portal_address(post)),
            ]
        elif post.template == LETTER:
            lines = _digest(post)
        else:
            lines = _one(post, now)
        said = "\n".join([_("[Case] Chongqing · Sichuan Visitor Care"), *lines])
    return said.encode()[:MOST_BYTES].decode(errors="ignore")


def _one(post: Post, now: datetime) -> list[str]:
    number, what = post.slots.get("number"), names.named(names.LETTERS, post.template)
    lines = [_("%(number)s: %(what)s", number=number, what=what) if number else what]
    if post.slots.get("due_at"):
        due_at = datetime.fromisoformat(post.slots["due_at"])
        if due_at > now:
            until = deadline_text(due_at)
            lines.append(until[:1].upper() + until[1:])
    return [*lines, _("Sign in: %(url)s", url=portal_address(post))]


def _digest(post: Post) -> list[str]:
    news = post.slots.get("news") or []
    lines = [ngettext("%(num)s message about your cases", "%(num)s messages about your cases", len(news))]
    lines += [_("%(number)s: %(what)s", number=one["number"] or "–", what=one["what"]) for one in news[:MOST_LINES]]
    more = len(news) - MOST_LINES
    if more > 0:
        lines.append(ngettext("and %(num)s more", "and %(num)s more", more))
    return [*lines, _("Sign in: %(url)s", url=portal_address(post))]

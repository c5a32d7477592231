"""How people read the product's codes: one place for the words of every closed set, for all pages and letters.

Each dictionary maps a code to its words; ``named`` looks a code up. Templates have ``category_name(code)`` and its like as
globals. A code that nobody has named is shown as it is, so that old data never breaks a page; a test says that none is missing.

The tables lie by subject in the modules beside this one; a new one is named here as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Flask
from wtforms import SelectChoice

from disputes.names import integrity, returns
from disputes.names.authorities import (
    AUTHORITIES,
    AUTHORITY_FACTS,
    END_GROUNDS,
    GROUNDS,
    LAWS,
    REFERRAL_CHANNELS,
    REFUSAL_GROUNDS,
)
from disputes.names.clocks import (
    CLOCKS,
    CLOCKS_OF_MERCHANT,
    CLOCKS_OF_TOURIST,
    FOLLOWS,
    FOLLOWS_FOR_MERCHANT,
    FOLLOWS_FOR_TOURIST,
)
from disputes.names.complaints import (
    CATEGORIES,
    CATEGORY_HINTS,
    CHANNELS,
    DANGERS,
    DANGERS_REPORTED,
    DEPARTURES,
    GOODS_CLASSES,
    HOW_BOUGHT,
    PAID_HOW,
    PURPOSES,
    TRADES,
)
from disputes.names.letters import (
    LETTERS,
    MESSAGE_CHANNELS,
    QUESTION_PHRASES,
)
from disputes.names.life import (
    ACTIONS,
    ACTIONS_FOR_TOURIST,
    CONTEST_REASONS,
    HELD_REASONS,
    KINDS,
    OUTCOMES,
    ROLES,
    ROLES_FOR_MERCHANT,
    ROLES_FOR_TOURIST,
    STATES,
    STATES_FOR_MERCHANT,
    STATES_FOR_TOURIST,
)
from disputes.names.packages import (
    GOODS,
    MEANS,
    PERFORMED_BY,
    REMEDIES,
    SHIPPING,
    WITHIN,
)
from disputes.names.pledges import (
    BREACH_REASONS,
    NETWORK_KINDS,
    PERIOD_STARTS,
    PLEDGE_ACTIONS,
    PLEDGE_FLAWS,
    PLEDGE_STANDINGS,
    RETURN_CONDITIONS,
    RETURN_DESKS,
    RETURN_FREIGHT,
    RETURN_PROOFS,
    RETURN_REACHES,
    RETURN_WAYS,
    WORSE_POINTS,
)
from disputes.names.staff import (
    ABSENCE_REASONS,
    HANDED_OVER,
    PRIORITIES,
    ROUTING_PARTS,
    SCOPES,
    TRANSFER_ENDINGS,
)

__all__ = [
    "ABSENCE_REASONS",
    "ACTIONS",
    "ACTIONS_FOR_TOURIST",
    "AUTHORITIES",
    "AUTHORITY_FACTS",
    "BREACH_REASONS",
    "CATEGORIES",
    "CATEGORY_HINTS",
    "CHANNELS",
    "CLOCKS",
    "CLOCKS_OF_MERCHANT",
    "CLOCKS_OF_TOURIST",
    "CONTEST_REASONS",
    "DANGERS",
    "DANGERS_REPORTED",
    "DEPARTURES",
    "END_GROUNDS",
    "FOLLOWS",
    "FOLLOWS_FOR_MERCHANT",
    "FOLLOWS_FOR_TOURIST",
    "GLOBALS",
    "GOODS",
    "GOODS_CLASSES",
    "GROUNDS",
    "HANDED_OVER",
    "HELD_REASONS",
    "HOW_BOUGHT",
    "KINDS",
    "LAWS",
    "LETTERS",
    "MEANS",
    "MESSAGE_CHANNELS",
    "NETWORK_KINDS",
    "OUTCOMES",
    "PAID_HOW",
    "PERFORMED_BY",
    "PERIOD_STARTS",
    "PLEDGE_ACTIONS",
    "PLEDGE_FLAWS",
    "PLEDGE_STANDINGS",
    "PRIORITIES",
    "PURPOSES",
    "QUESTION_PHRASES",
    "REFERRAL_CHANNELS",
    "REFUSAL_GROUNDS",
    "REMEDIES",
    "RETURN_CONDITIONS",
    "RETURN_DESKS",
    "RETURN_FREIGHT",
    "RETURN_PROOFS",
    "RETURN_REACHES",
    "RETURN_WAYS",
    "ROLES",
    "ROLES_FOR_MERCHANT",
    "ROLES_FOR_TOURIST",
    "ROUTING_PARTS",
    "SCOPES",
    "SHIPPING",
    "STATES",
    "STATES_FOR_MERCHANT",
    "STATES_FOR_TOURIST",
    "TRADES",
    "TRANSFER_ENDINGS",
    "WITHIN",
    "WORSE_POINTS",
    "init_app",
    "named",
    "options",
]

GLOBALS: Mapping[str, Mapping[Any, Any]] = {
    "action_name": ACTIONS,
    "action_name_for_tourist": ACTIONS_FOR_TOURIST,
    "authority_fact": AUTHORITY_FACTS,
    "authority_name": AUTHORITIES,
    "breach_reason_name": BREACH_REASONS,
    "category_hint": CATEGORY_HINTS,
    "category_name": CATEGORIES,
    "clock_name": CLOCKS,
    "clock_name_for_merchant": {**CLOCKS, **CLOCKS_OF_MERCHANT},
    "clock_name_for_tourist": {**CLOCKS, **CLOCKS_OF_TOURIST},
    "contest_reason_name": CONTEST_REASONS,
    "danger_name": DANGERS,
    "danger_reported": DANGERS_REPORTED,
    "departure_name": DEPARTURES,
    "end_ground_name": END_GROUNDS,
    "follows": FOLLOWS,
    "follows_for_merchant": FOLLOWS_FOR_MERCHANT,
    "follows_for_tourist": FOLLOWS_FOR_TOURIST,
    "goods_class_name": GOODS_CLASSES,
    "goods_name": GOODS,
    "ground_sentence": GROUNDS,
    "held_reason_name": HELD_REASONS,
    "how_bought_name": HOW_BOUGHT,
    "kind_name": KINDS,
    "integrity_name": integrity.CHECKS,
    "law_name": LAWS,
    "channel_name": CHANNELS,
    "letter_name": LETTERS,
    "means_name": MEANS,
    "message_channel_name": MESSAGE_CHANNELS,
    "network_kind_name": NETWORK_KINDS,
    "outcome_name": OUTCOMES,
    "priority_name": PRIORITIES,
    "absence_reason_name": ABSENCE_REASONS,
    "transfer_ending_name": TRANSFER_ENDINGS,
    "paid_how_name": PAID_HOW,
    "performed_by_name": PERFORMED_BY,
    "pledge_action_name": PLEDGE_ACTIONS,
    "pledge_flaw_name": PLEDGE_FLAWS,
    "pledge_standing_name": PLEDGE_STANDINGS,
    "routing_part_name": ROUTING_PARTS,
    "purpose_name": PURPOSES,
    "question_phrase": QUESTION_PHRASES,
    "referral_channel": REFERRAL_CHANNELS,
    "refusal_ground_name": REFUSAL_GROUNDS,
    "remedy_name": REMEDIES,
    "grade_name": returns.GRADES,
    "holder_name": returns.HOLDERS,
    "photograph_name": returns.PHOTOGRAPHS,
    "refusal_name": returns.REFUSALS,
    "rejection_name": returns.REJECTIONS,
    "wish_name": returns.WISHES,
    "role_name": ROLES,
    "role_name_for_merchant": ROLES_FOR_MERCHANT,
    "role_name_for_tourist": ROLES_FOR_TOURIST,
    "scope_name": SCOPES,
    "shipping_name": SHIPPING,
    "state_name": STATES,
    "state_name_for_merchant": STATES_FOR_MERCHANT,
    "state_name_for_tourist": STATES_FOR_TOURIST,
    "trade_name": TRADES,
    "within_name": WITHIN,
    "worse_point_name": WORSE_POINTS,
}


def init_app(app: Flask) -> None:
    """Give templates, and the macros they import, one function for each set of codes."""
    app.jinja_env.globals.update({name: partial(named, words) for name, words in GLOBALS.items()})


def named(words: Mapping[Any, Any], code: Any) -> str:
    """The words for a code in the reader's language; nothing for None, and the code itself when nobody has named it."""
    if code is None:
        return ""
    return str(words.get(code, code))


def options(words: Mapping[Any, Any]) -> list[SelectChoice]:
    """The choices of a form field: code and words, in the order of the table."""
    return [SelectChoice(str(code), label) for code, label in words.items()]

"""Filing through the interface, reading a case, and the guest's answers to it."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _

from disputes import links, numbers
from disputes.accounts.scopes import Scope
from disputes.cases import queries
from disputes.cases.models import Case
from disputes.rules.clocks import BY_NAME
from disputes.rules.lifecycle import Kind, Role, State
from disputes.web import downloads
from disputes.web.access import only_for
from disputes.web.api import bodies, bp, filing, given, steps
from disputes.web.api.answers import sent
from disputes.web.api.asked import SHAPES, Complaint
from disputes.web.api.callers import current
from disputes.web.api.case_data import case_data, of_kind
from disputes.web.api.examples import COMPLAINTS, STEPS
from disputes.web.api.filing import Once
from disputes.web.api.openapi import Operation, Sent, described
from disputes.web.api.problems import invalid
from disputes.web.sessions import secret

IDEMPOTENCY_KEY = "Idempotency-Key"
GOOD_KEY = re.compile(r"[\x21-\x7e]{1,200}")
ONCE = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[\x21-\x7e]+$"},
    "description": "A text of your own, new for each complaint, such as a UUID. Sent again with the same complaint it gives "
    "the same answer and files nothing twice, also when two arrive at once; with another complaint it is refused. It is "
    "remembered for 30 days.",
}
LOCATION = {"Location": {"description": "Where the case is.", "schema": {"type": "string"}, "required": True}}
FIRST_LINK = 1  # the version of the link that is made with the case


@bp.post("/complaints")
@only_for(Role.PARTNER)
@described(
    Operation(
        gives=given.Filed, status=201, takes=Sent([Complaint], "complaint", examples=COMPLAINTS), headers=[ONCE],
        given_headers=LOCATION, scope=Scope.COMPLAINTS_WRITE, refuses=(409,),
    )
)  # fmt: skip
def file_complaint() -> Response:
    """File a complaint for a guest.

    The answer holds what the guest must take along: the number, the link, and five words. Whoever has the link, or the
    number with the words, acts as the guest. If the guest gave an e-mail address, the link is sent there too.

    Files can come with it: send multipart/form-data with the complaint as the part `complaint` (JSON) and the files as
    parts named `evidence`.
    """
    caller = current()
    caller.must_have(Scope.COMPLAINTS_WRITE)
    body = bodies.body("complaint")
    key = once(body)
    data = bodies.loaded(Complaint(), body.json)
    case = filing.repeated(caller.actor, key)
    if case is None:
        told = filing.telling(data)
        case = filing.file_once(told, bodies.evidence(body.files), caller.actor, key)
    return sent(_filed(case, data), 201, headers={"Location": url_for(".case", number=case.number)})


@bp.get("/complaints/<number>")
@described(Operation(gives=given.Case, scope=Scope.COMPLAINTS_READ, refuses=(404,)))
def case(number: str) -> Response:
    """A case with everything its page shows.

    Open to the guest and a companion with the token of their link, and to the key that filed the complaint. How to reach
    the guest is told to the guest and to that key only.
    """
    current().must_have(Scope.COMPLAINTS_READ)
    return _shown(number)


@bp.post("/complaints/<number>/steps")
@described(
    Operation(
        gives=given.Case, takes=Sent(list(SHAPES.values()), "step", told_apart_by="action", examples=STEPS),
        scope=Scope.COMPLAINTS_WRITE, refuses=(404, 409),
    )
)  # fmt: skip
def take_step(number: str) -> Response:
    """Take a step in a case, as the guest: answer, accept, decline, counter, confirm, withdraw ...

    The steps are those of the case's page, and `actions` of the case says which are possible now. They are the guest's own
    decisions: the key that filed the case passes them on for the guest, and a companion takes none (403). The answer is the
    case as it then stands. Authorising a hand-over, consents, contact details and erasure are done on the case's page.

    Files are added with the action `add_evidence`: send multipart/form-data with the step as the part `step` (JSON) and the
    files as parts named `evidence`.
    """
    caller = current()
    caller.must_have(Scope.COMPLAINTS_WRITE)
    found = of_kind(number, caller.actor, Kind.DISPUTE)
    steps.take(found, caller.acting_in(found.id))
    return _shown(number)


@bp.get("/complaints/<number>/evidence/<int:evidence_id>")
@described(Operation(gives=None, scope=Scope.COMPLAINTS_READ, refuses=(404,)))
def evidence(number: str, evidence_id: int) -> Response:
    """The safe copy of a file of the case, without the place and the camera in it."""
    caller = current()
    caller.must_have(Scope.COMPLAINTS_READ)
    return downloads.safe_copy(
        downloads.evidence_of(queries.find(number, caller.actor), evidence_id), as_attachment=True
    )


def _shown(number: str) -> Response:
    caller = current()
    of_kind(number, caller.actor, Kind.DISPUTE)
    return sent(case_data(queries.whole(number, caller.actor), caller))


def once(body: bodies.Body) -> Once | None:
    """The sender's own mark of this sending, if there is one."""
    key = request.headers.get(IDEMPOTENCY_KEY)
    if key is None:
        return None
    if not GOOD_KEY.fullmatch(key):
        raise invalid({IDEMPOTENCY_KEY: [_("Use 1 to 200 visible ASCII characters.")]})
    return Once(key, body.fingerprint())


def _filed(case: Case, data: dict[str, Any]) -> dict[str, Any]:
    """What was answered when the complaint became a case, the first time and every time it is sent again.

    So the link is the first one: whoever knows the key must not learn a link that the guest made later to be alone with it.
    """
    language = data["guest"]["language"]
    token = links.token(secret(), links.Link(case.id, "tourist", FIRST_LINK))
    outlook = filing.outlook_of(case, data)
    answer: dict[str, Any] = given.Filed().dump(
        {
            "number": case.number,
            "number_spoken": numbers.spoken(case.number),
            "link": f"{current_app.config['SETTINGS'].public_url}/c/{token}",
            "token": token,
            "words": links.words(secret(), case.id, FIRST_LINK, language),
            "words_language": language if language in links.WORD_LISTS else "en",
            # An emergency reached the duty officer in the same moment, which was its second step.
            "state": State.LIAISON if data["dangers"] else State.RECEIVED,
            "version": 2 if data["dangers"] else 1,
            "filed_at": case.filed_at,
            "deadlines": [],
            "outlook": outlook and {
                "straight_to_shop": outlook.straight_to_shop,
                "clocks": [_expected(rung) for rung in outlook.rungs],
                "authority": outlook.competence,
                "ends_before_departure": outlook.ends_in_time,
            },
        }
    )  # fmt: skip
    return answer


def _expected(rung: Any) -> dict[str, Any]:
    due = rung.due
    return {
        "clock": rung.clock,
        "owes": BY_NAME[rung.clock].owes,
        "lines": due.rows(),
        **{
            name: getattr(due, name)
            for name in ("rule_id", "rule_version", "calendar_version", "due_on", "due_at", "provisional")
        },
    }

"""The factories bring a case to every state that they promise, by the verbs alone."""

import pytest

from disputes.rules.lifecycle import Outcome, State
from tests import factories

BUILDERS = [
    (factories.filed, State.RECEIVED),
    (factories.triage, State.TRIAGE),
    (factories.liaison, State.LIAISON),
    (factories.with_merchant, State.WITH_MERCHANT),
    (factories.asked, State.AWAITING_TOURIST),
    (factories.offered, State.OFFERED),
    (factories.countered, State.WITH_MERCHANT),
    (factories.mediation, State.MEDIATION),
    (factories.proposed, State.PROPOSED),
    (factories.settled, State.SETTLED),
    (factories.reported, State.SETTLED),
    (factories.authorisation_asked, State.AWAITING_TOURIST),
    (factories.referral_ready, State.REFERRAL_READY),
    (factories.referred, State.REFERRED),
    (factories.closed, State.CLOSED),
    (factories.erased, State.CLOSED),
]


@pytest.mark.parametrize(("build", "state"), BUILDERS, ids=[b.__name__ for b, _ in BUILDERS])
def test_a_builder_brings_a_case_to_its_state(database, build, state):
    assert build().state == state


OF_NOBODY = (Outcome.PERFORMED_UNCONFIRMED, Outcome.DORMANT)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o not in (*OF_NOBODY, Outcome.BECAME_DISPUTE)])
def test_a_case_can_be_closed_with_every_outcome_that_a_person_causes(database, outcome):
    assert factories.closed(outcome=outcome).outcome == outcome

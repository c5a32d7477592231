"""All tables in one place, for migrations and for whoever looks for one."""

from disputes.accounts import models as accounts
from disputes.cases import authority_models as authorities
from disputes.cases import integrity_models as integrity
from disputes.cases import models as cases
from disputes.cases import tally_models as tallies
from disputes.clock import MovedClock
from disputes.intake import models as intake
from disputes.law import models as law
from disputes.merchants import models as merchants
from disputes.notifications import models as notifications
from disputes.pledges import models as pledges
from disputes.regions import models as regions
from disputes.returns import desk_models as desks
from disputes.returns import models as returns

__all__ = [
    "MovedClock",
    "accounts",
    "authorities",
    "cases",
    "desks",
    "intake",
    "integrity",
    "law",
    "merchants",
    "notifications",
    "pledges",
    "regions",
    "returns",
    "tallies",
]

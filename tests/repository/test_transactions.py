"""One place commits, and whoever rolls back without it has a reason that stands here."""

from __future__ import annotations

from tests.repository.tree import product

COMMITS = {"disputes.db"}
# Where a statement may fail on purpose and the session must be usable again.
ROLLS_BACK = {
    "disputes.db": "the transaction itself",
    "disputes.web.health": "asks a database that may be gone, or have no tables",
    "disputes.web.staff.papers": "lets the connection go before a slow reader takes a download",
    "disputes.cli.doctor": "goes on to the next check after one that failed",
}
# A connection that commits by itself would be a side door past the transaction.
SIDE_DOORS = ("autocommit", "AUTOCOMMIT")
HAS_A_SIDE_DOOR = {"disputes.embedded.supervisor": "notes on the database itself, not in it, what it was prepared for"}


def test_only_the_transaction_commits() -> None:
    wrong = [
        f"{module.where(call)} calls {called}()"
        for module in product().values()
        if module.name not in COMMITS
        for call, called in module.calls()
        if called.rsplit(".", 1)[-1] == "commit"
    ]
    assert not wrong, "\n".join(wrong)


def test_a_rollback_outside_the_transaction_has_a_reason() -> None:
    calling = {
        module.name
        for module in product().values()
        for _, called in module.calls()
        if called.rsplit(".", 1)[-1] == "rollback"
    }
    assert calling == set(ROLLS_BACK)


def test_no_connection_commits_by_itself() -> None:
    found = {
        module.name
        for module in product().values()
        for call, _ in module.calls()
        for keyword in call.keywords
        if keyword.arg in SIDE_DOORS or getattr(keyword.value, "value", None) in SIDE_DOORS
    }
    assert found == set(HAS_A_SIDE_DOOR)


def test_verbs_leave_the_transaction_to_their_callers() -> None:
    """A verb with a transaction of its own could not be part of a larger one. Sweeps have one per item, by design."""
    domain = ("accounts", "regions", "merchants", "notifications", "files", "cases", "intake", "returns", "referrals")
    opening = {
        module.name
        for module in product().values()
        if module.name.startswith(tuple(f"disputes.{name}." for name in domain))
        for _, called in module.calls()
        if called == "transaction"
    }
    assert opening == {
        "disputes.cases.recounts",
        "disputes.cases.sweeps",
        "disputes.cases.tallies",
        "disputes.intake.commands",
        "disputes.notifications.delivery",
        "disputes.notifications.digests",
        "disputes.returns.figures",
    }

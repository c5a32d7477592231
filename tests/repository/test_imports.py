"""Imports point one way, so that a reader can begin anywhere and never has to go up."""

from __future__ import annotations

import sys

from tests.repository.tree import Import, Module, ours, product

# From the ground up. A module may import what lies below its own row, and what belongs to its own package.
LAYERS = (
    ("disputes.rules", "disputes.numbers", "disputes.links", "disputes.hints",
     "disputes.embedded.paths", "disputes.embedded.errors"),
    ("config",),
    ("disputes.db", "disputes.logs", "disputes.wording"),
    ("disputes.rows",),
    ("disputes.clock", "disputes.search", "disputes.names", "disputes.formats"),
    ("disputes.law", "disputes.accounts", "disputes.regions"),
    ("disputes.merchants",),
    ("disputes.notifications",),
    ("disputes.pledges",),
    ("disputes.files",),
    ("disputes.cases", "disputes.documents"),
    ("disputes.intake", "disputes.referrals"),
    ("disputes.returns",),
    ("disputes.monitoring", "disputes.upkeep", "disputes.seeding", "disputes.models"),
    ("disputes.embedded", "disputes.demo", "disputes.inspection"),
    ("disputes.integrity",),
    ("disputes.web", "workers"),
    ("disputes.app",),
    ("disputes.cli",),
)  # fmt: skip

# Libraries that few installations need are imported where they are used, and said to be missing in a sentence.
OPTIONAL = {"boto3", "botocore"}

WEB = {"flask.request", "flask.session", "flask.g", "flask_login.current_user"}


def test_every_module_has_its_place_in_the_order() -> None:
    homeless = [name for name in product() if name != "disputes" and _layer(name) is None]
    assert not homeless, f"These modules stand in no row of LAYERS: {homeless}"


def test_imports_point_one_way() -> None:
    wrong = []
    for module, imported, target in _own_imports():
        if _unit(module.name) == _unit(target) or target == "disputes":
            continue
        if _layer(target) >= _layer(module.name):  # type: ignore[operator]
            wrong.append(f"{module.path}:{imported.line} imports {target}, which does not lie below it")
    assert not wrong, "\n".join(wrong)


def test_nothing_is_imported_inside_a_function() -> None:
    wrong = [
        f"{module.path}:{found.line} imports {found.module} inside {found.inside}()"
        for module in product().values()
        for found in module.imports()
        if found.inside and found.module.split(".")[0] not in OPTIONAL
    ]
    assert not wrong, "\n".join(wrong)


def test_the_rules_need_nothing_but_the_standard_library() -> None:
    wrong = [
        f"{module.path}:{found.line} imports {found.module}"
        for module in product().values()
        if module.name.startswith("disputes.rules")
        for found in module.imports()
        if found.module.split(".")[0] not in sys.stdlib_module_names
        and not found.module.startswith(("disputes.rules", "__future__"))
    ]
    assert not wrong, "\n".join(wrong)


def test_domain_packages_know_neither_the_request_nor_the_current_user() -> None:
    web = _layer("disputes.web")
    assert web is not None
    wrong = [
        f"{module.path}:{found.line} imports {found.module}"
        for module in product().values()
        if (_layer(module.name) or 0) < web
        for found in module.imports()
        if found.module in WEB
    ]
    assert not wrong, "\n".join(wrong)


def test_imports_name_modules_in_full() -> None:
    wrong = [
        f"{module.path}:{found.line}"
        for module in product().values()
        for found in module.imports()
        if found.module.startswith(".")
    ]
    assert not wrong, f"Relative imports hide where a module lies: {wrong}"


def _own_imports() -> list[tuple[Module, Import, str]]:
    found = []
    for module in product().values():
        for imported in module.imports():
            target = ours(imported.module)
            if target is not None:
                found.append((module, imported, target))
    return found


def _unit(name: str) -> str | None:
    """The entry of LAYERS under which a module stands: the longest name that begins its own."""
    entries = [entry for row in LAYERS for entry in row if name == entry or name.startswith(entry + ".")]
    return max(entries, key=len, default=None)


def _layer(name: str) -> int | None:
    unit = _unit(name)
    return next((number for number, row in enumerate(LAYERS) if unit in row), None)

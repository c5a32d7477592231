"""The two ways into a case of a merchant: signed in, or by the signed link of that one case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import url_for
from werkzeug.wrappers import Response

from disputes.accounts.actors import Actor
from disputes.cases.models import Case
from disputes.web.access import open_to_strangers
from disputes.web.merchant import bp, link_bp
from disputes.web.sessions import current_actor, shop_by_link

Answer = Response | str | tuple[str, int]


@dataclass(frozen=True)
class Way:
    """Who came, to which case, and how addresses of this case are written for them."""

    actor: Actor
    number: str | None = None
    token: str | None = None

    @property
    def reference(self) -> str | int:
        """The case for verbs and queries."""
        return self.number if self.number is not None else self.actor.case_id or 0

    def url(self, page: str, **values: Any) -> str:
        """The address of a page of this case."""
        if self.token is not None:
            return url_for(f"merchant_link.{page}", token=self.token, **values)
        return url_for(f"merchant.{page}", number=self.number, **values)


def case_page(
    rule: str, *, methods: tuple[str, ...] = ("GET",)
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """A page of one case, reachable in both ways; the view gets the Way."""

    def register(view: Callable[..., Answer]) -> Callable[..., Answer]:
        @wraps(view)
        def signed_in(number: str, **values: Any) -> Answer:
            return view(Way(current_actor(), number=number), **values)

        @wraps(view)
        def by_link(token: str, **values: Any) -> Answer:
            return view(Way(shop_by_link(token), token=token), **values)

        bp.add_url_rule(f"/cases/<number>{rule}", view.__name__, signed_in, methods=list(methods))
        link_bp.add_url_rule(f"/<token>{rule}", view.__name__, open_to_strangers(by_link), methods=list(methods))
        return view

    return register


def running(case: Case) -> Any:
    """The deadline that comes first in this case, or None."""
    return min(case.ladder_deadlines, key=lambda d: d.due_at, default=None)

"""A running site for whole stories: the web server of the product, a database of its own, and a clock that a story moves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from disputes import clock
from disputes.accounts import passwords
from disputes.cases import sweeps
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.intake import commands as intake
from tests import factories as make

PHONE, DESK = 360, 1280
CONFLICT = "status of 409"  # Chromium notes it for a page that says who was first, which is an answer like any other
PASSWORD = "eleven-lanterns-on-the-river"
STARTS_AT = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # a Wednesday, ten in the morning in China


@dataclass
class Site:
    """The product as its users meet it, and the hands of its clock."""

    app: Flask
    url: str
    shop_name: str

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Look at what the pages did."""
        with self.app.app_context():
            yield
            db.session.remove()

    def works(self) -> None:
        """Let the workers' sweeps do all that is due."""
        with self.inside():
            while intake.route_next() or sweeps.lapse_next() or sweeps.remind_next() or sweeps.depart_next():
                pass

    def passes(self, **time: float) -> None:
        """Let this much time go by, in steps, so that what falls due in between is done when it is due."""
        left = timedelta(**time)
        while left > timedelta():
            step = min(left, timedelta(hours=6))
            with self.inside(), transaction():
                clock.stand_at(clock.now() + step)
            self.works()
            left -= step

    def case(self, read: Callable[[Case], Any]) -> Any:
        """What ``read`` says of the newest case."""
        with self.inside():
            return read(db.session.scalars(db.select(Case).order_by(Case.id.desc()).limit(1)).one())

    def code_now(self, secret: str) -> str:
        """What an authenticator app with this secret shows at the story's hour."""
        with self.inside():
            return pyotp.TOTP(secret).at(clock.now())

    def shop_link(self) -> str:
        """The signed link that the shop was mailed."""
        return self.case(lambda case: f"{self.url}/m/{make.token_of(case, 'shop', mailed=True)}")

    def tourist_link(self) -> str:
        """The link that the tourist was mailed."""
        return self.case(lambda case: f"{self.url}/c/{make.token_of(case, mailed=True)}")


@pytest.fixture
def site(own_app: Flask) -> Iterator[Site]:
    """The site with one shop at Jiefangbei, an officer and a supervisor."""
    own_app.config["RATELIMIT_ENABLED"] = False
    with own_app.app_context():
        with transaction():
            clock.stand_at(STARTS_AT)
        shop = make.shop(name_zh="解放碑丝绸行", name_en="Jiefangbei Silk House", email="silk@shops.example")
        for person in (make.officer(email="officer@demo.example"), make.supervisor(email="chief@demo.example")):
            with transaction():
                person.password_hash = passwords.hashed(PASSWORD)
        name = shop.name_zh
        db.session.remove()
    server = make_server("127.0.0.1", 0, own_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(own_app, f"http://127.0.0.1:{server.server_port}", name)
    server.shutdown()
    thread.join()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens a page as somebody with a device of their own: a width, a language, with or without JavaScript."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_device(width: int = PHONE, language: str = "en", *, scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, locale=language, java_script_enabled=scripts, base_url=site.url
        )
        contexts.append(context)
        page = context.new_page()
        page.on("response", lambda got: troubles.append(f"{got.status} {got.url}") if got.status >= 500 else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda said: troubles.append(said.text) if said.type == "error" and CONFLICT not in said.text else None,
        )
        page.on(
            "request",
            lambda asked: (
                troubles.append(f"asks another host: {asked.url}")
                if not asked.url.startswith((site.url, "data:"))
                else None
            ),
        )
        return page

    yield open_device
    for context in contexts:
        context.close()
    assert troubles == []

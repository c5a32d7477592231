"""The demo's merchants, shops, officers and supervisors."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
import yaml

from disputes.accounts import commands as accounts
from disputes.accounts import passwords
from disputes.accounts.demo import DOMAIN, PASSWORD
from disputes.accounts.models import User
from disputes.merchants import commands as merchants
from disputes.merchants.models import Shop
from disputes.regions import queries as regions
from disputes.rules.lifecycle import Role

SEEDS = Path(__file__).resolve().parent.parent.parent / "seeds" / "demo"
UNREACHABLE_EVERY = 12  # every so many shops one that has no mail address: its cases need a person

# fmt: off
STAFF = (
    ("CQ-JFB", Role.OFFICER,    "officer",            "周敏",   ("en", "zh_CN", "ja")),
    ("CQ-JFB", Role.OFFICER,    "officer2",           "何川",   ("en", "zh_CN", "ar")),
    ("CQ-JFB", Role.SUPERVISOR, "supervisor",         "陈立",   ("en", "zh_CN")),
    ("CQ",     Role.OFFICER,    "officer.chongqing",  "罗艳",   ("en", "zh_CN")),
    ("CQ",     Role.SUPERVISOR, "supervisor.chongqing", "谭静", ("en", "zh_CN")),
    ("SC-CXL", Role.OFFICER,    "officer.chengdu",    "吴昊",   ("en", "zh_CN", "ja")),
    ("SC-CXL", Role.OFFICER,    "officer2.chengdu",   "蒋雪",   ("en", "zh_CN", "ar")),
    ("SC-CXL", Role.SUPERVISOR, "supervisor.chengdu", "唐倩",   ("en", "zh_CN")),
    ("SC",     Role.OFFICER,    "officer.sichuan",    "邓宇",   ("en", "zh_CN")),
    ("SC",     Role.SUPERVISOR, "supervisor.sichuan", "冯莉",   ("en", "zh_CN")),
)
# fmt: on


@dataclass(frozen=True)
class Stock:
    """A shop of the demo and what it sells, in each language."""

    shop: Shop
    item: dict[str, str]
    has_users: bool


def make_staff() -> list[User]:
    """Officers and supervisors of every office, with passwords and second factors that the demo's sign-in page shows."""
    offices = {office.code: office for office in regions.offices()}
    made = []
    password_hash = passwords.hashed(PASSWORD)  # once: hashing is slow on purpose
    for office, role, account, name, languages in STAFF:
        user = accounts.create_user(
            f"{account}@{DOMAIN}", name, role, office_id=offices[office].id, languages=languages
        )
        user.password_hash = password_hash
        user.totp_secret = pyotp.random_base32()
        made.append(user)
    return made


def make_merchants(chance: random.Random) -> list[Stock]:
    """Sixty invented merchants in real districts of both regions; the first few have people who sign in."""
    seeds = yaml.safe_load((SEEDS / "shops.yaml").read_text(encoding="utf-8"))
    password_hash = passwords.hashed(PASSWORD)
    stocks: list[Stock] = []
    for number, line in enumerate([*seeds["merchants"], *_more(seeds["more"], chance)]):
        merchant = merchants.add_merchant(line["zh"], line["en"], email=f"merchant{number + 1}@{DOMAIN}")
        has_users = number % 3 == 0
        if has_users:
            user = accounts.create_user(f"shop{number + 1}@{DOMAIN}", "店长", Role.MERCHANT, merchant_id=merchant.id)
            user.password_hash = password_hash
        for place in line["shops"]:
            shop = merchants.add_shop(
                merchant, place["zh"], place["a"], place["d"], line["trade"],
                name_en=place["en"], district_code=place.get("b"),
            )  # fmt: skip
            stocks.append(Stock(shop, line["item"], has_users))
        if number % UNREACHABLE_EVERY == UNREACHABLE_EVERY - 1:
            merchant.email = None
    return stocks


def _more(more: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    lines = []
    for prefix in more["prefixes"]:
        for trade in more["trades"]:
            division = chance.choice(more["divisions"])
            shop = {
                "zh": f"{prefix['zh']}{trade['zh']}",
                "en": f"{prefix['en']} {trade['en']}",
                "d": division,
                "a": f"虚构路{chance.randint(1, 300)}号",
                "b": {"500103": "JFB-CTM", "510104": "CXL-TKL"}.get(division),
            }
            lines.append({**shop, "trade": trade["trade"], "item": trade["item"], "shops": [shop]})
    return lines

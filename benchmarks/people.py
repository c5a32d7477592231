"""Offices with officers, and some thousand shops in both regions."""

from __future__ import annotations

import random

import psycopg

from benchmarks.words import HAN, SYLLABLES, vector

OFFICERS_AN_OFFICE = 14
SHOPS = 8000
KINDS = ("茶庄", "火锅店", "丝绸店", "酒店", "特产店", "玉器行", "服饰店", "旅行社")


def fill(address: str, trades: list[str]) -> None:
    """Write officers, supervisors, merchants and their shops."""
    chance = random.Random(1)
    with psycopg.connect(address) as connection:
        offices = [row[0] for row in connection.execute("SELECT id FROM offices WHERE active ORDER BY id")]
        places = [
            row[0] for row in connection.execute("SELECT code FROM divisions WHERE level <> 'province' ORDER BY code")
        ]
        for office in offices:
            for n in range(OFFICERS_AN_OFFICE):
                role = "supervisor" if n == 0 else "officer"
                connection.execute(
                    "INSERT INTO users (email, name, role, office_id, locale, languages, on_duty, active, session_version, signed_out) "
                    "VALUES (%s, %s, %s, %s, 'zh_CN', %s, true, true, 1, '[]')",
                    [f"{role}{office}.{n}@visitorcare.example", _han(chance, 3), role, office, '["en", "ja"]'],
                )
        with connection.cursor() as cursor:
            with cursor.copy("COPY merchants (id, name_zh, name_en, email, active, version) FROM STDIN") as copy:
                for n in range(1, SHOPS * 2 // 3 + 1):
                    name = f"{_han(chance, 4)}有限公司"
                    copy.write_row((n, name, f"{_latin(chance)} Ltd", f"company{n}@shops.example", True, 1))
            columns = "id, code, merchant_id, name_zh, name_en, address_zh, address_en, division_code, trade, opens, closes, email, active, version, search"
            with cursor.copy(f"COPY shops ({columns}) FROM STDIN") as copy:
                for n in range(1, SHOPS + 1):
                    zh, en = f"{_han(chance, 3)}{chance.choice(KINDS)}", f"{_latin(chance)} {_latin(chance)}"
                    row = (
                        n, f"{n:06d}", (n - 1) % (SHOPS * 2 // 3) + 1, zh, en, f"{_han(chance, 2)}路{n % 300}号", "",
                        chance.choice(places), chance.choice(trades), "10:00", "22:00", f"shop{n}@shops.example", True, 1,
                        vector([zh, en]),
                    )  # fmt: skip
                    copy.write_row(row)
        connection.execute("SELECT setval('merchants_id_seq', (SELECT max(id) FROM merchants))")
        connection.execute("SELECT setval('shops_id_seq', (SELECT max(id) FROM shops))")


def _han(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(HAN, k=length))


def _latin(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=3)).title()

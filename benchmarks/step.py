"""The bare step: one committed transaction of psycopg that locks a row, updates it and inserts four.

``python -m benchmarks.step URL SECONDS`` prints how many it took a second.
"""

from __future__ import annotations

import json
import random
import sys
import time

import psycopg

TABLES = """
    CREATE TABLE IF NOT EXISTS bare_cases (id int PRIMARY KEY, state text, version int, changed_at timestamptz);
    CREATE TABLE IF NOT EXISTS bare_rows (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id int NOT NULL REFERENCES bare_cases, body text);
    CREATE INDEX IF NOT EXISTS ix_bare_rows_case_id ON bare_rows (case_id);
"""
BODY = json.dumps({"number": "26-0048-2716", "words": "x" * 300})


def prepare(url: str, cases: int) -> None:
    """Make the tables of the bare step, with as many cases as the product has."""
    with psycopg.connect(url) as connection:
        connection.execute(TABLES)
        connection.execute(
            "INSERT INTO bare_cases SELECT n, 'with_merchant', 1, now() FROM generate_series(1, %s) n ON CONFLICT DO NOTHING",
            [cases],
        )


def steps(url: str, seconds: float) -> float:
    """Take bare steps for so many seconds; how many a second."""
    with psycopg.connect(url) as connection:
        cases = connection.execute("SELECT max(id) FROM bare_cases").fetchone()[0]  # type: ignore[index]
        connection.commit()
        done, began = 0, time.monotonic()
        while time.monotonic() < began + seconds:
            case = random.randint(1, cases)
            connection.execute("SELECT state, version FROM bare_cases WHERE id = %s FOR UPDATE", [case]).fetchone()
            connection.execute(
                "UPDATE bare_cases SET state = %s, version = version + 1, changed_at = now() WHERE id = %s",
                ["mediation", case],
            )
            for _ in range(4):
                connection.execute("INSERT INTO bare_rows (case_id, body) VALUES (%s, %s)", [case, BODY])
            connection.commit()
            done += 1
        return done / (time.monotonic() - began)


if __name__ == "__main__":
    print(steps(sys.argv[1], float(sys.argv[2])))

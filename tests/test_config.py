"""The settings: nothing needs to be set to try the program, and what is wrong is said in a sentence before it starts."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

import config as settings
from config import Config, ConfigError

PRODUCTION = {
    "ENV": "production",
    "SECRET_KEY": "a-key-that-is-long-enough-for-real-links",
    "PUBLIC_URL": "https://care.example",
    "SMTP_URL": "smtps://care:secret@mail.example:465",
    "MAIL_FROM": "Visitor Care <care@care.example>",
}
SERVERS = {"DATABASE_URL": "postgresql://care@db.example/care", "REDIS_URL": "redis://broker.example:6379/0"}


def load(tmp_path: Path, **given: str) -> Config:
    return settings.load({"STATE_DIR": str(tmp_path / "state"), **given})


def test_with_nothing_set_the_program_starts_by_itself_in_development(tmp_path: Path) -> None:
    config = load(tmp_path)
    assert (config.env, config.embedded, config.production) == ("development", True, False)
    assert config.database_url.startswith("postgresql:///disputes?host=")
    assert config.redis_url.startswith("unix://")
    assert config.public_url == "http://localhost:8000"
    assert config.files_url == (tmp_path / "state" / "files").as_uri()
    assert not config.secure_cookies


# fmt: off
REFUSED = [
    ({"ENV": "staging"},                              "ENV is 'staging'; it must be one of development, test, production."),
    ({"DISPUTES_PROT": "8000"},                       "Unknown setting DISPUTES_PROT. Known are: "),
    ({"DATABASE_URL": SERVERS["DATABASE_URL"]},       "REDIS_URL is missing: set both"),
    ({"REDIS_URL": SERVERS["REDIS_URL"]},             "DATABASE_URL is missing: set both"),
    ({**SERVERS, "DATABASE_URL": "mysql://db/care"},  "PostgreSQL is the only database"),
    ({**SERVERS, "DATABASE_URL": "sqlite:///x.db"},   "DATABASE_URL must start with postgresql://"),
    ({"PORT": "eight"},                               "PORT is 'eight'; it must be a whole number."),
    ({"PORT": "70000"},                               "PORT is 70000; it must lie between 0 and 65535."),
    ({"PORT": "-1"},                                  "PORT is -1; it must lie between 0 and 65535."),
    ({"TRUSTED_PROXIES": "11"},                       "TRUSTED_PROXIES is 11; it must lie between 0 and 10."),
    ({"DATABASE_POOL": "0"},                          "DATABASE_POOL is 0; it must lie between 1 and 200."),
    ({"WEB_WORKERS": "65"},                           "WEB_WORKERS is 65; it must lie between 1 and 64."),
    ({"WEB_THREADS": "many"},                         "WEB_THREADS is 'many'; it must be a whole number."),
    ({"WORKER_PROCESSES": "0"},                       "WORKER_PROCESSES is 0; it must lie between 1 and 64."),
    ({"SECURE_COOKIES": "maybe"},                     "SECURE_COOKIES is 'maybe'; it must be yes or no."),
    ({"ENV": "production"},                           "In production SECRET_KEY, PUBLIC_URL, SMTP_URL, MAIL_FROM must be set."),
    ({**PRODUCTION, "MAIL_FROM": ""},                 "In production MAIL_FROM must be set."),
    ({**PRODUCTION, "PUBLIC_URL": "http://care.example"}, "PUBLIC_URL must start with https://"),
    ({**PRODUCTION, "SECRET_KEY": "short"},           "SECRET_KEY must have at least 32 characters."),
]
# fmt: on


@pytest.mark.parametrize(("given", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_a_wrong_setting_is_refused_with_a_sentence(tmp_path: Path, given: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, **given)
    assert said in str(refused.value)
    assert str(refused.value).endswith((".", ")."))
    assert not (tmp_path / "state").exists(), "a refused start leaves nothing behind"


def test_every_setting_may_carry_the_prefix_which_goes_before(tmp_path: Path) -> None:
    assert load(tmp_path, PORT="8001").port == 8001
    assert load(tmp_path, DISPUTES_PORT="8002", PORT="8001").port == 8002
    assert load(tmp_path, HOME="somewhere", PATH="elsewhere").port == 8000, "what is not ours is not looked at"


def test_every_known_setting_is_read_or_belongs_to_the_tests(tmp_path: Path) -> None:
    fields = {name.upper() for name in Config.__dataclass_fields__} - {"EMBEDDED"}
    assert fields | {"SAMPLES", "CHROMIUM"} == settings.KNOWN


def test_production_with_everything_set_starts_and_keeps_cookies_to_https(tmp_path: Path) -> None:
    config = load(tmp_path, **PRODUCTION, **SERVERS)
    assert config.production
    assert config.secure_cookies
    assert not config.embedded
    assert not (tmp_path / "state" / "secret_key").exists()


@pytest.mark.parametrize(
    ("word", "meaning"), [("yes", True), ("TRUE", True), ("1", True), ("off", False), ("No", False)]
)
def test_yes_and_no_are_understood_in_their_usual_spellings(tmp_path: Path, word: str, meaning: bool) -> None:
    assert load(tmp_path, SECURE_COOKIES=word).secure_cookies is meaning


def test_a_secret_is_made_once_for_its_owner_alone_and_links_survive_a_restart(tmp_path: Path) -> None:
    first, second = load(tmp_path), load(tmp_path)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    kept = tmp_path / "state" / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret_key"]
    assert load(tmp_path / "another").secret_key != first.secret_key


def test_of_two_processes_that_start_at_once_both_get_the_same_secret(tmp_path: Path) -> None:
    going: list[int] = []
    reader, writer = os.pipe()
    for _ in range(4):
        child = os.fork()
        if child == 0:
            os.write(writer, load(tmp_path).secret_key.encode() + b"\n")
            os._exit(0)
        going.append(child)
    os.close(writer)
    assert [os.waitpid(child, 0)[1] for child in going] == [0] * 4
    with os.fdopen(reader) as said:
        secrets = said.read().split()
    assert len(secrets) == 4
    assert len(set(secrets)) == 1


@pytest.mark.parametrize(
    ("redis", "celery", "limiter"),
    [
        ("redis://h:6379/1", "redis://h:6379/1", "redis://h:6379/1"),
        ("unix:///run/b.sock?db=0", "redis+socket:///run/b.sock?virtual_host=0", "redis+unix:///run/b.sock?db=0"),
    ],
)
def test_one_address_of_the_broker_is_told_to_each_library_in_its_own_spelling(
    tmp_path: Path, redis: str, celery: str, limiter: str
) -> None:
    config = load(tmp_path, DATABASE_URL=SERVERS["DATABASE_URL"], REDIS_URL=redis)
    assert (config.celery_broker_url, config.limiter_url) == (celery, limiter)


def test_the_public_address_is_kept_without_a_last_slash(tmp_path: Path) -> None:
    assert load(tmp_path, PUBLIC_URL="http://care.example/").public_url == "http://care.example"

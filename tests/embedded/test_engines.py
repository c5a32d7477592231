"""PostgreSQL, broker and mailbox, started for a command."""

from __future__ import annotations

import os
import pwd
import smtplib
import stat
import subprocess
import sys
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

import config as settings
from disputes.embedded import broker, mailbox, paths, postgres
from disputes.embedded.engines import ALL, BROKER, DATABASE, MAILBOX, attached, services
from disputes.embedded.errors import EngineError
from disputes.embedded.paths import SOCKET_FOLDER_LIMIT, paths_of

pytestmark = pytest.mark.processes
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root must give PostgreSQL another account")


def test_the_first_start_makes_a_database_in_utf_8_that_sorts_by_code(embedded: settings.Config) -> None:
    with services(embedded, (DATABASE,)) as config, psycopg.connect(config.database_url) as connection:
        row = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate, current_setting('listen_addresses'), current_setting('fsync')"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == ("UTF8", "C", "", "on")


def test_what_was_written_is_there_after_the_next_start(embedded: settings.Config) -> None:
    with services(embedded, (DATABASE, BROKER)) as config:
        with psycopg.connect(config.database_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT '重庆' AS word")
        redis.Redis.from_url(config.redis_url).set("kept", "成都")
    with services(embedded, (DATABASE, BROKER)) as config:
        with psycopg.connect(config.database_url) as connection:
            assert connection.execute("SELECT word FROM kept").fetchone() == ("重庆",)
        assert redis.Redis.from_url(config.redis_url).get("kept").decode() == "成都"


def test_nothing_runs_any_more_after_the_command(embedded: settings.Config) -> None:
    with services(embedded, ALL):
        children = psutil.Process().children(recursive=True)
        assert len(children) > 3
    assert not psutil.wait_procs(children, timeout=10)[1]


def test_the_broker_has_no_port_and_forgets_nothing_for_want_of_room(embedded: settings.Config) -> None:
    with services(embedded, (BROKER,)) as config:
        client = redis.Redis.from_url(config.redis_url, decode_responses=True)
        told = client.config_get("port", "maxmemory-policy", "appendonly")
    assert told == {"port": "0", "maxmemory-policy": "noeviction", "appendonly": "yes"}


@pytest.mark.parametrize("name", ["state", "/".join(["a-folder-with-a-long-name"] * 12), "a, b% 城 'c'"])
def test_sockets_lie_in_private_folders_with_short_paths(
    state_dir: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "SHARED_STATE", state_dir.parent / "shared")
    config = settings.load({"STATE_DIR": str(state_dir.parent / name)})
    found = paths_of(config.state_dir)
    with services(config, (DATABASE, BROKER)) as config:
        for folder in (found.postgres_sockets, found.broker_sockets):
            assert len(os.fsencode(folder)) <= SOCKET_FOLDER_LIMIT
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert psycopg.connect(config.database_url).closed == 0
        assert redis.Redis.from_url(config.redis_url).ping()


def test_a_socket_folder_of_somebody_else_is_refused(embedded: settings.Config, state_dir: Path) -> None:
    state_dir.mkdir(exist_ok=True)
    (state_dir / "elsewhere").mkdir()
    (state_dir / "run").symlink_to(state_dir / "elsewhere")
    with pytest.raises(EngineError, match="another account"), services(embedded, (BROKER,)):
        pass


def test_an_initialisation_that_was_broken_off_is_not_taken_for_data(embedded: settings.Config) -> None:
    broken = paths_of(embedded.state_dir).cluster.with_name("postgres.new-abc")
    (broken / "base").mkdir(parents=True)
    (broken / "PG_VERSION").write_text("18")
    with services(embedded, (DATABASE,)) as config, psycopg.connect(config.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not broken.exists()


def test_no_permission_outside_the_state_folder_changes(embedded: settings.Config, state_dir: Path) -> None:
    before = {step: step.stat().st_mode for step in state_dir.parents}
    with services(embedded, ALL):
        pass
    assert {step: step.stat().st_mode for step in state_dir.parents} == before


@as_root
def test_under_root_the_database_runs_as_somebody_without_rights(embedded: settings.Config) -> None:
    with services(embedded, (DATABASE,)):
        server = psutil.Process(postgres.running_process(paths_of(embedded.state_dir)))
        everyone = {server.username()}
        for process in server.children(recursive=True):
            with suppress(psutil.NoSuchProcess):  # a short-lived one
                everyone.add(process.username())
    assert everyone == {pwd.getpwnam("nobody").pw_name}


@as_root
def test_where_that_account_cannot_reach_the_state_the_cluster_lies_elsewhere(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = state_dir.parent / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(paths, "SHARED_STATE", state_dir.parent / "shared")
    config = settings.load({"STATE_DIR": str(closed / "state")})
    found = paths_of(config.state_dir)
    with services(config, (DATABASE,)) as config, psycopg.connect(config.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert state_dir.parent / "shared" in found.cluster.parents
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
def test_binaries_out_of_reach_are_copied_once(state_dir: Path) -> None:
    closed = state_dir.parent / "closed"
    wheel = postgres.wheel_binaries().parent.parent
    installed = closed / wheel.name
    installed.parent.mkdir(mode=0o700)
    installed.symlink_to(wheel)
    (closed / f"{wheel.name}.libs").symlink_to(wheel.with_name(f"{wheel.name}.libs"))
    account = postgres.account_for_root()
    assert account is not None
    found = paths_of(state_dir)
    folder = postgres.reachable(installed / "pginstall18" / "bin", found, account)
    assert found.binaries_copy in folder.parents
    for program in ("postgres", "initdb"):
        told = subprocess.run([folder / program, "--version"], user=account.uid, group=account.gid, cwd="/", check=True)
        assert told.returncode == 0
    made = folder.stat().st_ctime_ns
    assert postgres.reachable(installed / "pginstall18" / "bin", found, account) == folder
    assert folder.stat().st_ctime_ns == made


def test_two_commands_wait_for_one_another(embedded: settings.Config) -> None:
    code = (
        "import config, psycopg\n"
        "from disputes.embedded.engines import services\n"
        "with services(config.load(), ('database',)) as c:\n"
        "    with psycopg.connect(c.database_url) as connection:\n"
        "        connection.execute('CREATE TABLE IF NOT EXISTS turns (n serial)')\n"
        "        connection.execute('INSERT INTO turns DEFAULT VALUES')\n"
    )
    environment = {**os.environ, "STATE_DIR": str(embedded.state_dir)}
    both = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    with services(embedded, (DATABASE,)) as config, psycopg.connect(config.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM turns").fetchone() == (2,)


def test_a_part_without_a_running_system_is_refused(embedded: settings.Config) -> None:
    with pytest.raises(EngineError, match="disputes run"):
        attached(embedded)


def test_engines_that_outlived_their_guard_are_replaced(embedded: settings.Config) -> None:
    found = paths_of(embedded.state_dir)
    paths.prepare_state(found)
    left = []
    for program in (postgres.program(found), broker.program(found)):
        account = program.account
        left.append(
            subprocess.Popen(
                program.command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                user=account.uid if account else None,
                group=account.gid if account else None,
            )
        )
        while not program.ready():
            assert left[-1].poll() is None
    with services(embedded, (DATABASE, BROKER)) as config:
        assert [process.wait(10) for process in left] == [0, 0]
        assert psycopg.connect(config.database_url).closed == 0


def test_without_a_wheel_one_sentence_says_what_to_do(
    embedded: settings.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "WHEEL", "no_such_package")
    with pytest.raises(EngineError, match="DATABASE_URL and REDIS_URL"), services(embedded, (DATABASE,)):
        pass


def test_mail_lands_in_the_mailbox_as_it_was_sent(embedded: settings.Config) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "Visitor Care <care@visitorcare.example>", "山田@例え.jp"
    message["Subject"] = "ご連絡: 12345"
    message.set_content("お金が届きましたか。", cte="8bit")
    with services(embedded, (MAILBOX,)) as config:
        port = int(str(config.smtp_url).rsplit(":", 1)[1])
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.send_message(message)
    folder = paths_of(embedded.state_dir).mail
    (letter,) = mailbox.letters(folder)
    assert (letter.recipients, letter.subject) == ("山田@例え.jp", "ご連絡: 12345")
    kept = mailbox.read(folder, letter.key)
    assert kept is not None
    assert kept.get_content().splitlines() == ["お金が届きましたか。"]
    assert mailbox.count(folder) == 1


def test_the_mailbox_keeps_its_port_over_a_restart(embedded: settings.Config) -> None:
    with services(embedded, (MAILBOX,)) as first:
        pass
    with services(embedded, (MAILBOX,)) as second:
        assert second.smtp_url == first.smtp_url


@pytest.mark.parametrize("key", ["../secret_key", "/etc/passwd", "", "-", "1/2", "no-such"])
def test_a_letter_that_is_not_there_is_not_found(state_dir: Path, key: str) -> None:
    assert mailbox.read(state_dir, key) is None

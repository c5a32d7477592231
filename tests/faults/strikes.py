"""The faults of a fault run: what goes wrong while the work is being done, and how it is put right."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from contextlib import suppress

import psutil
import psycopg
import redis

from disputes.embedded.engines import wait_until_ready
from disputes.notifications.smtp import TIMEOUT
from tests.faults.cases import file_on_the_web, give_back_on_the_web
from tests.faults.mail import Mood
from tests.faults.struck import DOUBLED, TENTH_LOST
from tests.faults.system import System, wait_for
from tests.faults.work import backlog, on_their_way

TASKS = (
    "cases.route", "deadlines.sweep", "deadlines.remind", "messages.deliver", "cases.depart", "cases.hand_over", "deadlines.recount",
)  # fmt: skip
ANSWERED = 3 * TIMEOUT  # seconds after which no call of a mail server is still under way
POINT_LIMIT = 60.0  # seconds for the points of one moment; what is not reached by then has no statement there


class Fault:
    """Something that goes wrong at one moment. ``strike`` comes when a part of the work is done and the rest is not."""

    name = "nothing"
    told = True  # the workers hear of the work at once, and not only when beat says so
    letters_stand = False  # until it is put right
    jump = False  # nobody works while the clock moves on to this moment

    def before(self, system: System, chance: random.Random) -> None:
        """What is arranged before the clock is moved to the moment."""

    def strike(self, system: System, chance: random.Random) -> None:
        """What happens in the middle of the work."""

    def after(self, system: System) -> None:
        """How it is put right, once the work that can be done has been done."""

    def note(self) -> str:
        """What is worth saying of it."""
        return ""


class Peace(Fault):
    """Nothing goes wrong."""


class Blow(Fault):
    """Something that is struck in the middle of the work, so many times."""

    times = 1

    def strike(self, system: System, chance: random.Random) -> None:
        for _ in in_the_middle(system, chance, self.times):
            self.once(system, chance)

    def once(self, system: System, chance: random.Random) -> None:
        """One blow."""
        raise NotImplementedError


# --- workers


class Points(Fault):
    """A process of a worker ends at every point between two steps: after each statement, around the commit and the network."""

    name = "worker killed between two steps"
    of = 3  # moments over which the statements are spread
    longest = (("route", 48), ("sweep", 60), ("remind", 24), ("depart", 40), ("deliver", 8))
    named = ("commit", "committed")
    network = ("deliver.network", "deliver.handed", "deliver.answered")

    def __init__(self) -> None:
        self._turn = 0
        self.struck: dict[str, str] = {}

    def before(self, system: System, chance: random.Random) -> None:
        names = [f"{task}.{name}" for task, _ in self.longest for name in self.named]
        for task, longest in self.longest:
            names += [f"{task}.{n:02}" for n in range(1, longest + 1) if n % self.of == self._turn % self.of]
        self._turn += 1
        system.points.put([*names, *self.network])

    def strike(self, system: System, chance: random.Random) -> None:
        def over() -> bool:
            system.tend()
            system.say(*TASKS)
            return not system.points.left() or not backlog()

        with suppress(AssertionError):
            wait_for(over, "a kill at every point", POINT_LIMIT)

    def after(self, system: System) -> None:
        self.struck |= system.points.struck()
        system.points.clear()

    def note(self) -> str:
        tasks = sorted({name.partition(".")[0] for name in self.struck})
        each = ", ".join(f"{task} {sum(name.startswith(task + '.') for name in self.struck)}" for task in tasks)
        return f"killed at {len(self.struck)} different points: {each}"


class WorkerKilled(Blow):
    """A worker with its whole pool, as by a power failure, again and again; each time another one is started."""

    name, times = "worker killed", 3

    def once(self, system: System, chance: random.Random) -> None:
        system.kill(chance.choice(system.workers))
        system.start_worker()


class LeaderKilled(Blow):
    """The leading process alone; the supervisor then ends what it left behind and starts another."""

    name = "leading process killed"

    def once(self, system: System, chance: random.Random) -> None:
        worker = chance.choice(system.workers)
        os.kill(worker.process.pid, signal.SIGKILL)
        worker.process.wait()
        system.kill(worker)
        system.start_worker()


class PoolKilled(Blow):
    """Processes that do the work; the worker itself makes others."""

    name = "working process killed"
    times = 8

    def once(self, system: System, chance: random.Random) -> None:
        pool = system.pool()
        if pool:
            with suppress(psutil.NoSuchProcess):
                chance.choice(pool).kill()


# --- broker


class BrokerKilled(Blow):
    """The broker, and with it what it had not written down; it is started again."""

    name = "broker killed"
    told = False  # what was said is lost with it: beat alone must bring the work back

    def once(self, system: System, chance: random.Random) -> None:
        broker = system.broker()
        os.kill(broker.process.pid, signal.SIGKILL)
        broker.process.wait()
        system.guard.start_again(broker)
        wait_until_ready(broker)


class BrokerEmptied(Blow):
    """Everything the broker holds is lost: messages, what is unacknowledged, and what leads where."""

    name, times = "broker emptied", 2
    told = False

    def once(self, system: System, chance: random.Random) -> None:
        redis.Redis.from_url(system.base.redis_url).flushall()


class BrokerDoubles(Fault):
    """Every message comes twice."""

    name = "every broker message doubled"

    def before(self, system: System, chance: random.Random) -> None:
        system.tell_broker(DOUBLED)

    def after(self, system: System) -> None:
        system.tell_broker("")


class BrokerLoses(Fault):
    """Every tenth message is lost."""

    name = "every tenth broker message lost"

    def before(self, system: System, chance: random.Random) -> None:
        system.tell_broker(TENTH_LOST)

    def after(self, system: System) -> None:
        system.tell_broker("")


# --- beat


class BeatKilled(Fault):
    """Beat dies, the work that nobody announces waits, and beat is started again."""

    name = "beat killed"
    told = False

    def before(self, system: System, chance: random.Random) -> None:
        for beat in list(system.beats):
            system.kill(beat)

    def strike(self, system: System, chance: random.Random) -> None:
        system.start_beat()


class TwoBeats(Fault):
    """Two beats announce everything twice."""

    name = "two beats"

    def before(self, system: System, chance: random.Random) -> None:
        system.start_beat()

    def after(self, system: System) -> None:
        system.kill(system.beats[-1])


class ByHand(Fault):
    """Workers and beat are gone; somebody calls ``disputes tick``, and kills that too."""

    name = "nobody but disputes tick"
    told = False

    def before(self, system: System, chance: random.Random) -> None:
        for child in (*system.beats, *system.workers):
            system.kill(child)

    def strike(self, system: System, chance: random.Random) -> None:
        system.by_hand("tick")

    def after(self, system: System) -> None:
        system.start_beat()
        for _ in range(2):
            system.start_worker()


# --- database


class DatabaseCrashed(Blow):
    """A server process is killed, so the database ends all connections and recovers from its log."""

    name = "database crashed"
    times = 2

    def once(self, system: System, chance: random.Random) -> None:
        with psycopg.connect(system.base.database_url, autocommit=True) as witness:
            row = witness.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = 'disturbed' AND pid <> pg_backend_pid() "
                "ORDER BY query_start DESC LIMIT 1"
            ).fetchone()
            if row is None:
                return
            os.kill(row[0], signal.SIGKILL)
            wait_for(lambda at=witness: not _answers(at), "the crash of the database")  # type: ignore[misc]
        wait_for(lambda: _can_connect(system.base.database_url), "the recovery of the database")


class ConnectionsEnded(Blow):
    """The database ends every connection there is."""

    name = "database connections ended"
    times = 4

    def once(self, system: System, chance: random.Random) -> None:
        with psycopg.connect(system.base.database_url, autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = 'disturbed' AND pid <> pg_backend_pid()"
            )


def _answers(connection: psycopg.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _can_connect(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


# --- mail


class MailFault(Fault):
    """The mail server does something else than taking letters, until it is mended."""

    mood = Mood.TAKES
    letters_stand = True
    enough = 1  # of what it does to us: whoever finds it down leaves it alone for a while

    def before(self, system: System, chance: random.Random) -> None:
        system.mail.mood = self.mood
        self._first = system.mail.struck

    def strike(self, system: System, chance: random.Random) -> None:
        def felt() -> bool:
            system.tend()
            system.say("messages.deliver")
            return system.mail.struck >= self._first + self.enough or not backlog()

        wait_for(felt, f"calls of a mail server that {self.mood}")
        if self.mood is not Mood.HANGS:
            return
        with suppress(
            AssertionError
        ):  # whoever waits for the server gives up while the clock still stands at this moment
            wait_for(lambda: not on_their_way(), "the end of the calls", ANSWERED)

    def after(self, system: System) -> None:
        system.mail.mood = Mood.TAKES


class MailRefuses(MailFault):
    """It answers every call with: not now."""

    name, mood = "mail server refuses", Mood.REFUSES


class MailHangs(MailFault):
    """It picks up and says nothing."""

    name, mood, enough = "mail server hangs", Mood.HANGS, 1


class MailDrops(MailFault):
    """It hangs up once it was given a letter, and has kept every second one."""

    name, mood, enough = "mail server drops after DATA", Mood.DROPS, 12


# --- web


class WebKilled(Fault):
    """The web server dies while people file; they send the same page again until there is an answer."""

    name = "web killed during filing"
    visit = staticmethod(file_on_the_web)  # what people do on the web at this moment, one after the other
    pages: tuple[str, ...] = ("/check",)  # at whose sending it dies
    visits = 12


class WebKilledAtTheShop(WebKilled):
    """The web server dies while shops take goods in and report refunds; they send the same page again under the same entry."""

    name = "web killed during a hand-over"
    visit = staticmethod(give_back_on_the_web)
    pages = ("/receive", "/refund")
    visits = 6  # it dies twice in each


# --- and longer ones


class Outage(Fault):
    """For ten days nobody works; people file all the same. Two stages and a holiday lie in between."""

    name = "ten days of outage"
    told = False
    jump = True

    def before(self, system: System, chance: random.Random) -> None:
        for child in (*system.beats, *system.workers):
            system.kill(child)

    def strike(self, system: System, chance: random.Random) -> None:
        for _ in range(2):
            system.start_worker()
        system.start_beat()


class Together(Fault):
    """Much of it at once: messages doubled, two beats, and workers, connections and broker struck."""

    name = "all at once"

    def before(self, system: System, chance: random.Random) -> None:
        system.tell_broker(DOUBLED)
        system.start_beat()

    def strike(self, system: System, chance: random.Random) -> None:
        blows: list[Blow] = [PoolKilled(), ConnectionsEnded(), BrokerEmptied(), WorkerKilled(), BrokerKilled()]
        chance.shuffle(blows)
        for blow in blows:
            blow.times = 1
            blow.strike(system, chance)

    def after(self, system: System) -> None:
        system.tell_broker("")
        system.kill(system.beats[-1])


def in_the_middle(system: System, chance: random.Random, times: int) -> Iterator[None]:
    """So many turns, each when another part of what was due has been done; fewer, where it is done too soon."""
    first = backlog().total()
    for share in sorted((chance.uniform(0.1, 0.95) for _ in range(times)), reverse=True):

        def reached(left: float = first * share) -> bool:
            system.tend()
            return backlog().total() <= left

        wait_for(reached, "a part of the work", look_every=0.005)
        yield


FAULTS: dict[str, type[Fault]] = {
    kind.name: kind
    for kind in (
        Points, WorkerKilled, LeaderKilled, PoolKilled, BrokerKilled, BrokerEmptied, BrokerDoubles, BrokerLoses,
        DatabaseCrashed, ConnectionsEnded, WebKilled, WebKilledAtTheShop, BeatKilled, TwoBeats, ByHand, MailRefuses, MailHangs, MailDrops,
        Outage, Together,
    )
}  # fmt: skip

"""Every sweep, late by days and run by two nodes at once: as if one had, in time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from scheduler import booking
from scheduler.gateways import Delivery, Fate, Unknown
from scheduler.means import Means
from scheduler.timetable import SENDING, TIMETABLE, Job
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler import queue
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.queue import DAY, DAYS, LENGTH, TEN
from visitation import calls, people
from visitation.audit import SYSTEM
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.devices.tables import LoginSession
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.messages import Message
from visitation.messages.tables import CallTask
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.waiting import Days
from visitation.wording import Template
from visitation.words import Channel, VisitKind

DAYS_LATE = timedelta(days=3)
LATE = NOON + DAYS_LATE
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """Two nodes on one database: a connection pool each, but on SQLite."""

    first: Database
    second: Database
    tools: tuple[Means, Means]
    gateway: FakeGateway

    async def both_run(self, timetable: tuple[Job, ...] = TIMETABLE) -> dict[str, int]:
        """The whole timetable, each job on both at once; what they did together."""
        done = {}
        for job in timetable:
            each = await asyncio.gather(
                *(
                    job.sweep(database, now=tools.clock(), means=tools)
                    for database, tools in zip(
                        (self.first, self.second), self.tools, strict=True
                    )
                )
            )
            done[job.name] = sum(each)
        return {name: count for name, count in done.items() if count}

    async def acts(self) -> Counter[str]:
        """What the service did by itself, by how often."""
        async with self.first.read() as session:
            rows = await session.exec(
                select(AuditEntry.action).where(
                    AuditEntry.actor == SYSTEM.key, AuditEntry.at >= LATE
                )
            )
            return Counter(rows.all())

    async def told(self) -> Counter[tuple[str, str]]:
        """What whom was told of, by how often, whether it has gone out or not."""
        async with self.first.read() as session:
            rows = await session.exec(
                select(Message.template, Message.phone).where(
                    Message.created_at >= LATE
                )
            )
            return Counter((str(template), phone) for template, phone in rows.all())


@pytest.fixture
async def nodes(
    database: Database, clock: Clock, keyring: Keyring
) -> AsyncIterator[Nodes]:
    second = database if database.is_sqlite else Database(str(database.url))
    gateway = FakeGateway()
    tools = [means(clock, keyring, gateway, node=name) for name in ("a", "b")]
    yield Nodes(first=database, second=second, tools=tuple(tools), gateway=gateway)
    await second.close()


async def days_of_work(database: Database, keyring: Keyring) -> None:
    """One of everything that time does something to, from three days ago."""
    async with database.write() as session:
        here = await queue.queue(session)
        for number in range(2):
            # One that nobody begins, one that nobody closes.
            other = await queue.queue(session)
            one = await queue.family(session, other, keyring)
            visit = await queue.book(session, other, one, keyring)
            if number:
                await calls.start(session, visit, by=SYSTEM, now=TEN)
        soon = await queue.family(session, here, keyring)
        tomorrow = LATE + 22 * HOUR
        await queue.book(
            session, here, soon, keyring, span=Timespan(tomorrow, tomorrow + LENGTH)
        )
        released = await queue.family(session, here, keyring)
        later = tomorrow + timedelta(days=4)
        await queue.book(
            session, here, released, keyring, span=Timespan(later, later + LENGTH)
        )
        await people.release_prisoner(session, released.prisoner, by=SYSTEM, now=NOON)
        holder = await queue.family(session, here, keyring)
        free = tomorrow + timedelta(hours=2)
        await booking.hold(
            session,
            prison_id=here.prison.id,
            terminal_id=here.terminal.id,
            span=Timespan(free, free + LENGTH),
            kind=VisitKind.FAMILY,
            prisoner_id=holder.prisoner.id,
            visitor_ids=[holder.visitor.id],
            kiosk_id=here.kiosk.id,
            keyring=keyring,
            by=SYSTEM,
            now=NOON,
        )
        await queue.family(
            session,
            here,
            keyring,
            met_days_ago=42,
            days=Days(first=DAY, last=DAYS.last),
        )
        await queue.family(session, here, keyring, days=Days(first=DAY, last=DAY))
        session.add(
            LoginSession(
                fingerprint="-", created_at=NOON, last_seen_at=NOON, expires_at=NOON
            )
        )


async def test_two_nodes_do_at_once_what_one_would_have_done_in_time(
    nodes: Nodes, clock: Clock, keyring: Keyring
) -> None:
    await days_of_work(nodes.first, keyring)
    clock.now = LATE
    first = await nodes.both_run()
    # What a sweep leaves behind is another's work.
    await nodes.both_run()
    await nodes.both_run()
    acts, told = await nodes.acts(), await nodes.told()

    assert {name: first[name] for name in EXPECTED} == EXPECTED
    assert {act: acts[act] for act in ACTS} == ACTS
    assert set(told.values()) == {1}
    assert Counter(template for template, _ in told)[Template.REMINDER_DAY] == 1
    references = [letter.reference for letter in nodes.gateway.letters]
    assert len(references) == len(set(references))
    async with nodes.first.read() as session:
        states = Counter((await session.exec(select(Visit.state))).all())
    assert states[VisitState.MISSED] == states[VisitState.UNCLOSED] == 1

    # And nothing is left to do, however often it is looked for.
    assert await nodes.both_run() == {}
    assert (await nodes.acts(), await nodes.told()) == (acts, told)
    assert len(nodes.gateway.letters) == len(references)


async def test_an_offer_that_runs_out_is_ended_once(
    nodes: Nodes, clock: Clock, keyring: Keyring
) -> None:
    await days_of_work(nodes.first, keyring)
    clock.now = LATE
    await nodes.both_run()
    clock.forward(timedelta(hours=3))
    await nodes.both_run()
    acts = await nodes.acts()
    # The next in line has been asked since.
    assert (acts["offer_slot"], acts["offer_lapsed"]) == (2, 1)
    told = await nodes.told()
    assert set(told.values()) == {1}
    assert Counter(template for template, _ in told)[Template.OFFER] == 2


async def test_a_message_is_looked_after_once_rung_by_rung(
    nodes: Nodes, clock: Clock, keyring: Keyring
) -> None:
    async with nodes.first.write() as session:
        here = await queue.queue(session)
        one = await queue.family(session, here, keyring)
        one.visitor.helper_phone = "+989120000000"
        session.add(one.visitor)
        await queue.book(session, here, one, keyring)
    # It is taken, but nobody hears so; and nothing of it arrives.
    nodes.gateway.takes_and_fails.append(Unknown("timeout"))
    for number in range(1, 9):
        nodes.gateway.deliveries[f"fake-{number}"] = Delivery(
            gateway_id=f"fake-{number}", fate=Fate.UNDELIVERED, status="undelivered"
        )
    names = {SENDING, "reconcile", "poll_deliveries", "look_after"}
    timetable = tuple(job for job in TIMETABLE if job.name in names)
    for _ in range(16):
        await nodes.both_run(timetable)
        clock.forward(HOUR / 2)

    sent = [(letter.phone, letter.channel) for letter in nodes.gateway.letters]
    assert sent == [
        (one.visitor.phone, Channel.SMS),
        (one.visitor.phone, Channel.VOICE),
        ("+989120000000", Channel.SMS),
    ]
    async with nodes.first.read() as session:
        tasks = (await session.exec(select(CallTask.template))).all()
    assert tasks == [Template.BOOKED]


#: How much both nodes did together when they looked first.
EXPECTED = {
    "expire_holds": 1,
    "offer_freed": 1,
    "settle_missed": 1,
    "flag_unclosed": 1,
    "review_changes": 1,
    "expire_entries": 1,
}
#: What was written down of it, that often.
ACTS = {
    "visit_expire": 1,
    "offer_slot": 1,
    "visit_miss": 1,
    "visit_abandon": 1,
}

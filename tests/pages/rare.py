"""What seldom happens, so that its pages can be seen: an open offer, a hold run out."""

from datetime import datetime, timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import agenda, cast
from config.agenda import Scene
from scheduler import booking, calendar, choosing, filing, offers, possible
from scheduler.outgoing import PHONE
from visitation import cases, people, statistics, waiting
from visitation.audit import SYSTEM, Actor
from visitation.filing import drafts
from visitation.keyring import Keyring
from visitation.messages import OptOut
from visitation.people import Visitor
from visitation.statistics import Month, Period, Source, TallySum
from visitation.statistics.tables import COUNTRY, DAY, MONTH
from visitation.waiting import Offer
from visitation.words import CaseKind, Outcome, Role, VisitKind

#: Who holds a time no more, and whose visit was cancelled and cannot be taken back.
_LATE, _LATE_NUMBER, _REGRETTED = "حمید سپهری", "1004", "1010"
#: Who wants no messages.
SILENT = "عباس گندمی"
#: Staff who were given nothing to work at yet.
NEWCOMERS = {"planner": Role.SCHEDULER, "helper": Role.CLERK}


async def fill(
    session: AsyncSession, scene: Scene, keyring: Keyring, *, now: datetime
) -> dict[str, str]:
    """Leave all of it behind; the references and codes that lead there."""
    for username, role in NEWCOMERS.items():
        await people.add_account(
            session,
            username=username,
            name="ناهید تازه‌کار",
            role=role,
            password_hash="",
            by=SYSTEM,
            now=now - timedelta(days=1),
        )
    await _counted(session, now)
    return {
        "over": await _run_out(session, scene, keyring, now - timedelta(hours=1)),
        "regretted": await _regretted(session, scene, keyring, now),
        "silent": await _silent(session, keyring, now),
        **await _handed_in(session, keyring, now),
        **await _offered(session, scene, keyring, now),
    }


async def _counted(session: AsyncSession, now: datetime) -> None:
    """Figures of this month, and some of half a year ago that are published."""
    latest = Month.of(statistics.today(now))
    for source in Source:
        await statistics.recount(session, source, Period.months(latest), now=now)
    before = {"measure": "operations", "kind": "petition", "key": "staff"}
    first = latest.later(-6).first
    for grain in (DAY, MONTH):
        amount = {"count": 40, "total": 60}
        row = {"grain": grain, "first": first}
        session.add(TallySum(province_id=COUNTRY, **row, **amount, **before))
    await session.flush()
    await statistics.publish(session, now=now)


async def _handed_in(
    session: AsyncSession, keyring: Keyring, now: datetime
) -> dict[str, str]:
    """The code of a request that a family handed in by itself, and where it did."""
    prisoner = await agenda.prisoner_of(session, _LATE_NUMBER)
    visitor = select(Visitor.id).where(Visitor.name == _LATE)
    visitor_id = (await session.exec(visitor)).one()
    draft = await drafts.begin(
        session,
        visitor_id=visitor_id,
        prisoner_id=prisoner.id,
        keyring=keyring,
        now=now,
    )
    name = draft.reference
    await drafts.choose(session, name, kind=CaseKind.STATUS, now=now)
    told = {"what": "file"}
    await drafts.answer(session, name, answers=told, text="", now=now)
    case = await filing.hand_in(
        session, name, keyring=keyring, by=Actor.visitor(visitor_id), now=now
    )
    code = await cases.tracking.of(session, case, keyring=keyring)
    return {"tracking": code, "handed": name}


async def _run_out(
    session: AsyncSession, scene: Scene, keyring: Keyring, then: datetime
) -> str:
    prisoner = await agenda.prisoner_of(session, _LATE_NUMBER)
    visitor = select(Visitor.id).where(Visitor.name == _LATE)
    visitor_id = (await session.exec(visitor)).one()
    slot, *_ = await calendar.free(
        session, site_id=scene.prison.id, after=then + timedelta(days=6), limit=1
    )
    held = await choosing.keep(
        session,
        prison_id=scene.prison.id,
        terminal_id=slot.terminal_id,
        span=slot.span,
        kind=VisitKind.FAMILY,
        prisoner_id=prisoner.id,
        visitor_ids=[visitor_id],
        keyring=keyring,
        by=Actor.visitor(visitor_id),
        now=then,
    )
    return held.reference


async def _regretted(
    session: AsyncSession, scene: Scene, keyring: Keyring, now: datetime
) -> str:
    """A visit cancelled a minute ago, whose people come at that time all the same."""
    after = now + timedelta(days=5)
    visit = await agenda.book(session, scene, keyring, _REGRETTED, after, now=now)
    await booking.cancel(
        session,
        visit=visit,
        outcome=Outcome.CANCELLED_BY_PRISON,
        reason="آزمایش",
        by=scene.scheduler,
        now=now,
    )
    await agenda.book(session, scene, keyring, _REGRETTED, after, now=now)
    return visit.reference


async def _silent(session: AsyncSession, keyring: Keyring, now: datetime) -> str:
    visitor = select(Visitor).where(Visitor.name == SILENT)
    found = (await session.exec(visitor)).one()
    mark = keyring.fingerprint(PHONE, found.phone or "")
    session.add(OptOut(phone_fingerprint=mark, gateway="fake", at=now))
    return str(found.id)


async def _offered(
    session: AsyncSession, scene: Scene, keyring: Keyring, now: datetime
) -> dict[str, str]:
    """What is offered to the first in line, and the end of the phone that is asked."""
    line = await waiting.line(session, scene.prison.id, now=now)
    first = line[0].entry.first_day
    known = await possible.supply(
        session,
        scene.prison.id,
        line,
        first=first,
        last=first + timedelta(days=7),
        now=now,
    )
    made: Offer = await offers.offer(
        session,
        line[0],
        possible.places_for(line[0], known)[0],
        terminal_id=scene.stations[cast.TERMINALS[0]],
        until=now + offers.ANSWER,
        keyring=keyring,
        now=now,
    )
    asked = await session.get_one(Visitor, line[0].visitor_ids[0])
    code = waiting.code_of(made, keyring=keyring)
    return {"offer": code or "", "asked": (asked.phone or "")[-4:]}

"""What a morning brings to the demonstration: a queue, ticks, wishes, a call for help.

Comes after the seed, through the use cases that pages call.
"""

from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import agenda, cast
from config.agenda import Scene
from scheduler import ruling
from scheduler.ruling import Word
from visitation import calls, cases, people, visits
from visitation.audit import Actor
from visitation.calls import after, helping
from visitation.calls.words import HelpPlace, Mood
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import ParticipantState, VisitState
from visitation.people.links import Wanted
from visitation.places import Site, Station
from visitation.points import equipment, handing, queue
from visitation.points.equipment import Parts
from visitation.points.queue import TicketAct
from visitation.rulings.words import RulingKind
from visitation.visits import Visit, incidents
from visitation.words import CaseKind, Errand, IncidentKind, Part, Relation, Role

_ERRANDS = (Errand.VISIT, Errand.BOOKING, Errand.OTHER, Errand.VISIT, Errand.BOOKING)
_WISHES = (
    ("1002", CaseKind.FURLOUGH, ""),
    ("1003", CaseKind.MEDICAL, "درد دندان دارد"),
    ("1004", CaseKind.TRANSFER, "راه ما تا ندامتگاه خیلی دور است"),
)
_NOTE = "مادر خانواده دربارهٔ مرخصی عید می‌پرسد."
_RULED = "پرونده برای بررسی پزشکی به بهداری ندامتگاه فرستاده شد."
_INCIDENT = "صدا پنج دقیقه قطع بود؛ تماس دوباره گرفته شد."


async def fill(database: Database, keyring: Keyring, *, now: datetime) -> None:
    """Let the morning happen."""
    async with database.write() as session:
        scene = await agenda.scene_of(session)
        clerk = await _actor(session, "clerk", Role.CLERK)
        await _queue(session, keyring, clerk, now)
        await _past(session, scene, keyring, now)
        await _today(session, scene, keyring, clerk, now)
        await _newcomer(session, scene, keyring, now)


async def _queue(
    session: AsyncSession, keyring: Keyring, clerk: Actor, now: datetime
) -> None:
    point = await _site(session, cast.MOBILE_OFFICE)
    tickets = [
        await queue.issue(
            session,
            point=point,
            errand=errand,
            reference=keyring.reference(),
            by=clerk,
            now=now - timedelta(minutes=8 * (len(_ERRANDS) - number)),
        )
        for number, errand in enumerate(_ERRANDS)
    ]
    for ticket, act in (
        (tickets[0], TicketAct.CALL),
        (tickets[0], TicketAct.SERVE),
        (tickets[1], TicketAct.CALL),
    ):
        await queue.move(session, ticket, act, by=clerk, now=now)
    stations = await session.exec(select(Station).where(Station.site_id == point.id))
    for station, works in zip(stations.all(), (True, False), strict=True):
        await equipment.record(
            session,
            station,
            Parts(camera=True, microphone=works, loudspeaker=True),
            by=clerk,
            now=now - timedelta(minutes=40),
        )


async def _past(
    session: AsyncSession, scene: Scene, keyring: Keyring, now: datetime
) -> None:
    """What families asked for after their visits, and what an official answered."""
    for number, kind, text in _WISHES:
        visit = await _visit_of(session, number, VisitState.COMPLETED)
        visitor = await _visitor(session, visit)
        by = Actor.visitor(visitor.visitor_id or 0)
        await after.feel(
            session, participant_id=visitor.id, mood=Mood.GOOD, now=visit.ends_at
        )
        await cases.after.wish(
            session,
            participant_id=visitor.id,
            kind=kind,
            text=text,
            keyring=keyring,
            by=by,
            now=visit.ends_at,
        )
    visit = await _visit_of(session, "1003", VisitState.COMPLETED)
    (heard,) = await cases.after.wishes_of(session, visit_id=visit.id)
    await ruling.pronounce(
        session,
        visit,
        Word(
            kind=RulingKind.REFERRED,
            about=CaseKind.MEDICAL,
            text=_RULED,
            case=heard.reference,
            tell=True,
        ),
        keyring=keyring,
        by=await _actor(session, "prosecutor", Role.OFFICIAL),
        now=now - timedelta(hours=1),
    )
    await incidents.report(
        session,
        visit,
        kind=IncidentKind.DEVICE,
        text=_INCIDENT,
        keyring=keyring,
        by=scene.warden,
        now=visit.ends_at,
    )


async def _today(
    session: AsyncSession, scene: Scene, keyring: Keyring, clerk: Actor, now: datetime
) -> None:
    """Who came early, who was fetched, and who calls for help."""
    first = await _visit_of(session, "1002", VisitState.BOOKED)
    for person in await visits.participants(session, first.id):
        prisoner = person.part is Part.PRISONER
        state = ParticipantState.TOLD if prisoner else ParticipantState.ARRIVED
        by = scene.warden if prisoner else clerk
        await calls.tick(session, person, state, by=by, now=now)
    visitor = await _visitor(session, first)
    await helping.ask(
        session,
        participant_id=visitor.id,
        place=HelpPlace.WAITING,
        keyring=keyring,
        by=Actor.visitor(visitor.visitor_id or 0),
        now=now,
    )
    await handing.hand(session, first, text=_NOTE, by=clerk, now=now)


async def _newcomer(
    session: AsyncSession, scene: Scene, keyring: Keyring, now: datetime
) -> None:
    """A phone that asks to be linked to a prisoner."""
    visitor = await people.add_visitor(
        session,
        name="ثریا گندمی",
        phone="+989120001030",
        keyring=keyring,
        by=scene.scheduler,
        now=now,
    )
    await people.ask_for_link(
        session,
        Wanted(
            prison_id=scene.prison.id,
            prisoner_number="",
            prisoner_name="سهراب گندمی",
            relation=Relation.SPOUSE,
            name="ثریا گندمی",
            national_id=None,
        ),
        visitor_id=visitor.id,
        keyring=keyring,
        by=Actor.visitor(visitor.id),
        now=now,
    )


async def _actor(session: AsyncSession, username: str, role: Role) -> Actor:
    account = await people.account_named(session, username)
    assert account is not None
    return Actor.account(account.id, role)


async def _visit_of(session: AsyncSession, number: str, state: VisitState) -> Visit:
    prisoner = await agenda.prisoner_of(session, number)
    rows = await session.exec(
        select(Visit)
        .where(Visit.prisoner_id == prisoner.id, Visit.state == state)
        .order_by(col(Visit.starts_at))
    )
    visit = rows.first()
    assert visit is not None
    return visit


async def _visitor(session: AsyncSession, visit: Visit) -> visits.Participant:
    everyone = await visits.participants(session, visit.id)
    return next(person for person in everyone if person.visitor_id is not None)


async def _site(session: AsyncSession, name: str) -> Site:
    return (await session.exec(select(Site).where(Site.name == name))).one()

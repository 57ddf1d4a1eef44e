"""What the demonstration has not, but pages are made for: work left over, say."""

from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import agenda, cast
from config.agenda import Scene
from scheduler import calling, sweeps
from tests.pages import rare
from visitation import calls, people
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import ParticipantState, VisitState
from visitation.messages import Message, drafted
from visitation.people import Account, Visitor
from visitation.places import MobileDay
from visitation.visits import Participant, Visit, participants
from visitation.wording import Template
from visitation.words import ContactState, Part, Relation, Role, VisitKind

#: Whose visit was live yesterday when everybody went home, and who comes once more.
_UNCLOSED, _FOLLOWING = "1011", "1006"
_SHARED_PHONE = "فاطمه رودباری"


async def fill(
    database: Database, keyring: Keyring, *, now: datetime
) -> dict[str, str]:
    """Leave a visit unclosed, give an official two visits and a phone two prisoners."""
    async with database.write() as session:
        scene = await agenda.scene_of(session)
        then = agenda.at_hour(scene, now, -1, 9)
        left = await agenda.book(session, scene, keyring, _UNCLOSED, then)
        for person in await participants(session, left.id):
            await calls.tick(
                session,
                person,
                ParticipantState.IDENTIFIED,
                by=scene.warden,
                now=left.starts_at,
            )
        await calls.start(session, left, by=scene.warden, now=left.starts_at)
        await agenda.book(
            session,
            scene,
            keyring,
            _FOLLOWING,
            now + timedelta(hours=2),
            official_id=scene.officials[cast.OPEN_OFFICIAL],
            now=now,
        )
        await _second_prisoner(session, now)
        await _to_ring(session, scene, now)
        await _watched(session, scene, keyring)
        deputy = select(Account).where(Account.username == cast.OTHER_OFFICIAL)
        account = (await session.exec(deputy)).one()
        account.totp_sealed = keyring.seal("totp", "GEZDGNBVGY3TQOJQ")
        marks = await rare.fill(session, scene, keyring, now=now)
        mobile = (await session.exec(select(MobileDay.reference))).one()
    await sweeps.flag_unclosed(database, now=now, means=None)
    return {
        "unclosed": left.reference,
        "prison": str(scene.prison.id),
        "mobile": mobile,
        "day": now.date().isoformat(),
        **marks,
    }


async def _second_prisoner(session: AsyncSession, now: datetime) -> None:
    visitor = select(Visitor.id).where(Visitor.name == _SHARED_PHONE)
    await people.link(
        session,
        prisoner_id=(await agenda.prisoner_of(session, _FOLLOWING)).id,
        visitor_id=(await session.exec(visitor)).one(),
        relation=Relation.FRIEND,
        state=ContactState.APPROVED,
        by=SYSTEM,
        now=now,
    )


async def _to_ring(session: AsyncSession, scene: Scene, now: datetime) -> None:
    """Reminders of today's and tomorrow's visits that reached nobody."""
    coming = select(Visit).where(
        Visit.prison_id == scene.prison.id,
        Visit.state == VisitState.BOOKED,
        col(Visit.starts_at) > now,
    )
    for visit in (await session.exec(coming.order_by(col(Visit.starts_at)))).all()[:3]:
        for person in await participants(session, visit.id):
            if person.visitor_id is None:
                continue
            visitor = await session.get_one(Visitor, person.visitor_id)
            message = Message(
                **drafted(
                    Template.REMINDER_SOON,
                    dedup_key=f"lost-{person.id}",
                    phone=visitor.phone or "",
                    language="fa",
                    variables={"time": "۱۳:۰۰", "place": cast.OFFICE},
                    now=now,
                    expires_at=visit.starts_at,
                    visit_id=visit.id,
                    participant_id=person.id,
                )
            )
            session.add(message)
            await session.flush()
            await calling.ask(session, message, visit, now=now)


async def _watched(session: AsyncSession, scene: Scene, keyring: Keyring) -> None:
    """Staff watched the visits that are over, for five minutes each."""
    over = select(Visit).where(
        Visit.kind == VisitKind.FAMILY, Visit.state == VisitState.COMPLETED
    )
    warden = select(Account).where(Account.role == Role.WARDEN)
    account = (await session.exec(warden.order_by(col(Account.id)))).first()
    assert account is not None
    for visit in (await session.exec(over)).all():
        person = Participant(
            reference=keyring.reference(),
            visit_id=visit.id,
            part=Part.MONITOR,
            account_id=account.id,
        )
        session.add(person)
        await session.flush()
        since = visit.starts_at + timedelta(minutes=5)
        until = since + timedelta(minutes=5)
        await calls.joined(session, person, by=scene.warden, now=since)
        await calls.left(session, person, reason="left", by=scene.warden, now=until)

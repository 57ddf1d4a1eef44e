"""The demonstration's requests of prisoners: new, late, decided, appealed, ordered.

Comes after the people, and like the agenda through the use cases that pages call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import agenda, cast
from config.agenda import Scene
from visitation import cases, people
from visitation.audit import Actor
from visitation.cases import Case, acts, orders
from visitation.keyring import Keyring
from visitation.people import Visitor
from visitation.places import Site
from visitation.words import CaseKind, CaseSource, Role, Visibility

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked so many days ago, for the prisoner of a number, and by whom."""

    prisoner: str
    kind: CaseKind
    days_ago: int
    by: str = ""
    text: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    at: str = ""


#: Nobody has these yet; the last one a prisoner asked for himself.
_NEW = (
    Asked(
        prisoner="1002",
        kind=CaseKind.FURLOUGH,
        days_ago=2,
        by="مینا دشتی",
        text="عروسی خواهرش است. سه روز مرخصی می‌خواهیم.",
        answers={"reason": "occasion", "days": "3", "guarantor": "yes"},
    ),
    Asked(
        prisoner="1007",
        kind=CaseKind.COMPLAINT,
        days_ago=1,
        by="شیرین سنگری",
        text="سه هفته است نوبت تلفن به او نمی‌دهند.",
        answers={"about": "contact"},
    ),
    Asked(
        prisoner="1009",
        kind=CaseKind.VISIT,
        days_ago=3,
        by="حلیمه کوهپایه",
        text="پیر هستم و نمی‌توانم راه دور بیایم.",
        answers={"with": "video"},
        at=cast.OFFICE,
    ),
    Asked(
        prisoner="1006",
        kind=CaseKind.PHONE_MONEY,
        days_ago=1,
        text="پولی که خانواده فرستاده به حسابم ننشسته است.",
        answers={"what": "money"},
    ),
)
_LATE = Asked(
    prisoner="1003",
    kind=CaseKind.MEDICAL,
    days_ago=9,
    by="فاطمه رودباری",
    text="داروی قلبش یک ماه است نرسیده.",
    answers={"what": "medicine", "urgent": "yes", "medicine": "وارفارین"},
)
_GRANTED = Asked(
    prisoner="1004",
    kind=CaseKind.TRANSFER,
    days_ago=12,
    by="حمید سپهری",
    text="مادرمان نمی‌تواند سفر کند.",
    answers={"to": "زندان مرکزی هامون", "reason": "nearer"},
)
_APPEALED = Asked(
    prisoner="1005",
    kind=CaseKind.RELEASE,
    days_ago=16,
    by="طاهره بلوطی",
    text="دو سال از سه سال حبسش گذشته است.",
    answers={"settled": "yes"},
)
_ANSWERED = Asked(
    prisoner="1010",
    kind=CaseKind.STATUS,
    days_ago=8,
    by="لیلا دره‌ای",
    answers={"what": "hearing"},
)


async def fill(session: AsyncSession, keyring: Keyring, *, now: datetime) -> None:
    """Ask for all of it, and answer some."""
    scene = await agenda.scene_of(session)
    judge, deputy = (
        Actor.account(scene.officials[name], Role.OFFICIAL)
        for name in (cast.OPEN_OFFICIAL, cast.OTHER_OFFICIAL)
    )
    for one in _NEW:
        await _ask(session, scene, keyring, one, now)
    await _late(session, scene, keyring, judge, now)
    await _granted(session, scene, keyring, judge, now)
    await _appealed(session, scene, keyring, deputy, now)
    await _answered(session, scene, keyring, judge, now)


async def _ask(
    session: AsyncSession, scene: Scene, keyring: Keyring, one: Asked, now: datetime
) -> Case:
    prisoner = await agenda.prisoner_of(session, one.prisoner)
    clerk = await people.account_named(session, "clerk")
    by = Actor.account(clerk.id, Role.CLERK) if clerk and one.at else scene.warden
    visitor = await _visitor(session, one.by) if one.by else None
    if visitor is not None and not one.at:
        by = Actor.visitor(visitor.id)
    raised = await cases.raise_case(
        session,
        kind=one.kind,
        prisoner_id=prisoner.id,
        source=CaseSource.FAMILY if one.by else CaseSource.PRISONER,
        text=one.text,
        answers=one.answers,
        visitor_id=visitor.id if visitor else None,
        point_id=await _site(session, one.at) if one.at else None,
        keyring=keyring,
        by=by,
        now=now - one.days_ago * _DAY,
    )
    return raised.case


async def _late(
    session: AsyncSession, scene: Scene, keyring: Keyring, judge: Actor, now: datetime
) -> None:
    case = await _ask(session, scene, keyring, _LATE, now)
    await acts.take(session, case, by=judge, now=now - 7 * _DAY)
    await acts.note(
        session,
        case,
        text="از بهداری نامه خواسته شد.",
        visibility=Visibility.STAFF,
        by=judge,
        now=now - 6 * _DAY,
    )


async def _granted(
    session: AsyncSession, scene: Scene, keyring: Keyring, judge: Actor, now: datetime
) -> None:
    """Agreed to, but the prison has still to do something for it."""
    case = await _ask(session, scene, keyring, _GRANTED, now)
    then = now - 2 * _DAY
    await acts.take(session, case, by=judge, now=then)
    await acts.grant(
        session, case, text="با انتقال به هامون موافقت می‌شود.", by=judge, now=then
    )
    await orders.make(
        session,
        case,
        text="ترتیب انتقال داده و تاریخ آن اعلام شود.",
        due_days=5,
        site_id=scene.prison.id,
        keyring=keyring,
        by=judge,
        now=then,
    )


async def _appealed(
    session: AsyncSession, scene: Scene, keyring: Keyring, deputy: Actor, now: datetime
) -> None:
    case = await _ask(session, scene, keyring, _APPEALED, now)
    await acts.take(session, case, by=deputy, now=now - 9 * _DAY)
    await acts.deny(
        session, case, text="هنوز زمان آن نرسیده است.", by=deputy, now=now - 5 * _DAY
    )
    visitor = await _visitor(session, _APPEALED.by)
    await acts.appeal(
        session,
        case,
        text="زمانش پارسال رسیده است. دوباره نگاه کنید.",
        by=Actor.visitor(visitor.id),
        now=now - _DAY,
    )


async def _answered(
    session: AsyncSession, scene: Scene, keyring: Keyring, judge: Actor, now: datetime
) -> None:
    """An order that was carried out, and then the answer."""
    case = await _ask(session, scene, keyring, _ANSWERED, now)
    then = now - 6 * _DAY
    await acts.take(session, case, by=judge, now=then)
    order = await orders.make(
        session,
        case,
        text="تاریخ جلسهٔ دادگاه از شعبه پرسیده شود.",
        due_days=3,
        site_id=scene.prison.id,
        keyring=keyring,
        by=judge,
        now=then,
    )
    await orders.carry_out(
        session, order, answer="هفدهم ماه آینده.", by=scene.warden, now=then + _DAY
    )
    case = await session.get_one(Case, case.id)
    await acts.grant(
        session,
        case,
        text="جلسهٔ دادگاه هفدهم ماه آینده است.",
        by=judge,
        now=then + 2 * _DAY,
    )


async def _visitor(session: AsyncSession, name: str) -> Visitor:
    return (await session.exec(select(Visitor).where(Visitor.name == name))).one()


async def _site(session: AsyncSession, name: str) -> int:
    return (await session.exec(select(Site.id).where(Site.name == name))).one()

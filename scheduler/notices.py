"""Who is told what about a visit, in their own language and the prison's wall time.

Writes messages into the outbox in the transaction of the act. Who does not read, or has
a landline, is called; who has no phone is told through their helper, or else by the
clerk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

import sqlmodel
from sqlalchemy import bindparam, func, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import database, messages, wording
from visitation.people.tables import Account, Visitor
from visitation.places import Site
from visitation.visits import Participant, Visit
from visitation.wording import Template
from visitation.words import (
    Addressee,
    Attendance,
    Channel,
    DeclineReason,
    Outcome,
    Part,
)

#: A cancellation is worth telling even a while after the visit would have begun.
CANCELLATION_LASTS = timedelta(hours=6)

OFFICIALS = frozenset({Part.OFFICIAL, Part.COMPANION})
#: Who come for the family, with a code of their own.
FAMILY = (Part.VISITOR, Part.INTERPRETER)
#: What a visitor is told, and what an official is told of the same, if anything.
FOR_OFFICIALS: Mapping[Template, Template] = {
    Template.BOOKED: Template.OFFICIAL_BOOKED,
    Template.MOVED: Template.OFFICIAL_MOVED,
    Template.CHANGED: Template.OFFICIAL_CHANGED,
    Template.CANCELLED: Template.OFFICIAL_CANCELLED,
    Template.WAITLISTED: Template.OFFICIAL_CANCELLED,
    Template.REMINDER_DAY: Template.OFFICIAL_REMINDER_DAY,
    Template.REMINDER_SOON: Template.OFFICIAL_REMINDER_SOON,
}
#: What is worth telling although the visit does not take place.
_BAD_NEWS = frozenset(
    {
        Template.CANCELLED,
        Template.WAITLISTED,
        Template.DECLINED,
        Template.EXPIRED,
        Template.OFFICIAL_CANCELLED,
    }
)
_prison, _point = aliased(Site), aliased(Site)


def _told_of(which: Any) -> Any:
    return (
        select(
            col(Participant.visit_id),
            col(Participant.id),
            col(Participant.part),
            func.coalesce(Visitor.phone, Account.phone),
            func.coalesce(Visitor.language, Account.language),
            func.coalesce(Visitor.reads, true()),
            col(Visitor.helper_phone),
            col(_prison.zone),
            col(_point.name),
        )
        .join(Visit, col(Visit.id) == col(Participant.visit_id))
        .join(_prison, col(_prison.id) == col(Visit.prison_id))
        .outerjoin(_point, col(_point.id) == col(Visit.point_id))
        .outerjoin(Visitor, col(Visitor.id) == col(Participant.visitor_id))
        .outerjoin(Account, col(Account.id) == col(Participant.account_id))
        .where(
            which,
            col(Participant.part).in_([*FAMILY, *sorted(OFFICIALS)]),
        )
        .order_by(col(Participant.id))
    )


#: Made once: putting it together takes longer than its answer.
_TOLD = _told_of(col(Participant.visit_id) == bindparam("visit"))
_TOLD_EACH = _told_of(
    col(Participant.visit_id).in_(bindparam("visits", expanding=True))
)


class Address(TypedDict):
    """Whose number a message goes to, and how."""

    phone: str
    channel: Channel
    addressee: Addressee


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody to be told: a visitor, an interpreter, or an official.

    Attributes:
        reads: whether they read; somebody who does not is called.
        helper: the number of whoever helps them, told where they cannot be.
    """

    participant_id: int
    part: Part
    phone: str | None
    language: str
    reads: bool = True
    helper: str | None = None

    @property
    def address(self) -> Address | None:
        """Where messages to them go; None where nobody can be told by message."""
        if self.phone is not None:
            return Address(
                phone=self.phone,
                channel=messages.channel_to(self.phone, reads=self.reads),
                addressee=Addressee.OWN,
            )
        if self.helper is not None:
            return Address(
                phone=self.helper,
                channel=messages.channel_to(self.helper),
                addressee=Addressee.HELPER,
            )
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where a visit takes place, as people are told."""

    zone: ZoneInfo
    point: str | None


#: Where a visit takes place, and who is told of it.
Audience = tuple[Scene, list[Recipient]]


async def tell(
    session: AsyncSession,
    visit: Visit,
    template: Template,
    *,
    now: datetime,
    why: DeclineReason | Outcome | None = None,
) -> tuple[Recipient, ...]:
    """Tell everybody concerned; return those without a number, for the clerk to tell.

    Telling again what was told of the same version of the visit writes nothing. A
    declined request and a cancelled visit say `why`.
    """
    told = await audience(session, visit)
    await messages.put_all(session, drafts(visit, told, template, now=now, why=why))
    return tuple(one for one in told[1] if one.address is None)


def drafts(
    visit: Visit,
    told: Audience,
    template: Template,
    *,
    now: datetime,
    why: DeclineReason | Outcome | None = None,
) -> list[dict[str, Any]]:
    """What everybody who can be told by message would be told."""
    scene, everybody = told
    said = {
        one: FOR_OFFICIALS.get(template) if one.part in OFFICIALS else template
        for one in everybody
        if one.address is not None
    }
    return [
        drafted(visit, one, what, scene=scene, now=now, why=why)
        for one, what in said.items()
        if what is not None
    ]


async def put(
    session: AsyncSession,
    visit: Visit,
    recipient: Recipient,
    template: Template,
    *,
    scene: Scene,
    now: datetime,
) -> bool:
    """Write one message; False if it was written before."""
    if recipient.address is None:
        return False
    draft = drafted(visit, recipient, template, scene=scene, now=now)
    return await messages.put_all(session, [draft]) == 1


def drafted(
    visit: Visit,
    recipient: Recipient,
    template: Template,
    *,
    scene: Scene,
    now: datetime,
    why: DeclineReason | Outcome | None = None,
) -> dict[str, Any]:
    """What somebody who can be told by message would be told."""
    last = visit.starts_at
    if template in _BAD_NEWS:
        last = max(last, now + CANCELLATION_LASTS)
    return messages.drafted(
        template,
        dedup_key=(
            f"visit:{visit.id}:v{visit.version}:{template}:{recipient.participant_id}"
        ),
        **_address(recipient),
        language=recipient.language,
        variables=variables(visit, recipient, scene)
        | ({"why": wording.why(why, recipient.language)} if why else {}),
        now=now,
        # A visit booked as it begins is still worth its code.
        expires_at=max(last, now + timedelta(minutes=10)),
        visit_id=visit.id,
        participant_id=recipient.participant_id,
    )


def _address(recipient: Recipient) -> Address:
    address = recipient.address
    assert address is not None
    return address


async def recipients(session: AsyncSession, visit_id: int) -> list[Recipient]:
    """The visitors and the official of a visit."""
    return [recipient for recipient, _scene in await _told(session, visit_id)]


async def audience(session: AsyncSession, visit: Visit) -> Audience:
    """Where a visit takes place and who is told, in one query."""
    found = await _told(session, visit.id)
    if not found:
        return await scene_of(session, visit), []
    return found[0][1], [recipient for recipient, _scene in found]


async def audiences(
    session: AsyncSession, visits: Sequence[Visit]
) -> dict[int, Audience]:
    """The same of many, by id; another query for each that has nobody to tell."""
    rows = await database.rows(
        session, _TOLD_EACH, {"visits": [visit.id for visit in visits]}
    )
    found: dict[int, Audience] = {}
    for visit_id, *told in rows:
        recipient, scene = _one_told(told)
        found.setdefault(visit_id, (scene, []))[1].append(recipient)
    for visit in visits:
        if visit.id not in found:
            found[visit.id] = await scene_of(session, visit), []
    return found


async def _told(session: AsyncSession, visit_id: int) -> list[tuple[Recipient, Scene]]:
    # What is read below goes past the session, which may have changes to write.
    await session.flush()
    rows = await database.rows(session, _TOLD, {"visit": visit_id})
    return [_one_told(told) for _visit_id, *told in rows]


def _one_told(row: Sequence[Any]) -> tuple[Recipient, Scene]:
    number, part, phone, language, reads, helper, zone, point = row
    recipient = Recipient(
        participant_id=number,
        part=Part(part),
        phone=phone,
        language=language,
        reads=bool(reads),
        helper=helper,
    )
    return recipient, Scene(zone=ZoneInfo(zone), point=point)


async def scene_of(session: AsyncSession, visit: Visit) -> Scene:
    """The prison's zone, and the name of the point where the family sits, if any."""
    point = aliased(Site)
    rows = await session.exec(
        sqlmodel.select(Site.zone, point.name)
        .outerjoin(point, col(point.id) == visit.point_id)
        .where(Site.id == visit.prison_id)
    )
    zone, name = rows.one()
    return Scene(zone=ZoneInfo(zone), point=name)


def variables(visit: Visit, recipient: Recipient, scene: Scene) -> dict[str, str]:
    """The values a message about a visit is made of; never the join code."""
    return variables_at(
        visit.starts_at, recipient, scene, by_phone=visit.attendance is Attendance.PHONE
    )


def variables_at(
    start: datetime, recipient: Recipient, scene: Scene, *, by_phone: bool
) -> dict[str, str]:
    """The same for a visit that begins at a time; `by_phone` if its official phones."""
    wall = start.astimezone(scene.zone)
    language = recipient.language
    place = spoken_place(scene.point, language)
    if recipient.part is Part.OFFICIAL:
        place = wording.place("own_phone" if by_phone else "desk", language)
    return {
        "day": spoken_day(wall, language),
        "time": spoken_time(wall, language),
        "place": place,
    }


def spoken_place(point: str | None, language: str) -> str:
    """The name of the point where a family sits; without one, its own phone."""
    return point or wording.place("own_phone", language)


def spoken_day(wall: datetime, language: str) -> str:
    """A local day, short enough for a text: «دوشنبه ۲ آذر», or "23 Nov/2 Azar"."""
    return wording.spoken_day(wall.date(), language)


def spoken_time(wall: datetime, language: str) -> str:
    """A wall time: «۱۰:۳۰», or "10:30"."""
    return wording.digits(f"{wall:%H:%M}", language)

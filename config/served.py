"""The demonstration's services at its points: of the last weeks, and of today.

Written down as a clerk does, by the same use case; what was done when is a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import cast
from visitation import people
from visitation.audit import Actor
from visitation.keyring import Keyring
from visitation.places import Site
from visitation.services import recording
from visitation.services.recording import Entry
from visitation.words import Role, ServiceChannel, ServiceKind

_OPENS: Final = 9
_APART: Final = timedelta(minutes=17)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A service, for how many people, by whom, and a remark."""

    kind: ServiceKind
    people: int = 1
    channel: ServiceChannel = ServiceChannel.STAFF
    note: str = ""


#: They follow one another over all days, and begin again at the end.
WORK: Final = (
    Served(kind=ServiceKind.PETITION),
    Served(kind=ServiceKind.SANA, channel=ServiceChannel.SELF),
    Served(kind=ServiceKind.VISIT, people=3),
    Served(kind=ServiceKind.COMPLAINT),
    Served(kind=ServiceKind.NO_RECORD, channel=ServiceChannel.SELF),
    Served(kind=ServiceKind.BRIEF),
    Served(
        kind=ServiceKind.LIVELIHOOD,
        people=4,
        note="برای کمک به انجمن حمایت معرفی شدند.",
    ),
    Served(kind=ServiceKind.DECLARATION),
    Served(kind=ServiceKind.SANA, people=2, channel=ServiceChannel.SELF),
    Served(kind=ServiceKind.REGISTRY),
    Served(kind=ServiceKind.PUBLIC_RIGHTS, people=5, note="آب آشامیدنی روستا."),
    Served(kind=ServiceKind.FORENSIC),
    Served(kind=ServiceKind.OTHER, note="راهنمایی دربارهٔ بیمه."),
)
#: How many days ago, at which point, and how many services.
DAYS: Final = (
    (24, cast.OFFICE, 4),
    (22, cast.MOBILE_OFFICE, 3),
    (19, cast.TRAVELLING_OFFICE, 3),
    (17, cast.OFFICE, 4),
    (15, cast.VILLAGE, 2),
    (11, cast.OFFICE, 4),
    (9, cast.MOBILE_OFFICE, 3),
    (6, cast.OFFICE, 4),
    (3, cast.MOBILE_OFFICE, 3),
    (1, cast.OFFICE, 4),
    (0, cast.OFFICE, 6),
    (0, cast.MOBILE_OFFICE, 2),
)


async def fill(session: AsyncSession, keyring: Keyring, *, now: datetime) -> None:
    """Write all of it down, each service soon after it was done."""
    clerk = await people.account_named(session, "clerk")
    assert clerk is not None
    by, work = Actor.account(clerk.id, Role.CLERK), cycle(WORK)
    for days_ago, name, count in DAYS:
        point = (await session.exec(select(Site).where(Site.name == name))).one()
        times = _times(point, days_ago, count, now=now)
        entries = [
            Entry(
                reference=keyring.reference(),
                point_id=point.id,
                kind=one.kind,
                done_at=done_at,
                channel=one.channel,
                people=one.people,
                note=one.note,
            )
            for one, done_at in zip(islice(work, count), times, strict=True)
        ]
        await recording.record_many(
            session, entries, points={point.id: point}, by=by, now=times[-1]
        )


def _times(
    point: Site, days_ago: int, count: int, *, now: datetime
) -> Sequence[datetime]:
    """When services of a day were done; those of today fit in before now."""
    local = now.astimezone(ZoneInfo(point.zone)) - timedelta(days=days_ago)
    opens = local.replace(hour=_OPENS, minute=0, second=0, microsecond=0)
    if days_ago:
        return [(opens + k * _APART).astimezone(UTC) for k in range(count)]
    begins = opens if opens < local else opens.replace(hour=0)
    step = min(_APART, (local - begins) // count)
    return [(begins + (k + 1) * step).astimezone(UTC) for k in range(count)]

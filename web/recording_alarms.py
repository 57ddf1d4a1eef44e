"""Recordings that stopped by themselves, as the prison's board names them."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people import Prisoner
from visitation.people.scope import Scope
from visitation.places import Site
from visitation.recordings import alarms
from visitation.recordings.tables import Recording
from visitation.visits import Visit
from visitation.words import RecordingState
from web import present
from web.i18n import _
from web.labels import label


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One of them, until somebody says that they saw it."""

    reference: str
    visit: str
    words: str


async def rows(session: AsyncSession, *, scope: Scope) -> Sequence[Alarm]:
    """What nobody of the prisons in a scope has seen yet, the newest first."""
    sites = (await session.exec(select(Site.id).where(scope.of_sites()))).all()
    unseen = await alarms.open(session, sites)
    if not unseen:
        return ()
    found = await session.exec(
        select(Visit, Prisoner.name, Site.zone)
        .join(Prisoner, col(Prisoner.id) == Visit.prisoner_id)
        .join(Site, col(Site.id) == Visit.prison_id)
        .where(col(Visit.id).in_({one.visit_id for one in unseen}))
    )
    visits = {visit.id: (visit, name, zone) for visit, name, zone in found.all()}
    return tuple(_alarm(one, *visits[one.visit_id]) for one in unseen)


def _alarm(recording: Recording, visit: Visit, name: str, zone: str) -> Alarm:
    came_to_nothing = recording.state is RecordingState.FAILED
    end = None if came_to_nothing else recording.end_reason
    words = _(
        "Recording of %(name)s, %(time)s: it stopped by itself. %(why)s.",
        name=present.isolated(name),
        time=present.moment(visit.starts_at, ZoneInfo(zone)),
        why=label(recording.state if end is None else end),
    )
    return Alarm(reference=recording.reference, visit=visit.reference, words=words)

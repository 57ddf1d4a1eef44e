"""A visit that is recorded, for the tests of this folder."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from tests.conftest import NOON
from tests.visitation.booked import booked
from visitation.audit import SYSTEM, Actor
from visitation.audit.tables import AuditEntry
from visitation.people.tables import Account
from visitation.recordings import beginning, consenting, finishing, going
from visitation.recordings.finishing import FinishedFile
from visitation.recordings.tables import Recording
from visitation.visits import Participant, Visit
from visitation.words import Recorded, RecordingEnd, Role, VisitKind

MINUTE = timedelta(minutes=1)
END = NOON + 10 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A visit in a prison that records, its people and a member of its staff."""

    visit: Visit
    prisoner: Participant
    visitor: Participant
    account: Account

    @property
    def warden(self) -> Actor:
        return Actor.account(self.account.id, Role.WARDEN)


async def scene(
    session: AsyncSession,
    kind: VisitKind = VisitKind.FAMILY,
    *,
    recorded: Recorded = Recorded.CONSENT,
) -> Scene:
    world = await make.world(session)
    await make.policy(session, world.prison, recorded=recorded)
    visit, (prisoner, visitor) = await booked(session, world, kind=kind)
    account = await make.account(session, Role.WARDEN, sites=[world.prison])
    return Scene(visit=visit, prisoner=prisoner, visitor=visitor, account=account)


async def agreed(session: AsyncSession, of: Scene) -> None:
    for one in (of.prisoner, of.visitor):
        await consenting.consent(
            session, one, True, by=Actor.participant(one.id), now=NOON
        )


async def begun(
    session: AsyncSession, of: Scene, reference: str = "rec-1"
) -> Recording:
    await agreed(session, of)
    return await beginning.begin(
        session, of.visit, reference=reference, by=SYSTEM, now=NOON
    )


async def ended(
    session: AsyncSession, of: Scene, reference: str = "rec-1", **how: Any
) -> Recording:
    recording = await begun(session, of, reference)
    await beginning.journal(
        session, recording, of.visitor, "visitor-1.journal", now=NOON + MINUTE
    )
    reason = how.get("reason", RecordingEnd.VISIT_ENDED)
    await going.end(session, recording, reason, by=SYSTEM, now=END)
    return recording


def film(of: Scene, **columns: Any) -> FinishedFile:
    return FinishedFile(
        **{
            "name": "visitor-1.webm.sealed",
            "participant": of.visitor.reference,
            "starts_ms": 60_000,
            "duration_ms": 540_000,
            "width": 640,
            "height": 480,
            "size_bytes": 7_000_000_000,
            "sha256": "a" * 64,
            **columns,
        }
    )


async def finished(
    session: AsyncSession, of: Scene, reference: str = "rec-1"
) -> Recording:
    recording = await ended(session, of, reference)
    await finishing.finished(
        session, recording, [film(of)], 600, keep_days=90, now=END + MINUTE
    )
    return recording


async def noted(session: AsyncSession, recording: Recording) -> list[tuple[str, Any]]:
    """What the record says was done to a recording, with its facts."""
    rows = await session.exec(
        select(AuditEntry.action, AuditEntry.facts)
        .where(AuditEntry.subject == f"recording:{recording.reference}")
        .where(AuditEntry.visit_id == recording.visit_id)
        .order_by(AuditEntry.id)  # type: ignore[arg-type]
    )
    return [tuple(one) for one in rows]

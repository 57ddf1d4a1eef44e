"""An official's attendance of single visits, by a cover of theirs where one fits.

Either way a second attendance at the same time is a clash. Knows no page.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import notices
from visitation import audit, visits
from visitation.audit import Actor
from visitation.errors import Invalid, NotFound, VisitationError
from visitation.keyring import Keyring
from visitation.lifecycle import ARRANGED, TO_COME, VisitState
from visitation.people import Account, Scope
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Cover, Participant, Visit
from visitation.wording import Template
from visitation.words import Attendance, Role, VisitKind

#: How much of what was noted of a visit is kept.
NOTE_LENGTH = 500


class AttendsElsewhere(VisitationError):
    """The official attends something else in that time."""

    def __init__(self, official_id: int, span: Timespan) -> None:
        super().__init__(str(official_id))
        self.official_id = official_id
        self.span = span


class NoOfficialWanted(VisitationError):
    """The visit has its official, or none may attend it."""


async def join(
    session: AsyncSession,
    visit: Visit,
    cover: Cover,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    """Let the official of a cover attend one more visit inside it.

    Raises:
        NoOfficialWanted: if the visit has another official, is none for officials, or
            does not lie within the cover.
        NoLongerThere: if somebody else changed it at the same moment.
    """
    span = Timespan(visit.starts_at, visit.ends_at)
    fits = await visits.holds(
        session, cover, prison_id=visit.prison_id, kiosk_id=visit.kiosk_id, span=span
    )
    if not fits or visit.official_id is not None or visit.kind is VisitKind.LEGAL:
        raise NoOfficialWanted(visit.reference)
    await attach(session, visit, cover, keyring, now)
    note(session, "official_comes", visit, cover.official_id, by=by, now=now)


async def attend(
    session: AsyncSession,
    visit: Visit,
    *,
    official_id: int,
    attendance: Attendance,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    """Let an official attend a visit that wants one, by a cover of theirs if it fits.

    Raises:
        NotFound: if there is no such official.
        Invalid: if the account is no official's in use, or they would sit beside a
            family that comes to no office.
        NoOfficialWanted: if the visit has its official, or none may attend it.
        AttendsElsewhere: if the official attends something else in that time.
        NoLongerThere: if somebody else changed it at the same moment.
    """
    await official_in_use(session, official_id)
    _check_place(visit, attendance)
    if visit.official_id is not None or visit.kind is VisitKind.LEGAL:
        raise NoOfficialWanted(visit.reference)
    span = Timespan(visit.starts_at, visit.ends_at)
    over = await visits.covering(
        session,
        official_id=official_id,
        prison_id=visit.prison_id,
        kiosk_id=visit.kiosk_id,
        span=span,
    )
    if over is not None:
        await join(session, visit, over, keyring=keyring, by=by, now=now)
        return
    try:
        await visits.take(session, {f"official:{official_id}"}, span, visit_id=visit.id)
    except visits.Taken:
        raise AttendsElsewhere(official_id, span) from None
    participant = await visits.attach(
        session,
        visit,
        official_id=official_id,
        attendance=attendance,
        cover_id=None,
        reference=keyring.reference(),
        now=now,
    )
    note(session, "official_comes", visit, official_id, by=by, now=now)
    await _told(session, visit, participant, now)


async def change(
    session: AsyncSession,
    visit: Visit,
    *,
    attendance: Attendance,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    """Let a visit's official attend it from elsewhere: desk, phone, or the village.

    Raises:
        NoOfficialWanted: if it has none.
        Invalid: if they would sit beside a family that comes to no office, or attend
            the visit by a cover, which says from where for all its visits.
        NoLongerThere: if somebody else changed it at the same moment.
    """
    if visit.official_id is None:
        raise NoOfficialWanted(visit.reference)
    if visit.attendance is attendance:
        return
    if visit.cover_id is not None:
        raise Invalid("attendance", "by_a_cover")
    _check_place(visit, attendance)
    await visits.attach(
        session,
        visit,
        official_id=visit.official_id,
        attendance=attendance,
        cover_id=None,
        reference=keyring.reference(),
        now=now,
    )
    note(
        session,
        "official_from",
        visit,
        visit.official_id,
        by=by,
        now=now,
        attendance=attendance.value,
    )


async def leave(
    session: AsyncSession, visit: Visit, *, reason: str, by: Actor, now: datetime
) -> None:
    """Take a visit's official away; it wants one again, and its note says why.

    The official is told, unless it is they who leave.

    Raises:
        Invalid: if no reason is given.
        NoOfficialWanted: if it has none.
        NoLongerThere: if somebody else changed it at the same moment.
    """
    official_id = visit.official_id
    if official_id is None:
        raise NoOfficialWanted(visit.reference)
    if not reason.strip():
        raise Invalid("reason", "reason_needed")
    if visit.state is VisitState.BOOKED and by.account_id != official_id:
        scene = await notices.scene_of(session, visit)
        for one in await notices.recipients(session, visit.id):
            if one.part in notices.OFFICIALS:
                gone = Template.OFFICIAL_CANCELLED
                await notices.put(session, visit, one, gone, scene=scene, now=now)
    remarks = "\n".join(filter(None, (visit.note, reason.strip())))[-NOTE_LENGTH:]
    await visits.detach(session, visit, wanted=True, now=now, note=remarks)
    note(session, "official_leaves", visit, official_id, by=by, now=now)


async def want(
    session: AsyncSession, visit: Visit, *, wanted: bool, by: Actor, now: datetime
) -> None:
    """Say whether an official is still to be found for a visit.

    Raises:
        NoOfficialWanted: if it has one, or none may attend it.
        NoLongerThere: if it is not to come any more, or got one at the same moment.
    """
    if visit.official_id is not None or visit.kind is VisitKind.LEGAL:
        raise NoOfficialWanted(visit.reference)
    if visit.official_wanted is wanted:
        return
    said = await session.exec(
        update(Visit)
        .where(
            col(Visit.id) == visit.id,
            col(Visit.official_id).is_(None),
            col(Visit.state).in_(TO_COME),
        )
        .values(official_wanted=wanted)
        .execution_options(synchronize_session=False)
    )
    if said.rowcount != 1:
        raise visits.NoLongerThere(visit.reference)
    await session.refresh(visit)
    action = "official_wanted" if wanted else "official_not_wanted"
    audit.note(session, by, action, f"visit:{visit.id}", now=now, visit_id=visit.id)


async def wanting(
    session: AsyncSession, *, scope: Scope, now: datetime
) -> Sequence[Visit]:
    """The visits to come at a scope's prisons and points that want an official."""
    inside = select(Site.id).where(scope.of_sites())
    rows = await session.exec(
        select(Visit)
        .where(
            col(Visit.official_wanted),
            col(Visit.state).in_(ARRANGED),
            col(Visit.starts_at) > now,
            or_(col(Visit.prison_id).in_(inside), col(Visit.point_id).in_(inside)),
        )
        .order_by(col(Visit.starts_at), col(Visit.id))
    )
    return rows.all()


async def official_in_use(session: AsyncSession, official_id: int) -> Account:
    """An official's account.

    Raises:
        NotFound: if there is none.
        Invalid: if it is no official's, or not in use.
    """
    account = await session.get(Account, official_id)
    if account is None:
        raise NotFound("official")
    if account.role is not Role.OFFICIAL or account.disabled_at is not None:
        raise Invalid("official", "not_an_official")
    return account


async def attach(
    session: AsyncSession, visit: Visit, cover: Cover, keyring: Keyring, now: datetime
) -> None:
    """Let a visit refer to a cover for its official."""
    await visits.attach(
        session,
        visit,
        official_id=cover.official_id,
        attendance=cover.attendance,
        cover_id=cover.id,
        reference=keyring.reference(),
        now=now,
    )


def note(
    session: AsyncSession,
    action: str,
    visit: Visit,
    official_id: int,
    *,
    by: Actor,
    now: datetime,
    **facts: str,
) -> None:
    """Write down that an official comes to a visit or leaves it."""
    audit.note(
        session,
        by,
        action,
        f"visit:{visit.id}",
        now=now,
        visit_id=visit.id,
        official=official_id,
        **facts,
    )


def _check_place(visit: Visit, attendance: Attendance) -> None:
    if attendance is Attendance.VILLAGE and visit.kiosk_id is None:
        raise Invalid("attendance", "nobody_to_sit_beside")


async def _told(
    session: AsyncSession, visit: Visit, participant: Participant, now: datetime
) -> None:
    if visit.state is not VisitState.BOOKED:
        return
    scene = await notices.scene_of(session, visit)
    for one in await notices.recipients(session, visit.id):
        if one.participant_id == participant.id:
            said = Template.OFFICIAL_BOOKED
            await notices.put(session, visit, one, said, scene=scene, now=now)

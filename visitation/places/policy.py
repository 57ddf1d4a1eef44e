"""What one prison allows: the numbers behind the booking rules and the doors.

Who chose them, and for how many prisons at once, is `policy_choices`' business.
"""

from dataclasses import dataclass, fields
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.places.tables import SitePolicy
from visitation.words import Approval, Asker, Chatting, Recorded, Supervision

#: The least and the most each number may be.
LIMITS = {
    "notice_minutes": (0, 30 * 24 * 60),
    "horizon_days": (1, 366),
    "turnover_minutes": (0, 60),
    "early_minutes": (0, 120),
    "grace_minutes": (0, 60),
    "max_party": (1, 12),
    "visits_per_week": (1, 14),
    "reminder_hours": (1, 72),
    "reminder_soon_minutes": (5, 720),
    "reconnect_grace_seconds": (10, 600),
    "credit_max_minutes": (0, 60),
    "family_notice_minutes": (0, 14 * 24 * 60),
    "family_horizon_days": (1, 366),
    "official_notice_minutes": (0, 30 * 24 * 60),
    "official_horizon_days": (1, 366),
    "visits_per_month": (1, 62),
    "adult_age": (12, 21),
    "cancel_minutes": (0, 7 * 24 * 60),
    "decide_minutes": (0, 7 * 24 * 60),
}
_PREFIX = {Asker.STAFF: "", Asker.FAMILY: "family_", Asker.OFFICIAL: "official_"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a prison allows.

    Attributes:
        notice_minutes: how long before its time staff must book a visit.
        horizon_days: how far ahead staff may book a visit.
        turnover_minutes: what a terminal needs between two visits; whole quanta.
        early_minutes: how long before its time the waiting room opens.
        grace_minutes: how long after its end the room stays open.
        max_party: how many visitors one visit may have.
        visits_per_week: how many visits a prisoner has from Saturday to Friday.
        reminder_hours: how long before a visit the first reminder goes out.
        reminder_soon_minutes: how long before a visit the second one goes out.
        reconnect_grace_seconds: how long a call waits for somebody whose line broke.
        credit_max_minutes: how much lost time a visit is given back, at most.
        supervision: whether family visits are held while nobody watches them.
        family_notice_minutes: how long before its time a family must ask for a visit.
        family_horizon_days: how far ahead a family may ask for one.
        official_notice_minutes: how long before its time an official must ask for one.
        official_horizon_days: how far ahead an official may ask for one.
        visits_per_month: how many visits a prisoner has in a month of the calendar.
        adult_age: from which age, in years, a visitor is an adult.
        cancel_minutes: how long before its time a family may still cancel a visit.
        decide_minutes: how long before its time a request expires undecided.
        approval: whether what families ask for is looked at before it is booked.
        chatting: what people in a supervised visit may write to each other.
        recorded: whether supervised visits are recorded, where everybody agrees.
    """

    notice_minutes: int = 60
    horizon_days: int = 60
    turnover_minutes: int = 5
    early_minutes: int = 30
    grace_minutes: int = 5
    max_party: int = 4
    visits_per_week: int = 2
    reminder_hours: int = 24
    reminder_soon_minutes: int = 120
    reconnect_grace_seconds: int = 60
    credit_max_minutes: int = 15
    supervision: Supervision = Supervision.NONE
    family_notice_minutes: int = 1440
    family_horizon_days: int = 28
    official_notice_minutes: int = 60
    official_horizon_days: int = 60
    visits_per_month: int = 8
    adult_age: int = 18
    cancel_minutes: int = 120
    decide_minutes: int = 720
    approval: Approval = Approval.NONE
    chatting: Chatting = Chatting.PHRASES
    recorded: Recorded = Recorded.NEVER

    def notice(self, asker: Asker) -> timedelta:
        """How long before its time a visit must be asked for."""
        return timedelta(minutes=getattr(self, f"{_PREFIX[asker]}notice_minutes"))

    def horizon(self, asker: Asker) -> timedelta:
        """How far ahead a visit may be asked for."""
        return timedelta(days=getattr(self, f"{_PREFIX[asker]}horizon_days"))

    @property
    def turnover(self) -> timedelta:
        """The turnover as time."""
        return timedelta(minutes=self.turnover_minutes)

    @property
    def early(self) -> timedelta:
        """How early the waiting room opens."""
        return timedelta(minutes=self.early_minutes)

    @property
    def grace(self) -> timedelta:
        """How long the room outlives the visit's end."""
        return timedelta(minutes=self.grace_minutes)

    @property
    def reconnect_grace(self) -> timedelta:
        """How long the place of somebody whose line broke is kept."""
        return timedelta(seconds=self.reconnect_grace_seconds)


async def policy_of(session: AsyncSession, site_id: int) -> Policy:
    """What a prison allows; the defaults if nobody has chosen anything."""
    row = await session.get(SitePolicy, site_id)
    if row is None:
        return Policy()
    return Policy(**{one.name: getattr(row, one.name) for one in fields(Policy)})

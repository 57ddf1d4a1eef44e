"""What the API tells about each thing, and how it is made of rows.

Never a national ID. What is told of visits is `visit_answers`'.
"""

from datetime import date

from pydantic import Field

from scheduler import slots
from scheduler.calendar import DaySlot, SlotState
from visitation import people
from visitation.words import (
    Approval,
    Chatting,
    ContactState,
    Recorded,
    Relation,
    SiteKind,
    StationKind,
    Supervision,
    VisitKind,
)
from web.api.kinds import Id, Instant, Told


class Site(Told):
    """A prison, or a point where families sit down."""

    id: Id
    province_id: Id
    kind: SiteKind
    name: str
    zone: str = Field(description="IANA name of its wall clock.")
    address: str
    phone: str
    closed_at: Instant | None


class Policy(Told):
    """What a prison allows, as it is in force."""

    notice_minutes: int = Field(description="Staff book at least so long before.")
    horizon_days: int = Field(description="Staff book at most so far ahead.")
    family_notice_minutes: int
    family_horizon_days: int
    official_notice_minutes: int
    official_horizon_days: int
    visits_per_week: int = Field(description="Of a prisoner, from Saturday to Friday.")
    visits_per_month: int = Field(description="Of a prisoner, in a Solar Hijri month.")
    max_party: int
    adult_age: int = Field(description="In years; one visitor is that old.")
    approval: Approval = Field(description="Whether staff look at families' requests.")
    cancel_minutes: int = Field(description="Families cancel until so long before.")
    decide_minutes: int = Field(description="Requests lapse so long before.")
    turnover_minutes: int
    early_minutes: int
    grace_minutes: int
    reminder_hours: int
    reminder_soon_minutes: int
    reconnect_grace_seconds: int
    credit_max_minutes: int
    supervision: Supervision
    chatting: Chatting = Field(description="What people in a call may write.")
    recorded: Recorded = Field(description="Whether supervised visits are recorded.")


class Station(Told):
    """A seat with a screen: a prison's terminal, or a service point's kiosk."""

    id: Id
    site_id: Id
    kind: StationKind
    name: str
    out_of_order: str | None = Field(description="Why, if it is.")


class Slot(Told):
    """One bookable span at one terminal."""

    terminal_id: Id
    starts_at: Instant
    ends_at: Instant
    kinds: list[VisitKind] = Field(description="The kinds of visit it is for.")
    state: SlotState
    visit: str | None = Field(default=None, description="Who took it: a reference.")
    reason: str | None = Field(default=None, description="Why it is closed.")

    @classmethod
    def free(cls, slot: slots.Slot) -> "Slot":
        """A slot that could be booked."""
        return cls(
            terminal_id=slot.terminal_id,
            starts_at=slot.span.start,
            ends_at=slot.span.end,
            kinds=sorted(slot.kinds),
            state=SlotState.FREE,
        )

    @classmethod
    def of_day(cls, slot: DaySlot) -> "Slot":
        """A slot of a prison's day, taken or not."""
        return cls(
            terminal_id=slot.terminal_id,
            starts_at=slot.span.start,
            ends_at=slot.span.end,
            kinds=sorted(slot.kinds),
            state=slot.state,
            visit=slot.visit,
            reason=slot.reason,
        )


class Prisoner(Told):
    """A person in prison."""

    id: Id
    site_id: Id
    number: str
    name: str
    ward: str = Field(description="The wing to fetch them from; empty if not known.")
    visited_on: date | None = Field(
        description="The last visit before this service; null if it is not known."
    )
    has_national_id: bool
    released_at: Instant | None

    @classmethod
    def of(cls, row: people.Prisoner) -> "Prisoner":
        """A prisoner, without the national ID."""
        return cls(
            **row.model_dump(
                include={"id", "site_id", "number", "name", "ward", "visited_on"}
            ),
            has_national_id=row.national_id_sealed is not None,
            released_at=row.released_at,
        )


class Visitor(Told):
    """A family member or a lawyer."""

    id: Id
    name: str
    phone: str | None = Field(description="E.164.")
    language: str
    reads: bool
    helper_phone: str | None = Field(
        description="E.164. Of whoever is told what does not reach the visitor."
    )
    born_on: date | None
    has_national_id: bool

    @classmethod
    def of(cls, row: people.Visitor) -> "Visitor":
        """A visitor, without the national ID."""
        return cls(
            **row.model_dump(
                include={
                    *("id", "name", "phone", "language"),
                    *("reads", "helper_phone", "born_on"),
                }
            ),
            has_national_id=row.national_id_sealed is not None,
        )


class Contact(Told):
    """The link of a visitor to a prisoner."""

    id: Id
    prisoner_id: Id
    visitor_id: Id
    relation: Relation
    state: ContactState
    reason: str
    banned_until: Instant | None
    changed_at: Instant


class Listing(Told):
    """A part of a list."""

    next: str | None = Field(
        description="The `cursor` of the next page; null: there is no more."
    )


class Sites(Told):
    """Every site within reach."""

    items: list[Site]


class Stations(Told):
    """Every station of a site."""

    items: list[Station]


class Slots(Told):
    """The slots of a prison in a span."""

    items: list[Slot]


class Prisoners(Listing):
    """Prisoners by id."""

    items: list[Prisoner]


class Visitors(Listing):
    """Visitors by id."""

    items: list[Visitor]


class Contacts(Listing):
    """Contacts by id."""

    items: list[Contact]

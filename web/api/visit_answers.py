"""What the API tells about visits: who takes part, and the time that was lost.

A join code only to those who may read messages.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field
from sqlmodel import col, select

from visitation import lifecycle, visits
from visitation.calls import Losses, losses
from visitation.keyring import Keyring
from visitation.lifecycle import Act, ParticipantState, VisitState
from visitation.words import Attendance, Fault, Outcome, Part, VisitKind
from web.api.answers import Listing
from web.api.endpoint import Call
from web.api.kinds import Id, Instant, Told


class Lost(Told):
    """The time in which one side of a visit could not hear the other."""

    seconds: dict[Fault, int] = Field(
        description="By whose fault; who is not named lost nothing."
    )
    minutes_given_back: int = Field(description="By which the visit was made longer.")
    minutes_owed: int = Field(description="What is still to be given back.")


class Participant(Told):
    """A person's part in a visit."""

    reference: str
    part: Part
    visitor_id: Id | None
    account_id: Id | None
    state: ParticipantState
    told_at: Instant | None
    arrived_at: Instant | None
    identified_at: Instant | None
    joined_at: Instant | None
    left_at: Instant | None
    seconds_connected: int
    seconds_lost: int
    code: str | None = Field(
        default=None, description="Join code, for roles that may read messages."
    )


class Visit(Told):
    """One booked meeting and who takes part."""

    reference: str
    kind: VisitKind
    state: VisitState
    starts_at: Instant
    ends_at: Instant
    prison_id: Id
    terminal_id: Id
    point_id: Id | None
    kiosk_id: Id | None = Field(description="Null: the family uses its own phone.")
    prisoner_id: Id
    official_id: Id | None
    official_wanted: bool = Field(description="Whether one is still to be found.")
    attendance: Attendance | None
    note: str
    version: int = Field(description="Counts changes of time or place.")
    outcome: Outcome | None
    outcome_reason: str
    started_at: Instant | None
    ended_at: Instant | None
    changed_at: Instant
    lost: Lost
    participants: list[Participant]

    @classmethod
    def of(
        cls,
        visit: visits.Visit,
        people: Iterable[visits.Participant],
        lost: Losses,
        *,
        keyring: Keyring | None,
    ) -> "Visit":
        """A visit as it stands; with join codes if a keyring opens them."""
        parts = []
        for person in people:
            part = Participant.model_validate(person)
            code = visits.code_of(person, keyring=keyring) if keyring else None
            parts.append(part.model_copy(update={"code": code}))
        columns = visit.model_dump(include=set(cls.model_fields))
        return cls(**columns, lost=Lost.model_validate(lost), participants=parts)


class Visits(Listing):
    """Visits by their time."""

    items: list[Visit]


async def told(call: Call, visit: visits.Visit) -> Visit:
    """One visit, for whoever asks."""
    return (await told_each(call, [visit]))[0]


async def told_each(call: Call, shown: Sequence[visits.Visit]) -> list[Visit]:
    """Some visits, in two queries however many they are."""
    people = await _participants(call, shown)
    lost = await losses.of_each(call.session, shown)
    reads = call.by.role in lifecycle.MAY[Act.READ_MESSAGES]
    keyring = call.keyring if reads else None
    return [
        Visit.of(one, people[one.id], lost[one.id], keyring=keyring) for one in shown
    ]


async def _participants(
    call: Call, shown: Sequence[visits.Visit]
) -> Mapping[int, list[visits.Participant]]:
    rows = await call.session.exec(
        select(visits.Participant)
        .where(col(visits.Participant.visit_id).in_([one.id for one in shown]))
        .order_by(col(visits.Participant.id))
    )
    found: dict[int, list[visits.Participant]] = defaultdict(list)
    for participant in rows.all():
        found[participant.visit_id].append(participant)
    return found

"""From what a scheduler filled in to what the rules judge, and to who takes part."""

from collections.abc import Iterable
from functools import partial
from typing import Any, Required, TypedDict

from scheduler.proposals import Proposal
from visitation import visits
from visitation.keyring import Keyring
from visitation.timespan import Timespan
from visitation.visits import Code, Participant, Visit
from visitation.waiting import WaitingEntry
from visitation.words import Asker, Attendance, Part, VisitKind


class Wish(TypedDict, total=False):
    """What is to be booked; what is not named is left out of the visit."""

    prison_id: Required[int]
    terminal_id: Required[int]
    span: Required[Timespan]
    kind: Required[VisitKind]
    prisoner_id: Required[int]
    visitor_ids: Required[Iterable[int]]
    kiosk_id: int | None
    official_id: int | None
    cover_id: int | None
    official_wanted: bool
    asked_by: Asker
    attendance: Attendance | None
    series_id: int | None
    import_key: str | None
    note: str
    override_reason: str


def of_family(
    entry: WaitingEntry,
    visitor_ids: Iterable[int],
    *,
    prison_id: int,
    terminal_id: int,
    span: Timespan,
    kiosk_id: int | None,
) -> Wish:
    """What a family that waits is booked for, once a time and seats are found."""
    return Wish(
        prison_id=prison_id,
        terminal_id=terminal_id,
        span=span,
        kind=entry.kind,
        prisoner_id=entry.prisoner_id,
        visitor_ids=visitor_ids,
        kiosk_id=kiosk_id,
        official_wanted=entry.official_wanted,
        note=entry.note,
    )


def proposed(wish: Wish) -> Proposal:
    """What the rules judge."""
    return Proposal(
        prison_id=wish["prison_id"],
        terminal_id=wish["terminal_id"],
        span=wish["span"],
        kind=wish["kind"],
        prisoner_id=wish["prisoner_id"],
        visitor_ids=frozenset(wish["visitor_ids"]),
        kiosk_id=wish.get("kiosk_id"),
        official_id=wish.get("official_id"),
        cover_id=wish.get("cover_id"),
        official_wanted=wish.get("official_wanted", False),
        asked_by=wish.get("asked_by", Asker.STAFF),
    )


def proposal_of(visit: Visit, people: Iterable[Participant]) -> Proposal:
    """What a visit would be if it were booked anew, as it stands."""
    return Proposal(
        prison_id=visit.prison_id,
        terminal_id=visit.terminal_id,
        span=Timespan(visit.starts_at, visit.ends_at),
        kind=visit.kind,
        prisoner_id=visit.prisoner_id,
        visitor_ids=frozenset(p.visitor_id for p in people if p.visitor_id),
        kiosk_id=visit.kiosk_id,
        official_id=visit.official_id,
        cover_id=visit.cover_id,
        official_wanted=visit.official_wanted,
    )


def attendance_of(wish: Wish) -> Attendance | None:
    """Where the official attends from; a desk unless said otherwise."""
    if wish.get("official_id") is None:
        return None
    return wish.get("attendance") or Attendance.DESK


def visit_of(wish: Wish, proposal: Proposal, **rest: Any) -> Visit:
    """The visit that a wish makes once the rules allow it; `rest` are its columns."""
    return Visit(
        prison_id=proposal.prison_id,
        kind=proposal.kind,
        prisoner_id=proposal.prisoner_id,
        official_id=proposal.official_id,
        attendance=attendance_of(wish),
        official_wanted=proposal.official_wanted,
        cover_id=proposal.cover_id,
        series_id=wish.get("series_id"),
        import_key=wish.get("import_key"),
        **rest,
    )


def parts_of(
    visit: Visit, proposal: Proposal, keyring: Keyring, codes: Iterable[Code] = ()
) -> list[dict[str, Any]]:
    """One participant for the prisoner, each visitor, and the official if any.

    Each visitor has a code while there are any.
    """
    left = iter(codes)
    entered = partial(visits.part_of, visit.id)
    parts = [entered(Part.PRISONER, reference=keyring.reference())]
    parts += [
        entered(
            Part.VISITOR,
            reference=keyring.reference(),
            visitor_id=who,
            code=next(left, None),
        )
        for who in sorted(proposal.visitor_ids)
    ]
    if proposal.official_id is not None:
        beside_family = visit.attendance is Attendance.VILLAGE
        part = Part.COMPANION if beside_family else Part.OFFICIAL
        parts.append(
            entered(
                part, reference=keyring.reference(), account_id=proposal.official_id
            )
        )
    return parts

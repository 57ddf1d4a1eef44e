"""Booking visits from a file, row by row, by the same rules as every other booking.

A row names its visit, or the prisoner and the moment name it, so that the same file
again books nothing twice. Each row stands or falls by itself.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, openings
from scheduler.proposals import Refusal
from scheduler.slots import Slot
from scheduler.verdict import Refused
from visitation import persian
from visitation.imports import Desk, Doubles, Line, Row, RowOutcome, RowRefused, cells
from visitation.imports.around import Around, Known, around, squeezed
from visitation.imports.taking import UNCHANGED, Verdict, take_each
from visitation.people.identity import fingerprint_of
from visitation.people.tables import Contact, Visitor
from visitation.places.tables import Site, Station
from visitation.visits import Visit
from visitation.words import StationKind, VisitKind

#: How many rows go into one transaction; a booking writes far more than a name does.
BATCH = 20
_KEY, _NOTE, _MANY = 64, 300, 12
_BETWEEN = re.compile(r"[,;،؛|/+]")
_KINDS: Mapping[str, VisitKind] = {
    "family": VisitKind.FAMILY,
    "خانوادگی": VisitKind.FAMILY,
    "legal": VisitKind.LEGAL,
    "وکیل": VisitKind.LEGAL,
}
#: Another terminal may be free where one gives these reasons and no other.
_OF_A_TERMINAL = frozenset({Refusal.TERMINAL_TAKEN, Refusal.TERMINAL_OUT_OF_ORDER})


async def book_each(
    session: AsyncSession,
    rows: Sequence[Row],
    *,
    desk: Desk,
    doubles: Doubles,
    dry_run: bool = False,
) -> tuple[Line, ...]:
    """Book the visits that rows ask for, and tell everybody concerned.

    A refusal carries every reason of the booking rules. In a dry run everything is
    done, and then undone before the answer: nobody is told.
    """
    return await take_each(
        session,
        rows,
        await around(session, rows, desk),
        _decide,
        doubles=doubles,
        dry_run=dry_run,
    )


async def _decide(session: AsyncSession, row: Row, around: Around) -> Verdict:
    prisoner = around.prisoner(row)
    zone = around.prisons[prisoner.site_id].zone
    day = cells.day(row, "day", required=True)
    assert day is not None
    starts = cells.moment(row, day, "time", zone)
    key = cells.number(row, "key", longest=_KEY) or _key(prisoner.id, starts)
    if (known := await _booked(session, key)) is not None:
        if (known.prisoner_id, known.starts_at) == (prisoner.id, starts):
            return UNCHANGED
        raise RowRefused("key", "import_key_used")
    kind = cells.choice(row, "kind", _KINDS, unless=VisitKind.FAMILY)
    visitors = await _visitors(session, row, around, prisoner)
    kiosk_id = await _kiosk(session, row, around)
    slots = await _slots(session, row, prisoner.site_id, starts)
    wish: booking.Wish = {
        "prison_id": prisoner.site_id,
        "terminal_id": slots[0].terminal_id,
        "span": slots[0].span,
        "kind": kind,
        "prisoner_id": prisoner.id,
        "visitor_ids": visitors,
        "kiosk_id": kiosk_id,
        "note": cells.text(row, "note", longest=_NOTE),
        "import_key": key,
    }
    write = partial(_book, wish=wish, slots=slots, desk=around.desk)
    return Verdict(outcome=RowOutcome.CREATED, write=write)


async def _book(
    session: AsyncSession, *, wish: booking.Wish, slots: Sequence[Slot], desk: Desk
) -> None:
    """Book the first of the slots, or the next one where only its terminal refuses."""
    refused: Refused | None = None
    for slot in slots:
        placed: booking.Wish = {
            **wish,
            "terminal_id": slot.terminal_id,
            "span": slot.span,
        }
        try:
            async with session.begin_nested():
                await booking.book(
                    session, keyring=desk.keyring, by=desk.by, now=desk.now, **placed
                )
        except Refused as reasons:
            refused = refused or reasons
            if not _OF_A_TERMINAL.issuperset(reasons.reasons):
                raise
        else:
            return
    assert refused is not None
    raise refused


async def _booked(session: AsyncSession, key: str) -> Visit | None:
    rows = await session.exec(select(Visit).where(Visit.import_key == key))
    return rows.first()


def _key(prisoner_id: int, starts: datetime) -> str:
    named = f"{prisoner_id}@{starts.timestamp():.0f}"
    return f"row:{hashlib.blake2b(named.encode(), digest_size=16).hexdigest()}"


async def _slots(
    session: AsyncSession, row: Row, site_id: int, starts: datetime
) -> list[Slot]:
    """The prison's slots that begin then: at the terminal named, or at any.

    Raises:
        RowRefused: if there is no such terminal, or no slot begins then.
    """
    day = starts.date()
    opening = await openings.opening(session, site_id, first=day, last=day)
    wanted = squeezed(row.cell("terminal"))
    here = {t.id for t in opening.terminals if wanted in {"", squeezed(t.name)}}
    if not here:
        raise RowRefused("terminal", "import_unknown_terminal")
    found = [
        slot
        for slot in opening.slots(day, day)
        if slot.span.start == starts and slot.terminal_id in here
    ]
    if not found:
        raise RowRefused("time", "not_a_slot")
    return found


async def _visitors(
    session: AsyncSession, row: Row, around: Around, prisoner: Known
) -> list[int]:
    """The contacts that a row names, by national ID or, without one, by name.

    Raises:
        RowRefused: if one is no contact of the prisoner, or several have the name.
    """
    said = [part.strip() for part in _BETWEEN.split(row.cell("visitors"))]
    named = [part for part in said if part]
    if not named:
        raise RowRefused("visitors", "cell_missing")
    if len(named) > _MANY:
        raise RowRefused("visitors", "party_too_large")
    rows = await session.exec(
        select(Visitor)
        .join(Contact, col(Contact.visitor_id) == col(Visitor.id))
        .where(Contact.prisoner_id == prisoner.id)
    )
    contacts = rows.all()
    return [_visitor(part, contacts, around.desk) for part in named]


def _visitor(part: str, contacts: Sequence[Visitor], desk: Desk) -> int:
    plain = persian.to_ascii_digits(part)
    if any(character in "0123456789" for character in plain):
        (national_id,) = cells.national_ids("visitors", [plain])
        mark = fingerprint_of(national_id, keyring=desk.keyring)
        found = [one.id for one in contacts if one.national_id_fingerprint == mark]
    else:
        name = squeezed(part)
        found = [one.id for one in contacts if squeezed(one.name) == name]
    if not found:
        raise RowRefused("visitors", "import_no_contact")
    if len(found) > 1:
        raise RowRefused("visitors", "import_several_contacts")
    return found[0]


async def _kiosk(session: AsyncSession, row: Row, around: Around) -> int | None:
    """Where the family sits: a kiosk by its number, or by point and name; or nowhere.

    Raises:
        RowRefused: if there is none within reach, or several have the name.
    """
    name, point = squeezed(row.cell("kiosk")), squeezed(row.cell("point"))
    if not name and not point:
        return None
    rows = await session.exec(
        select(Station, Site)
        .join(Site, col(Site.id) == col(Station.site_id))
        .where(Station.kind == StationKind.KIOSK, around.desk.scope.of_sites())
        .order_by(col(Station.id))
    )
    found = [
        station.id
        for station, site in rows
        if (not name or name in {squeezed(station.name), str(station.id)})
        and (not point or point in {squeezed(site.name), str(site.id)})
    ]
    if not found:
        raise RowRefused("kiosk", "import_unknown_kiosk")
    if len(found) > 1:
        raise RowRefused("kiosk", "import_several_kiosks")
    return found[0]


__all__ = ["BATCH", "book_each"]

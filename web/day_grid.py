"""A prison's day as a table: what begins when, by terminal or by where families sit.

Pure: slots, visits and what is taken give rows of cells. A cell that something can be
put into carries the name of a slot and a place, whatever it is that goes there.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.calendar import DaySlot, SlotState
from visitation.lifecycle import VisitState
from visitation.places import Station
from visitation.timespan import Timespan
from visitation.visits.listed import Listed
from web import present, slot_names
from web.booking_choices import OWN_PHONE
from web.day_kiosks import Kiosk
from web.i18n import _
from web.labels import label, tone

#: A cell where a family could sit, but no terminal of the prison is free.
FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where a free place leads, a visit, and the same day with the visit picked up.

    A free place is a slot and where the family would sit, empty for anywhere.
    """

    into: Callable[[str, str], str]
    visit: Callable[[str], str]
    pick_up: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A column: a terminal, or a kiosk and the site that it stands in."""

    name: str
    under: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A visit in a cell; `beside` is what its column does not say."""

    reference: str
    href: str
    name: str
    sign: str
    tone: str
    beside: str = ""
    official: str = ""
    official_wanted: bool = False
    pick_up: str = ""
    is_moving: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What is at one place at one time.

    Attributes:
        slot: what it is called, where something can be put.
        place: where the family would sit; empty for where it sits anyway.
        href: where to go on with a free place.
        words: why nothing can be put there.
    """

    head: str
    state: str
    slot: str = ""
    place: str = ""
    href: str = ""
    words: str = ""
    chips: tuple[Chip, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What begins at one time: a cell for each column, None where there is no slot."""

    hours: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a table is drawn from.

    Attributes:
        moving: the reference of the visit that is being moved; empty for none.
    """

    slots: Sequence[DaySlot]
    visits: Mapping[str, Listed]
    zone: ZoneInfo
    links: Links
    now: datetime
    moving: str = ""

    def by_start(self) -> list[tuple[Timespan, dict[int, DaySlot]]]:
        """The slots by when they begin; the first to end says until when."""
        times: dict[datetime, dict[int, DaySlot]] = {}
        for slot in self.slots:
            times.setdefault(slot.span.start, {})[slot.terminal_id] = slot
        return [
            (min(s.span for s in slots.values()), slots)
            for _start, slots in sorted(times.items())
        ]

    def chip(self, visit: Listed, *, beside: str = "") -> Chip:
        """A visit as it stands in a cell."""
        movable = visit.state is VisitState.BOOKED
        return Chip(
            reference=visit.reference,
            href=self.links.visit(visit.reference),
            name=visit.prisoner,
            sign=label(visit.state),
            tone=tone(visit.state),
            beside=beside,
            official=visit.official,
            official_wanted=visit.official_wanted,
            pick_up=self.links.pick_up(visit.reference) if movable else "",
            is_moving=visit.reference == self.moving,
        )


def by_terminal(day: Day, terminals: Sequence[Station]) -> list[Row]:
    """A row for each time at which slots begin, a column for each terminal."""
    return [
        Row(
            hours=present.hours(span, day.zone),
            cells=tuple(
                _at_terminal(day, slots[one.id]) if one.id in slots else None
                for one in terminals
            ),
        )
        for span, slots in day.by_start()
    ]


def _at_terminal(day: Day, slot: DaySlot) -> Cell:
    name = slot_names.name(slot.terminal_id, slot.span)
    if slot.state is SlotState.FREE:
        href = day.links.into(name, "")
        return Cell(head=slot.terminal, state=slot.state, slot=name, href=href)
    if slot.visit is None:
        return Cell(head=slot.terminal, state=slot.state, words=slot.reason or "")
    visit = day.visits.get(slot.visit)
    if visit is None:
        return Cell(head=slot.terminal, state=slot.state, words=_("Being booked"))
    where = visit.kiosk or _("Own phone")
    chip = day.chip(visit, beside=where)
    return Cell(head=slot.terminal, state=slot.state, chips=(chip,))


def by_kiosk(
    day: Day, kiosks: Sequence[Kiosk], *, turnover: timedelta
) -> tuple[list[Head], list[Row]]:
    """The same times, with a column for each kiosk and one for own phones.

    What sits at a kiosk that is none of these, because it is gone or out of reach,
    stands in a column of its own. `turnover` is how long a place stays taken.
    """
    known = {one.id for one in kiosks}
    heads = [Head(name=one.name, under=one.site) for one in kiosks]
    heads.append(Head(name=_("Own phone")))
    rows, is_any = [], False
    for span, slots in day.by_start():
        here = _Here(day, span, slots, turnover)
        elsewhere = here.elsewhere(known)
        is_any = is_any or bool(elsewhere.chips)
        cells = (*(here.at_kiosk(one) for one in kiosks), here.at_home(), elsewhere)
        rows.append(Row(hours=present.hours(span, day.zone), cells=cells))
    if is_any:
        return [*heads, Head(name=_("Elsewhere"))], rows
    return heads, [replace(row, cells=row.cells[:-1]) for row in rows]


class _Here:
    """One row of the table by kiosk: what begins at a time, wherever families sit."""

    def __init__(
        self,
        day: Day,
        span: Timespan,
        slots: Mapping[int, DaySlot],
        turnover: timedelta,
    ) -> None:
        self._day, self._span, self._turnover = day, span, turnover
        states = [slot.state for slot in slots.values()]
        self._state = SlotState.PAST if span.start < day.now else _state(states)
        free = [one for one in slots.values() if one.state is SlotState.FREE]
        first = (free or list(slots.values()))[0]
        self._slot = slot_names.name(first.terminal_id, first.span)
        self._visits = [
            day.visits[one.visit]
            for one in slots.values()
            if one.visit is not None and one.visit in day.visits
        ]

    def at_kiosk(self, kiosk: Kiosk) -> Cell:
        mine = [one for one in self._visits if one.kiosk_id == kiosk.id]
        words = "" if mine else self._against(kiosk)
        if words:
            return Cell(head=kiosk.name, state=SlotState.CLOSED, words=words)
        return self._cell(kiosk.name, mine, str(kiosk.id))

    def _against(self, kiosk: Kiosk) -> str:
        if kiosk.out_of_order:
            return kiosk.out_of_order
        if not kiosk.is_there(self._span):
            return _("The office is not in a village then")
        if kiosk.is_taken(self._span, self._turnover):
            return _("Taken by another prison, or closed")
        return ""

    def at_home(self) -> Cell:
        mine = [one for one in self._visits if one.kiosk_id is None]
        return self._cell(_("Own phone"), mine, OWN_PHONE)

    def elsewhere(self, known: Collection[int]) -> Cell:
        mine = [
            one
            for one in self._visits
            if one.kiosk_id is not None and one.kiosk_id not in known
        ]
        chips = tuple(self._day.chip(one, beside=one.kiosk) for one in mine)
        return Cell(
            head=_("Elsewhere"), state=SlotState.TAKEN if mine else "none", chips=chips
        )

    def _cell(self, head: str, mine: Sequence[Listed], place: str) -> Cell:
        chips = tuple(self._day.chip(one, beside=one.terminal) for one in mine)
        open_still = self._state in {SlotState.FREE, FULL}
        if not open_still or (mine and place != OWN_PHONE):
            state = SlotState.TAKEN if mine else self._state
            return Cell(head=head, state=state, chips=chips)
        is_free = self._state == SlotState.FREE
        return Cell(
            head=head,
            state=self._state,
            slot=self._slot,
            place=place,
            href=self._day.links.into(self._slot, place) if is_free else "",
            chips=chips,
        )


def _state(states: Sequence[SlotState]) -> str:
    """What a time is for whoever needs any terminal."""
    if SlotState.FREE in states:
        return SlotState.FREE
    if SlotState.TAKEN in states:
        return FULL
    return states[0]

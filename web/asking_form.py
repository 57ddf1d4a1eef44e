"""The form of asking for a visit: whom, who comes, where to, and up to three times.

Each step asks for more and carries along what was said before. A time is called by its
seats and its quanta, so that it says nothing about anybody.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from scheduler.ranked import Place
from scheduler.requests import MOST_WISHES
from visitation.timespan import Timespan, quantum_start
from web import forms
from web.booking_form import Seat
from web.fields import Line
from web.forms import Form
from web.i18n import N_
from web.picks import NearDay, Pick

_NUMBER = "[1-9][0-9]{0,8}"
_NAME = re.compile(f"({_NUMBER})-({_NUMBER})-({_NUMBER})(?:-({_NUMBER}))?")
_FIRST, _LAST = 3_155_760, 13_674_960  # the years 2000 to 2099


def named(place: Place) -> str:
    """What a time is called: terminal, first and last quantum, and the kiosk if any."""
    quanta = place.span.quanta()
    kiosk = f"-{place.kiosk_id}" if place.kiosk_id else ""
    return f"{place.terminal_id}-{quanta.start}-{quanta.stop}{kiosk}"


def place_of(name: str) -> Place | None:
    """The time that a name means, or None for what is no name."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    start, stop = int(found[2]), int(found[3])
    if not _FIRST <= start < stop < _LAST:
        return None
    return Place(
        terminal_id=int(found[1]),
        span=Timespan(quantum_start(start), quantum_start(stop)),
        kiosk_id=int(found[4]) if found[4] else None,
    )


def _known(name: str) -> str:
    if place_of(name) is None:
        raise PydanticCustomError("enum", "not a time")
    return name


TimeName = Annotated[str, StringConstraints(max_length=40), AfterValidator(_known)]


class Whom(forms.Fields):
    """Whom a family would like to visit."""

    prison: Pick = Field(title=N_("Prison"))
    number: Annotated[Line, StringConstraints(min_length=1, max_length=32)] = Field(
        title=N_("Prisoner number")
    )


class Party(Whom):
    """Who comes, where they sit, and whether somebody has seen who they are."""

    visitors: list[Pick] = Field(
        default=[], title=N_("Who comes"), min_length=1, validate_default=True
    )
    place: Seat = Field(title=N_("Where the family sits"))
    seen: bool = Field(default=False, title=N_("Identity"))
    note: Annotated[Line, StringConstraints(max_length=200)] = Field(
        default="", title=N_("Note for the staff")
    )


class Wishes(Party):
    """The times chosen so far, the best first, and where somebody is in choosing.

    Attributes:
        since: the first of the days that are shown.
        day: the day whose times are shown.
        wish: a time that is chosen just now.
        drop: a time that is not wanted any more.
        decide: whether staff shall look at it before it is booked.
        hold: what is held while it is checked.
        key: makes a double click one request.
    """

    wishes: list[TimeName] = Field(
        default=[], max_length=MOST_WISHES, title=N_("Times")
    )
    since: NearDay | None = None
    day: NearDay | None = None
    wish: TimeName | None = None
    drop: TimeName | None = None
    decide: bool = False
    hold: Line = ""
    key: Line = ""

    @property
    def chosen(self) -> tuple[str, ...]:
        """The times as they stand once what was clicked is done."""
        names = [
            one for one in (*self.wishes, self.wish) if one not in {None, self.drop}
        ]
        return tuple(dict.fromkeys(str(one) for one in names))[:MOST_WISHES]

    @property
    def ranked(self) -> list[Place]:
        """Where and when, the best first."""
        return [place for one in self.chosen if (place := place_of(one)) is not None]


#: What goes along from step to step; the rest belongs to the step it was sent from.
_CARRIED = frozenset({"prison", "number", "visitors", "place", "seen", "note"})


def carried(form: Form[Wishes]) -> list[tuple[str, str]]:
    """What was said about the party, to go along unseen."""
    return [
        (name, text)
        for name, texts in form.typed.items()
        for text in texts
        if name in _CARRIED
    ]

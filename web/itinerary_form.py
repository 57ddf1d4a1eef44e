"""The itinerary of a mobile day as a form: some rows of village, window, way, kiosks.

Rows that are left empty are no stops. Knows no database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field, create_model

from visitation.errors import Invalid
from visitation.places import MobileStop, Site
from visitation.places.itinerary import Stop
from visitation.timespan import Timespan
from web import forms, picks, refusals
from web.fields import Count, Wall
from web.forms import Form
from web.i18n import N_, _
from web.picks import NearDay, Pick

#: How many villages an office reaches in a day, at most.
ROWS = tuple(range(1, 7))
_MOST_MINUTES = 720
#: What makes a row a stop.
_NEEDED = ("village", "starts", "ends")
M = TypeVar("M", bound=forms.Fields)


def _fields(row: int) -> dict[str, Any]:
    travel = Annotated[Count, Field(ge=0, le=_MOST_MINUTES)]
    return {
        f"village_{row}": (Pick | None, Field(default=None, title=N_("Village"))),
        f"starts_{row}": (Wall | None, Field(default=None, title=N_("From"))),
        f"ends_{row}": (Wall | None, Field(default=None, title=N_("To"))),
        f"travel_{row}": (
            travel | None,
            Field(default=None, title=N_("Minutes on the way")),
        ),
        f"kiosks_{row}": (list[Pick], Field(default=[], title=N_("Kiosks"))),
    }


_ALL = {name: kind for row in ROWS for name, kind in _fields(row).items()}
#: The stops of a day.
ItineraryFields: type[forms.Fields] = create_model(
    "ItineraryFields", __base__=forms.Fields, **_ALL
)


class DayFields(ItineraryFields):
    """A day and its stops."""

    day: NearDay = Field(title=N_("Day"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row that was filled in."""

    number: int
    village: int
    starts: time
    ends: time
    travel: int
    kiosks: tuple[int, ...]

    def stop(self, day: date, zone: ZoneInfo) -> Stop:
        """What the row says, on a local day."""
        starts = datetime.combine(day, self.starts, zone)
        ends = datetime.combine(day, self.ends, zone)
        if self.ends == time(0):
            ends += timedelta(days=1)
        if ends <= starts:
            raise Invalid(f"ends_{self.number}", "ends_before_start")
        return Stop(
            village_id=self.village,
            span=Timespan(starts, ends),
            travel=timedelta(minutes=self.travel),
            kiosks=frozenset(self.kiosks),
        )


def checked(form: Form[M], villages: Sequence[int], kiosks: Sequence[int]) -> Form[M]:
    """The form, faulted where a row is half filled in or names what is not offered."""
    for row in ROWS:
        form = picks.among(form, f"village_{row}", villages)
        form = picks.among(form, f"kiosks_{row}", kiosks)
        if form.parsed is None:
            continue
        given = {name: getattr(form.parsed, f"{name}_{row}") for name in _NEEDED}
        if any(one is not None for one in given.values()):
            for name, one in given.items():
                if one is None:
                    form = form.faulted(f"{name}_{row}", _("Fill this in."))
    return form


def rows(form: Form[M]) -> list[Row]:
    """The rows that are stops, of a form that is ok."""
    found = form.value
    return [
        Row(
            number=row,
            village=getattr(found, f"village_{row}"),
            starts=getattr(found, f"starts_{row}"),
            ends=getattr(found, f"ends_{row}"),
            travel=getattr(found, f"travel_{row}") or 0,
            kiosks=tuple(getattr(found, f"kiosks_{row}")),
        )
        for row in ROWS
        if getattr(found, f"village_{row}") is not None
    ]


def refused(form: Form[M], error: Invalid) -> Form[M]:
    """The form with a refusal at the row and field it is about."""
    begin, _dot, rest = error.field.partition(".")
    number, _dot, name = rest.partition(".")
    if begin != "stops" or not number:
        return form.refused(error)
    row = rows(form)[int(number)].number
    return form.faulted(f"{name}_{row}", *refusals.sentences(error))


def typed(stops: Sequence[tuple[MobileStop, Site]], zone: ZoneInfo) -> dict[str, Any]:
    """The values of a form for stops as they are kept."""
    values: dict[str, Any] = {}
    for row, (stop, _village) in zip(ROWS, stops, strict=False):
        values |= {
            f"village_{row}": stop.village_id,
            f"starts_{row}": stop.starts_at.astimezone(zone).time(),
            f"ends_{row}": stop.ends_at.astimezone(zone).time(),
            f"travel_{row}": stop.travel_minutes,
            f"kiosks_{row}": stop.kiosks,
        }
    return values

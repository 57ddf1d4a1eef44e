"""What a browser sends of services that were written down without a line.

Reads each entry by itself, so that one that makes no sense stops no other. Knows no
database.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, ValidationError

from visitation.services import recording
from visitation.services.recording import Answer, Entry, Reception
from visitation.words import ServiceChannel, ServiceKind
from web import refusals
from web.fields import Note

MOST: Final = 50
#: What an entry is called, in URLs too.
Reference = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{8,32}$")]
#: Clocks that differ by less are both right.
_ALIKE = timedelta(minutes=1)


class _Sent(BaseModel):
    owner: str
    sent_at: AwareDatetime
    entries: list[dict[str, Any]] = Field(max_length=MOST)


class _Named(BaseModel):
    reference: Reference


class _Written(_Named):
    point: int = Field(ge=1, le=2**31 - 1)
    kind: ServiceKind
    channel: ServiceChannel = ServiceChannel.STAFF
    number: int | None = Field(default=None, ge=1, le=recording.HIGHEST_NUMBER)
    people: int = Field(default=1, ge=1, le=recording.MOST_PEOPLE)
    note: Annotated[Note, StringConstraints(max_length=recording.LONGEST_NOTE)] = ""
    done_at: AwareDatetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Entries of one person, by our clock, and what is refused without reading on.

    Attributes:
        owner: whose they are, as the page that was written on knew them.
    """

    owner: str
    entries: Sequence[Entry]
    unfit: Sequence[Answer]


def parse(sent: object, *, now: datetime) -> Batch | None:
    """A batch as it was sent; None if it is none.

    A browser whose clock is wrong was wrong when the service was done too, so that its
    times are moved by as much as the time of sending is off.
    """
    try:
        whole = _Sent.model_validate(sent)
    except ValidationError:
        return None
    off = now - whole.sent_at
    moved = off if abs(off) > _ALIKE else timedelta()
    entries, unfit = [], []
    for one in whole.entries:
        try:
            entry = _entry(_Written.model_validate(one), moved)
        except (ValidationError, OverflowError):
            unfit += _unfit(one)
        else:
            entries.append(entry)
    return Batch(owner=whole.owner, entries=entries, unfit=unfit)


def told(answers: Sequence[Answer]) -> list[dict[str, str]]:
    """The answers as a browser reads them, with why something was refused."""
    return [
        {
            "reference": one.reference,
            "became": one.became.value,
            "words": refusals.sentence(one.reason) if one.reason else "",
        }
        for one in answers
    ]


def _entry(written: _Written, moved: timedelta) -> Entry:
    entry = Entry(
        reference=written.reference,
        point_id=written.point,
        kind=written.kind,
        channel=written.channel,
        number=written.number,
        people=written.people,
        note=written.note,
        done_at=written.done_at,
    )
    return replace(entry, done_at=entry.done_at + moved)


def _unfit(one: dict[str, Any]) -> list[Answer]:
    try:
        named = _Named.model_validate(one)
    except ValidationError:
        return []
    return [
        Answer(
            reference=named.reference, became=Reception.REFUSED, reason="service_unfit"
        )
    ]

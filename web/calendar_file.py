"""Visits as a calendar's file (RFC 5545): when and where, and nobody's name.

Written in UTC, so that no time zone has to be told. Knows no page.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from visitation.timespan import Timespan

MEDIA_TYPE = "text/calendar"
#: Octets to a line, without its end (RFC 5545, 3.1).
_LINE = 75
_AGAIN = ("REFRESH-INTERVAL;VALUE=DURATION:PT15M", "X-PUBLISHED-TTL:PT15M")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of a calendar; a later version of the same `uid` replaces it."""

    uid: str
    span: Timespan
    title: str
    place: str
    about: str
    version: int
    cancelled: bool = False


def event(
    *,
    uid: str,
    span: Timespan,
    title: str,
    place: str,
    about: str,
    version: int,
    now: datetime,
    remind: timedelta,
    cancelled: bool = False,
) -> bytes:
    """One event with a reminder before it; a later version replaces it."""
    one = Event(
        uid=uid,
        span=span,
        title=title,
        place=place,
        about=about,
        version=version,
        cancelled=cancelled,
    )
    return of((one,), now=now, remind=remind)


def of(
    events: Iterable[Event], *, now: datetime, remind: timedelta, name: str = ""
) -> bytes:
    """A calendar of events, each with a reminder before it.

    One with a name is read again and again: it asks for that every quarter of an hour
    (RFC 7986, 5.7; programs take their time all the same).
    """
    named = (f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}", *_AGAIN)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Video visits//EN",
        "METHOD:PUBLISH",
        *(named if name else ()),
        *(line for one in events for line in _lines(one, now, remind)),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _lines(one: Event, now: datetime, remind: timedelta) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(one.uid)}"
    yield f"DTSTAMP:{_utc(now)}"
    yield f"DTSTART:{_utc(one.span.start)}"
    yield f"DTEND:{_utc(one.span.end)}"
    yield f"SEQUENCE:{one.version}"
    yield f"STATUS:{'CANCELLED' if one.cancelled else 'CONFIRMED'}"
    yield f"SUMMARY:{_text(one.title)}"
    yield f"LOCATION:{_text(one.place)}"
    yield f"DESCRIPTION:{_text(one.about)}"
    yield "CLASS:PRIVATE"
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_text(one.title)}"
    yield f"TRIGGER:-PT{int(remind.total_seconds() // 60)}M"
    yield "END:VALARM"
    yield "END:VEVENT"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\n").replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """A line in pieces of no more octets than allowed, never within a letter."""
    pieces: list[bytes] = []
    piece = b""
    for letter in line:
        octets = letter.encode()
        if len(piece) + len(octets) > _LINE - bool(pieces):
            pieces.append(piece)
            piece = b""
        piece += octets
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"

"""A visit as a calendar's file (RFC 5545): when and where, and nobody's name.

Written in UTC, so that no time zone has to be told. Knows no page.
"""

from datetime import UTC, datetime, timedelta

from visitation.timespan import Timespan

MEDIA_TYPE = "text/calendar"
#: Octets to a line, without its end (RFC 5545, 3.1).
_LINE = 75


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
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Video visits//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_text(uid)}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(span.start)}",
        f"DTEND:{_utc(span.end)}",
        f"SEQUENCE:{version}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        f"SUMMARY:{_text(title)}",
        f"LOCATION:{_text(place)}",
        f"DESCRIPTION:{_text(about)}",
        "CLASS:PRIVATE",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(title)}",
        f"TRIGGER:-PT{int(remind.total_seconds() // 60)}M",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


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

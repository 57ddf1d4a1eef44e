"""A recording as its pages show it: what it is of, who plays a part, who asked before.

Reads rows and gives plain values. What is in the sealed files it does not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit.tables import AuditEntry
from visitation.lifecycle import VisitState
from visitation.people import Account
from visitation.recordings import listing
from visitation.recordings.tables import Recording, RecordingFile, RecordingPlay
from visitation.visits import Visit
from visitation.visits.listed import Attendee, Listed, listed
from visitation.words import Part
from web import audit_words, present, recording_words
from web.labels import label
from web.recording_shelf import shown_name
from web.recording_timeline import Lane, Piece, Stretch

_EVERY_STATE = frozenset(VisitState)
#: The newest of what was done to it; a recording that is asked for oftener is searched
#: in the record of acts.
_MANY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Somebody who asked to play it."""

    name: str
    reason: str
    note: str
    at: datetime
    played: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Something that was done to it."""

    at: datetime
    what: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Everything about one recording that a page needs."""

    recording: Recording
    visit: Listed
    files: Sequence[RecordingFile]
    asked: Sequence[Asked]
    done: Sequence[Done]
    why_deleted: str

    @property
    def zone(self) -> ZoneInfo:
        """The prison's wall clock."""
        return ZoneInfo(self.visit.zone)


async def read(session: AsyncSession, recording: Recording) -> Shown:
    """What there is to know of a recording."""
    (visit,) = await listed(
        session, col(Visit.id) == recording.visit_id, shown=_EVERY_STATE
    )
    entries = await _entries(session, recording)
    return Shown(
        recording=recording,
        visit=visit,
        files=await listing.playable(session, recording.id),
        asked=await _asked(session, recording),
        done=await _done(session, entries),
        why_deleted=_why_deleted(entries),
    )


def lanes(
    shown: Shown, told: Mapping[str, Mapping[str, Any]]
) -> list[tuple[Lane, list[RecordingFile]]]:
    """Who is in it, in the order of the visit, and the files of each.

    Args:
        shown: the recording.
        told: what its manifest says of each file, by the file's name.
    """
    found = []
    for number, one in enumerate(shown.visit.attendees, start=1):
        files = [file for file in shown.files if file.participant_id == one.id]
        if files:
            found.append((_lane(shown, number, one, files, told), files))
    return found


def part(one: Attendee) -> str:
    """The part somebody takes, in words."""
    return label(one.part)


def people(shown: Shown) -> list[tuple[str, str]]:
    """The names and parts of those who were in the visit, watchers left out."""
    away = {Part.MONITOR, Part.COMPANION}
    return [
        (one.name, part(one)) for one in shown.visit.attendees if one.part not in away
    ]


def _lane(
    shown: Shown,
    number: int,
    one: Attendee,
    files: Sequence[RecordingFile],
    told: Mapping[str, Mapping[str, Any]],
) -> Lane:
    return Lane(
        number=number,
        name=one.name,
        part=part(one),
        total_ms=shown.recording.seconds * 1000,
        pieces=tuple(_piece(file, told.get(file.name, {})) for file in files),
    )


def _piece(file: RecordingFile, told: Mapping[str, Any]) -> Piece:
    return Piece(
        name=shown_name(file),
        starts_ms=file.starts_ms,
        duration_ms=file.duration_ms,
        width=file.width,
        height=file.height,
        codec=str(told.get("codec", "")),
        gaps=_stretches(told, "gaps"),
        dark=_stretches(told, "picture_gaps"),
    )


def _stretches(told: Mapping[str, Any], name: str) -> tuple[Stretch, ...]:
    return tuple((int(first), int(last)) for first, last in told.get(name, ()))


async def _asked(session: AsyncSession, recording: Recording) -> list[Asked]:
    rows = await session.exec(
        select(RecordingPlay, Account.name)
        .join(Account, col(Account.id) == col(RecordingPlay.account_id))
        .where(RecordingPlay.recording_id == recording.id)
        .order_by(col(RecordingPlay.asked_at).desc(), col(RecordingPlay.id).desc())
        .limit(_MANY)
    )
    return [
        Asked(
            name=name,
            reason=label(one.reason),
            note=one.note,
            at=one.asked_at,
            played=one.first_played_at is not None,
        )
        for one, name in rows.all()
    ]


async def _entries(session: AsyncSession, recording: Recording) -> Sequence[AuditEntry]:
    rows = await session.exec(
        select(AuditEntry)
        .where(AuditEntry.subject == f"recording:{recording.reference}")
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .limit(_MANY)
    )
    return rows.all()


async def _done(session: AsyncSession, entries: Sequence[AuditEntry]) -> list[Done]:
    numbers = {
        int(number)
        for kind, _colon, number in (one.actor.partition(":") for one in entries)
        if kind == "account" and number.isdigit()
    }
    rows = await session.exec(select(Account).where(col(Account.id).in_(numbers)))
    names = {f"account:{one.id}": present.isolated(one.name) for one in rows.all()}
    return [
        Done(
            at=one.at,
            what=recording_words.act(one),
            who=names.get(one.actor) or audit_words.subject(one.actor),
        )
        for one in entries
    ]


def _why_deleted(entries: Sequence[AuditEntry]) -> str:
    for one in entries:
        if one.action == "recording_deleted":
            return recording_words.deleted(str(one.facts.get("why", "")))
    return ""

"""The page of one recording, drawn after each thing that may be done on it.

What is offered depends on the role, on the state, and on whether whoever asks has
given a reason that is still good.
"""

import asyncio
import base64
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation.recordings import keys, playing, reading
from visitation.recordings.exporting import PURPOSE
from visitation.recordings.keys import KeyDamaged, KeyMissing, KeyUnknown
from visitation.recordings.paths import MANIFEST
from visitation.recordings.reading import Gone
from visitation.recordings.tables import Recording, RecordingFile
from visitation.recordings.tampered import Tampered
from visitation.words import PlayReason, RecordingState, Role
from web import (
    forms,
    gate,
    present,
    recording_leave,
    recording_views,
    recording_words,
)
from web.fields import Note
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.labels import options
from web.recording_leave import NoShelf
from web.recording_reach import MAY
from web.recording_shelf import shown_name
from web.recording_timeline import Lane, Stretch
from web.recording_views import Shown
from web.render import render, url

#: What may be deleted by hand; what is still being put together is left until it is.
DELETABLE = frozenset({RecordingState.FINISHED, RecordingState.FAILED})
_SHORT = StringConstraints(max_length=300)


class Why(forms.Fields):
    """The reason for playing a recording."""

    reason: PlayReason = Field(title=N_("Why do you play it?"))
    note: Annotated[Note, _SHORT] = Field(default="", title=N_("In your own words"))


class Held(forms.Fields):
    """The reason for holding a recording."""

    reason: PlayReason = Field(title=N_("Why is it kept longer?"))


async def page(
    request: web.Request,
    *,
    form: Form[Any] | None = None,
    checked: Sequence[str] | None = None,
    status: int = HTTPStatus.OK,
) -> web.Response:
    """The page of the recording that the address is about.

    Args:
        request: for it.
        form: the one that was posted and is to be corrected.
        checked: what was found wrong with its files; None if nobody looked.
        status: of the answer.
    """
    me, now = gate.staff(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        recording = await session.get_one(
            Recording, gate.subject(request, Recording).id
        )
        shown = await recording_views.read(session, recording)
        leave = await playing.leave_of(session, recording, me.account_id, now=now)
    wrapped = (
        await _wrapped(request, recording) if Role.ADMINISTRATOR is me.role else ""
    )
    is_ready = recording.state is RecordingState.FINISHED
    player = await _player(request, shown) if leave and is_ready else None
    return render(
        request,
        "recordings/recording.html",
        status=status,
        form=form or forms.blank(Why),
        facts=facts(shown),
        shown=shown,
        zone=shown.zone,
        people=recording_views.people(shown),
        may={deed.value for deed, roles in MAY.items() if me.role in roles},
        wrapped=wrapped,
        leave=leave,
        player=player,
        reasons=options(PlayReason),
        checked=checked,
        key=base64.b64encode(request.app[KEYRING].public_key(PURPOSE)).decode(),
        **_state(recording),
    )


def _state(recording: Recording) -> dict[str, Any]:
    """What the state of a recording lets one do, and what is said of it."""
    state = recording.state
    why_not = recording_words.WHY_NOT.get(state)
    return {
        "tone": recording_words.tone(state),
        "why_not": _(why_not) if why_not else "",
        "is_ready": state is RecordingState.FINISHED,
        "is_deletable": state in DELETABLE and not recording.held,
        "is_deleted": state is RecordingState.DELETED,
    }


def facts(shown: Shown) -> dict[str, str]:
    """The sizes of a recording, in words."""
    one = shown.recording
    return {
        "length": recording_words.length(one.seconds * 1000) if one.seconds else "–",
        "size": recording_words.size(one.size_bytes) if one.size_bytes else "–",
        "files": str(len(shown.files)),
    }


async def _wrapped(request: web.Request, recording: Recording) -> str:
    """Which key of the settings opens this recording's key; empty if none does."""
    shelf = request.app[SETTINGS].recordings
    if shelf is None:
        return ""
    try:
        name = await asyncio.to_thread(
            keys.wrapped_by, shelf.directory, recording.reference
        )
    except (KeyMissing, KeyDamaged):
        return ""
    if name == shelf.wraps.current:
        return present.isolated(name)
    return _(recording_words.OLD_KEY, name=present.isolated(name))


async def _player(request: web.Request, shown: Shown) -> dict[str, Any]:
    """What the players show and play; or what is wrong with the list of files."""
    recording = shown.recording

    def read() -> Mapping[str, Any]:
        shelf = recording_leave.shelf_of(request)
        return reading.manifest(shelf.folder(recording), shelf.key(recording))

    try:
        manifest = await asyncio.to_thread(read)
    except (Tampered, Gone) as error:
        return {"damage": recording_words.damage(error, MANIFEST), "lanes": []}
    except (KeyMissing, KeyUnknown, KeyDamaged, NoShelf):
        return {"damage": _(recording_words.NO_KEY), "lanes": []}
    told = {str(one["name"]): one for one in manifest.get("files", ())}
    lanes = recording_views.lanes(shown, told)
    sources = [
        [_source(request, shown, one) for one in files] for _lane, files in lanes
    ]
    return {
        "damage": "",
        "seconds": recording.seconds,
        "lanes": [
            _lane(lane, found)
            for (lane, _files), found in zip(lanes, sources, strict=True)
        ],
        "timeline": {
            "seconds": recording.seconds,
            "lanes": [
                lane.told(found)
                for (lane, _files), found in zip(lanes, sources, strict=True)
            ],
        },
    }


def _lane(lane: Lane, sources: Sequence[str]) -> dict[str, Any]:
    return {
        "number": lane.number,
        "name": lane.name,
        "called": present.isolated(lane.name),
        "part": lane.part,
        "files": [
            {
                "source": source,
                "begins": recording_words.length(one.starts_ms),
                "length": recording_words.length(one.duration_ms),
                "seen": one.has_picture,
            }
            for one, source in zip(lane.pieces, sources, strict=True)
        ],
        "bars": _seconds((one.starts_ms, one.ends_ms) for one in lane.pieces),
        "quiet": _seconds(lane.sound_only),
        "holes": _seconds(lane.blanks),
        "blanks": [
            (recording_words.length(first), recording_words.length(last))
            for first, last in lane.blanks
        ],
        "heard": [
            (recording_words.length(first), recording_words.length(last))
            for first, last in lane.sound_only
        ],
    }


def _seconds(stretches: Iterable[Stretch]) -> list[tuple[float, float]]:
    return [(first / 1000, last / 1000) for first, last in stretches]


def _source(request: web.Request, shown: Shown, file: RecordingFile) -> str:
    return url(
        request,
        "recording_files.file",
        recording=shown.recording.reference,
        file=shown_name(file),
    )

"""Journals on disk, as tests begin and read them."""

import base64
from pathlib import Path

from signaling.media.engine import RecordingRuns
from signaling.media.recording import journal
from signaling.media.recording.journal import Line, Note, Packet, TrackBegins
from tests.signaling.media.conftest import Stage, until
from visitation.recordings.sealed import Unsealer

KEY = bytes(range(32))
KEY_TEXT = base64.b64encode(KEY).decode()


def readable(path: Path) -> list[Line]:
    """The lines that can be read, also of a journal that was cut off."""
    with path.open("rb") as file:
        return list(journal.read(Unsealer(KEY, file).readable()))


def whole(path: Path) -> list[Line]:
    """The lines of a journal that was ended as it should be."""
    with path.open("rb") as file:
        return list(journal.read(Unsealer(KEY, file).segments()))


def packets(lines: list[Line], ssrc: int) -> list[bytes]:
    """The packets of one stream, in the order of the journal."""
    taken = [each.packet for each in lines if isinstance(each, Packet)]
    return [each for each in taken if int.from_bytes(each[8:12], "big") == ssrc]


def tracks(lines: list[Line]) -> list[tuple[int, str, str]]:
    """Which streams began, in their order."""
    return [
        (each.ssrc, each.codec, each.layer)
        for each in lines
        if isinstance(each, TrackBegins)
    ]


def notes(lines: list[Line]) -> list[tuple[str, str | None]]:
    return [(each.what, each.kind) for each in lines if isinstance(each, Note)]


async def runs(stage: Stage, name: str, path: Path) -> None:
    """Begins a recording and waits until its beginning is on disk."""
    stage.forwarder.record(name, str(path), KEY_TEXT)
    begun = RecordingRuns(participant=name, path=str(path))
    await until(lambda: begun in stage.events)


async def ended(stage: Stage, name: str, path: Path) -> list[Line]:
    """Stops the recording, and reads its journal as soon as that is sealed."""
    stage.forwarder.stop_recording(name)
    await until(lambda: _is_whole(path))
    return whole(path)


def _is_whole(path: Path) -> bool:
    last = readable(path)[-1]
    return isinstance(last, Note) and last.what == "stopped"


def files(directory: Path) -> list[str]:
    """The names of what is there."""
    return sorted(each.name for each in directory.iterdir())

"""From the settings to where recordings lie, and what opens them; nothing without."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import structlog

from config.settings import Settings
from signaling.recording.finisher import Finisher
from signaling.recording_desk import Archive
from visitation.database import Database
from visitation.recordings import inspecting, paths
from visitation.recordings.alone import Alone
from visitation.recordings.keys import KeyWraps
from visitation.recordings.space import Meter, Space
from visitation.retention import Kept
from web.keys import Clock
from web.recording_shelf import Shelf

log = structlog.get_logger()

_GIGABYTE = 10**9


def wraps(settings: Settings) -> KeyWraps | None:
    """The keys that wrap the keys of recordings; `config.sense` saw that they fit."""
    section = settings.recordings
    if section.directory is None:
        return None
    secrets = {name: key.secret for name, key in section.keys.items()}
    return KeyWraps(
        section.key_id,
        {
            name: secret.get_secret_value().encode()
            for name, secret in secrets.items()
            if secret is not None
        },
    )


def space(settings: Settings) -> Space | None:
    """The room that recordings may take."""
    section = settings.recordings
    if section.directory is None:
        return None
    quota = round(section.quota_gigabytes * _GIGABYTE)
    return Space(section.directory.absolute(), quota)


def meter(settings: Settings) -> Meter | None:
    """What measures that room, again and again."""
    room = space(settings)
    return Meter(room) if room else None


def shelf(settings: Settings) -> Shelf | None:
    """Where pages find recordings."""
    room, keys = space(settings), wraps(settings)
    if room is None or keys is None:
        return None
    return Shelf(directory=room.directory, wraps=keys)


def archive(settings: Settings) -> Archive | None:
    """Where this process records calls to."""
    room, keys = space(settings), wraps(settings)
    if room is None or keys is None or not settings.recordings.record:
        return None
    return Archive(
        directory=room.directory,
        wraps=keys,
        space=room,
        alone=Alone(room.directory),
    )


def without_shelf(directory: Path, *, known: bool) -> str:
    """What to do where the file `shelf` is missing; empty if it is there or not needed.

    Args:
        directory: that of all recordings.
        known: whether the database knows of recordings that lie somewhere.
    """
    if paths.is_shelf(directory):
        return ""
    stands = f"nothing is recorded, finished or deleted in {directory}: it has no file"
    touch = f"`touch {directory / paths.SHELF}`, as the service's user"
    if inspecting.references(directory):
        return (
            f"{stands} `shelf`. If what lies there are this installation's recordings, "
            f"kept by an older version: {touch}"
        )
    if known:
        return (
            f"{stands} `shelf` and no recordings. Bring back their disk; if they are "
            f"lost for good: {touch}"
        )
    return ""


@contextmanager
def alone(archive: Archive | None) -> Iterator[None]:
    """No other process records to the same directory until the block is left.

    Raises:
        Taken: if one does.
    """
    if archive is None:
        yield
        return
    try:
        archive.alone.take()
    except OSError as error:
        # Calls go on without a place for recordings; it is looked for again.
        log.warning("no_place_for_recordings", error=error.strerror)
    try:
        yield
    finally:
        archive.alone.release()


@asynccontextmanager
async def finishing(
    archive: Archive | None,
    database: Database,
    clock: Clock,
    keeps: Mapping[Kept, int],
) -> AsyncIterator[None]:
    """Recordings that end are made into files until the block is left."""
    if archive is None:
        yield
        return
    finisher = Finisher(
        database=database,
        directory=archive.directory,
        alone=archive.alone,
        wraps=archive.wraps,
        clock=clock,
        keeps=keeps,
    )
    finisher.start()
    try:
        yield
    finally:
        await finisher.stop()

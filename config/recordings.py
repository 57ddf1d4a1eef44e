"""From the settings to where recordings lie, and what opens them; nothing without."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from config.settings import Settings
from signaling.recording.finisher import Finisher
from signaling.recording_desk import Archive
from visitation.database import Database
from visitation.recordings.keys import KeyWraps
from visitation.recordings.space import Meter, Space
from visitation.retention import Kept
from web.keys import Clock
from web.recording_shelf import Shelf

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
    """Where calls are recorded to."""
    room, keys = space(settings), wraps(settings)
    if room is None or keys is None:
        return None
    return Archive(directory=room.directory, wraps=keys, space=room)


@asynccontextmanager
async def finishing(
    settings: Settings, database: Database, clock: Clock, keeps: Mapping[Kept, int]
) -> AsyncIterator[None]:
    """Recordings that end are made into files until the block is left."""
    room, keys = space(settings), wraps(settings)
    if room is None or keys is None:
        yield
        return
    finisher = Finisher(
        database=database,
        directory=room.directory,
        wraps=keys,
        clock=clock,
        keeps=keeps,
    )
    finisher.start()
    try:
        yield
    finally:
        await finisher.stop()

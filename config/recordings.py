"""From the settings to where recordings lie, and what opens them; nothing without."""

from config.settings import Settings
from visitation.recordings.keys import KeyWraps
from visitation.recordings.space import Meter, Space
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

"""What the frame of a page at a paired station shows: its name, the time, its number.

The operator's number opens the menu for staff on a kiosk or terminal. It is made from
the paired device, so pairing anew makes another, and nothing is stored.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from aiohttp import web

from visitation.keyring import Keyring
from visitation.words import StationKind
from web.ease import LANGUAGE_COOKIE, TEXT_COOKIE, VOICE_COOKIE
from web.keys import CLOCK, DEVICE

OPERATOR_DIGITS = 6
#: What a family leaves behind in a browser beside its session.
CHOICES = (LANGUAGE_COOKIE, VOICE_COOKIE, TEXT_COOKIE)
_PURPOSE = "station-operator"
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What is known without asking the database.

    Attributes:
        used: whether somebody chose a language, the voice or a size of letters.
    """

    kind: StationKind
    name: str
    now: datetime
    used: bool


def of(request: web.Request) -> Frame | None:
    """The frame of a page at a station; None anywhere else."""
    device = request.get(DEVICE)
    if device is None:
        return None
    now = request.app[CLOCK]()
    return Frame(
        kind=device.kind,
        name=device.name,
        now=now,
        used=any(name in request.cookies for name in CHOICES),
    )


def offset(now: datetime, zone: tzinfo) -> int:
    """How many minutes the wall clock is ahead of UTC.

    Scripts go by it, because an old machine may have an old idea of summer time.
    """
    return (now.astimezone(zone).utcoffset() or timedelta()) // _MINUTE


def operator_number(keyring: Keyring, device_id: int) -> str:
    """The digits that open the menu for staff on a paired station."""
    print_ = keyring.fingerprint(_PURPOSE, f"device:{device_id}")
    return f"{int(print_, 16) % 10**OPERATOR_DIGITS:0{OPERATOR_DIGITS}}"

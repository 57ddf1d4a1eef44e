"""Looks at the world the service is to run in: clock, ports, database, relay.

Each look is a function of the settings and the time that returns findings; none
changes anything. What can be said without looking is in `config.sense`.
"""

import os
import shutil
import socket
import stat
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from config import messaging, recordings, turn
from config.opening import admin_socket, database_url, tables
from config.sense import between, is_local
from config.settings import Settings
from visitation.audit.tables import AuditEntry
from visitation.database.engine import normal_url
from visitation.database.migrate import sync_engine
from visitation.recordings import inspecting

_SKEW = timedelta(seconds=2)
_DISK_BYTES = 1 << 30
_GIGABYTE = 10**9
_TWILIO_SID_LENGTH = 34
_IPV4 = 4
#: Nobody's (RFC 5737): a relay that is ours alone refuses it.
_SOMEBODY = "203.0.113.1"


class Grade(StrEnum):
    """How good a finding is."""

    GOOD = "good"
    MIND = "mind"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a look found, and what to do about it."""

    grade: Grade
    about: str
    says: str


Look = Callable[[Settings, datetime], Iterable[Finding]]


def time_zones(settings: Settings, now: datetime) -> Iterable[Finding]:
    """Iran gave up summer time in 2022; old zone data would be an hour wrong."""
    try:
        july = datetime(2026, 7, 1, tzinfo=ZoneInfo("Asia/Tehran"))
    except ZoneInfoNotFoundError:
        yield _bad("time zones", "no Asia/Tehran: install tzdata")
        return
    offset = july.utcoffset()
    if offset != timedelta(hours=3, minutes=30):
        yield _bad("time zones", f"Asia/Tehran is {offset} in July 2026: update tzdata")
    else:
        yield _good("time zones", "Asia/Tehran is +03:30 in July 2026")


def clock_and_tables(settings: Settings, now: datetime) -> Iterable[Finding]:
    """The database answers, has today's tables, and agrees about the time."""
    url = database_url(settings)
    parsed = normal_url(url)
    try:
        state = tables(settings)
    except DBAPIError as error:
        yield _bad("database", f"cannot be reached: {str(error.orig).strip()}")
        return
    if state:
        grade = _mind if state == "empty" else _bad
        yield grade("database", f"is {state}: run `visitation migrate`")
        return
    yield _good("database", f"{parsed.get_backend_name()}, tables are up to date")
    engine = sync_engine(parsed)
    with engine.connect() as connection:
        latest = connection.execute(select(func.max(AuditEntry.at))).scalar()
        theirs = (
            connection.execute(select(func.now())).scalar()
            if parsed.get_backend_name() == "postgresql"
            else None
        )
    engine.dispose()
    if latest is not None and latest > now + _SKEW:
        yield _bad("clock", f"is behind what was recorded at {latest:%F %T} UTC")
    elif theirs is not None and abs(theirs - now) > _SKEW:
        yield _bad("clock", f"differs from the database's by {abs(theirs - now)}")
    else:
        yield _good("clock", f"{now:%F %T} UTC")


def ports(settings: Settings, now: datetime) -> Iterable[Finding]:
    """The ports are free, or ours already."""
    running = admin_socket(settings).exists()
    web, media, metrics = settings.web, settings.media, settings.metrics
    for about, host, port, kind in (
        ("web port", web.host, web.port, socket.SOCK_STREAM),
        *(
            ("metrics port", metrics.host, port, socket.SOCK_STREAM)
            for port in [metrics.port]
            if port is not None
        ),
        *(("media port", media.bind, port, socket.SOCK_DGRAM) for port in media.ports),
    ):
        said = _free(host, port, kind)
        if said is None:
            yield _good(about, f"{host} {port} is free")
        elif running:
            yield _good(about, f"{host} {port} is in use; the service is running")
        else:
            yield _bad(about, f"{host} {port}: {said}")


def public_addresses(settings: Settings, now: datetime) -> Iterable[Finding]:
    """Others reach media under an address that leads to this machine."""
    if not settings.media.public_addresses and is_local(settings):
        yield _good("public address", "none needed: the service is for this machine")
    for address in settings.media.public_addresses:
        if _free(str(address), 0, socket.SOCK_DGRAM) is None:
            yield _good("public address", f"{address} is this machine's")
        else:
            yield _mind(
                "public address",
                f"{address} is not this machine's own: have UDP "
                f"{between(settings.media.ports)} forwarded from there",
            )


def gateways(settings: Settings, now: datetime) -> Iterable[Finding]:
    """Messages leave, or it is known that they do not; and providers may call."""
    names = settings.sms.gateways
    if names == (messaging.CONSOLE,):
        yield _mind("messages", "gateway is console: staff see them, nobody gets them")
        return
    yield _good("messages", f"leave by {', '.join(names)}")
    for name in names:
        if name == messaging.CONSOLE:
            yield _mind("messages", "console takes what the others do not: nobody gets")
        if name == messaging.TWILIO:
            sid = settings.sms.twilio.account_sid
            if not sid.startswith("AC") or len(sid) != _TWILIO_SID_LENGTH:
                yield _bad(
                    "messages", "sms.twilio.account_sid should be AC and 32 letters"
                )
        address = messaging.callback_address(settings, name)
        if name == messaging.TWILIO and address:
            yield _good("messages", f"twilio is told to call {address}")
        elif address:
            yield _mind("messages", f"have {name} call {address}")


def relay(settings: Settings, now: datetime) -> Iterable[Finding]:
    """Each TURN server gives an allocation for our secret, and relays to us alone."""
    if not settings.turn.urls or settings.turn.secret is None:
        yield _mind("relay", "no TURN server: networks that block UDP cannot call")
    for url in settings.turn.urls if settings.turn.secret else ():
        assert settings.turn.secret is not None
        secret = settings.turn.secret.get_secret_value()
        ours = [one for one in settings.media.public_addresses if one.version == _IPV4]
        peers = (*map(str, ours), _SOMEBODY)
        try:
            allowed = turn.allocate_once(
                turn.RelayUrl.parsed(url), secret, now=now, peers=peers
            )
        except turn.NoRelay as why:
            yield _bad("relay", f"{url}: {why}")
            continue
        yield _good("relay", f"{url} gives an allocation")
        if allowed.pop(_SOMEBODY):
            yield _bad("relay", f"{url} relays to anybody: use docker/turnserver.conf")
        if allowed and not any(allowed.values()):
            names = ", ".join(allowed)
            yield _bad("relay", f"{url} refuses {names}: see its allowed-peer-ip")


def disk(settings: Settings, now: datetime) -> Iterable[Finding]:
    """There is room to write."""
    folder = settings.data_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    grade = _good if free > _DISK_BYTES else _bad
    yield grade("disk", f"{free / (1 << 30):.1f} GiB free in {folder}")


def recorded(settings: Settings, now: datetime) -> Iterable[Finding]:
    """Recordings have a directory of their own, room in it, and keys that open them."""
    room, wraps = recordings.space(settings), recordings.wraps(settings)
    if room is None or wraps is None:
        yield _good("recordings", "nothing is recorded: recordings.directory is empty")
        return
    folder = room.directory
    if not folder.is_dir():
        yield _mind("recordings", f"{folder} is not there yet; it is made when needed")
        return
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield _bad("recordings", f"{folder} cannot be written to")
        return
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield _mind("recordings", f"{folder} is open to others: chmod 700")
    if missing := recordings.without_shelf(folder, known=False):
        yield _bad("recordings", missing)
    level = room.level()
    grade = {"ok": _good, "warning": _mind, "full": _bad}[level]
    used, quota = (part / _GIGABYTE for part in (room.used(), room.quota_bytes))
    yield grade("recordings", f"{used:.1f} of {quota:.1f} GB taken in {folder}")
    found = Counter(inspecting.key_ids(folder))
    for key_id, count in sorted(found.items()):
        if key_id not in wraps.ids:
            yield _bad("recordings", f"{count} need the key {key_id}: put it back")
        elif key_id != wraps.current:
            yield _mind(
                "recordings", f"{count} have the key {key_id}: recordings rewrap"
            )


LOOKS: tuple[Look, ...] = (
    time_zones,
    clock_and_tables,
    disk,
    recorded,
    ports,
    public_addresses,
    relay,
    gateways,
)


def examine(settings: Settings, now: datetime) -> Iterable[Finding]:
    """Everything that is found, in the order of the looks."""
    for look in LOOKS:
        yield from look(settings, now)


def _free(host: str, port: int, kind: socket.SocketKind) -> str | None:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=kind)[0]
        with socket.socket(family, kind) as tried:
            # What just stopped leaves connections behind that do no harm.
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        return error.strerror or str(error)
    return None


def _good(about: str, says: str) -> Finding:
    return Finding(grade=Grade.GOOD, about=about, says=says)


def _mind(about: str, says: str) -> Finding:
    return Finding(grade=Grade.MIND, about=about, says=says)


def _bad(about: str, says: str) -> Finding:
    return Finding(grade=Grade.BAD, about=about, says=says)

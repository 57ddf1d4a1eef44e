"""The demonstration: the whole service with seeded data, and links into it.

Everything it keeps is in one folder. It listens on this machine alone, unless it is
opened to the local network, and then speaks HTTPS with a certificate of its own.
"""

import os
import secrets
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config import cast, lan, practice, reading, recorded, recordings, seed
from config.cast import Open
from config.settings import MediaSection, Settings
from visitation.database import Database
from visitation.errors import VisitationError
from visitation.keyring import Keyring
from web.pages.demo import CALL_ROLES, Demonstration

USUAL_PORT = 8080
_PORTS = range(USUAL_PORT, USUAL_PORT + 20)
#: The roles that have a link, and the account of each that signs in.
USERNAMES: Mapping[str, str] = {
    name: name
    for name in (
        "prosecutor",
        "warden",
        "scheduler",
        "clerk",
        "administrator",
        "auditor",
    )
}


class NoPort(VisitationError):
    """The port is in use; the message says what to do."""


class OlderSeed(VisitationError):
    """What is kept lacks people or places of today's; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What it prints: links by role, codes and phones by visitor, passwords.

    Attributes:
        visit: the family's visit that is open.
        legal: the lawyer's.
    """

    links: dict[str, str]
    codes: dict[str, str]
    phones: dict[str, str]
    passwords: dict[str, str]
    visit: str
    legal: str
    pid: int
    port: int
    media_port: int
    lan: bool


def prepared(folder: Path, *, port: int | None, to_lan: bool, fresh: bool) -> Settings:
    """The settings of a demonstration whose data is in that folder.

    Args:
        folder: made if it is not there.
        port: for HTTP, and from which on media; None takes the first free one from
            8080.
        to_lan: whether other devices on the network may come in.
        fresh: whether to forget what an earlier run left.

    Raises:
        NoPort: if the port is in use.
    """
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    host = lan.address() if to_lan else "localhost"
    listen_on = "0.0.0.0" if to_lan else "127.0.0.1"  # noqa: S104 - --lan says so
    chosen = _free_port(listen_on, port)
    pages: dict[str, object] = {
        "host": listen_on,
        "port": chosen,
        "public_url": f"{'https' if to_lan else 'http'}://{host}:{chosen}",
        "allowed_hosts": (host, "localhost", "*.localhost", "127.0.0.1"),
        "require_totp": (),
        "help_phone": cast.HELP_PHONE,
    }
    if to_lan:
        pages["tls_certificate"], pages["tls_key"] = lan.certificate(folder, host)
    return reading.from_values(
        {
            "secret": _kept(folder / "secret"),
            "data_dir": folder,
            "database": {"url": f"sqlite:///{folder / 'demo.db'}"},
            "web": pages,
            "media": {"udp_port": chosen, "public_addresses": lan.addresses()},
            "recordings": {
                "directory": folder / "recordings",
                "key_id": "demo",
                "keys": {"demo": {"secret": _kept(folder / "recordings-key")}},
            },
            "log": {"level": "warning"},
        }
    )


async def staged(
    settings: Settings, database: Database, keyring: Keyring
) -> tuple[Demonstration, Invitation]:
    """Seed what is missing, open the visits, and say what to print.

    Raises:
        OlderSeed: if an earlier version seeded it, without what the doors need.
    """
    password = _kept(settings.data_dir / "password")
    await _seeded(settings, database, keyring, password)

    async def opened(which: Open) -> tuple[str, dict[str, str]]:
        now = datetime.now(UTC)
        return await seed.open_visit(database, keyring, now=now, which=which)

    async def open_visit() -> str:
        return (await opened(cast.OPEN_FAMILY))[0]

    async def open_legal() -> str:
        return (await opened(cast.OPEN_LEGAL))[0]

    async with database.read() as session:
        graduate = await practice.graduate(session)
    assert graduate is not None
    demonstration = Demonstration(
        open_visit=open_visit,
        open_legal=open_legal,
        usernames=USERNAMES,
        graduate=graduate,
        lan=settings.web.tls_certificate is not None,
    )
    reference, codes = await opened(cast.OPEN_FAMILY)
    return demonstration, Invitation(
        links=dict(_links(settings, demonstration)),
        codes=codes,
        phones={one.name: one.phone for one in cast.VISITORS if one.phone},
        passwords=dict.fromkeys(USERNAMES.values(), password),
        visit=reference,
        legal=await open_legal(),
        pid=os.getpid(),
        port=settings.web.port,
        media_port=settings.media.udp_port,
        lan=demonstration.lan,
    )


async def _seeded(
    settings: Settings, database: Database, keyring: Keyring, password: str
) -> None:
    if await seed.is_empty(database):
        await seed.fill(database, keyring, password=password, now=datetime.now(UTC))
        shelf = recordings.shelf(settings)
        assert shelf is not None
        await recorded.fill(database, keyring, shelf=shelf)
    elif not await seed.is_of_today(database):
        raise OlderSeed(
            f"{settings.data_dir} is of an older demonstration; start over with --fresh"
        )


def _links(
    settings: Settings, demonstration: Demonstration
) -> Iterator[tuple[str, str]]:
    scheme = "https" if demonstration.lan else "http"
    for role in demonstration.roles:
        if demonstration.lan and role in CALL_ROLES:
            yield role, f"{settings.web.public_url}/demo/{role}"
        else:
            yield role, f"{scheme}://{role}.localhost:{settings.web.port}/demo"


def _kept(file: Path) -> str:
    """A secret that the first run makes and later runs read."""
    with suppress(FileExistsError):
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w") as new:
            new.write(secrets.token_urlsafe(12 if file.name == "password" else 32))
    return file.read_text().strip()


def _free_port(host: str, port: int | None) -> int:
    for candidate in (port,) if port else _PORTS:
        if _is_free(host, candidate):
            return candidate
    if port:
        raise NoPort(f"port {port} is in use; choose another with --port")
    raise NoPort(
        f"the ports {_PORTS[0]} to {_PORTS[-1]} are in use; choose one with --port"
    )


def _is_free(host: str, port: int) -> bool:
    """Whether the pages can have the port, and media the same and the next ones."""
    media = MediaSection(udp_port=port).ports
    wanted = [(socket.SOCK_STREAM, port), *((socket.SOCK_DGRAM, one) for one in media)]
    with suppress(OSError):
        for kind, number in wanted:
            with socket.socket(socket.AF_INET, kind) as tried:
                if kind is socket.SOCK_STREAM:
                    # A server that just stopped leaves connections that do no harm.
                    tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                tried.bind((host, number))
        return True
    return False

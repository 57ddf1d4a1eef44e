"""A world to book in, a booked visit, and how to read a page of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientResponse

from scheduler import booking
from tests import make
from tests.make import World
from tests.web.conftest import Site
from visitation.audit import SYSTEM
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import VisitKind
from web import slot_names

TEN = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)  # 10:00 in Tehran, 3 Azar 1405
#: A slot of half an hour less five minutes of turnover.
LENGTH = timedelta(minutes=25)


async def made(site: Site) -> World:
    """A prison open every day, a point with a kiosk, and people."""
    async with site.database.write() as session:
        return await make.world(session)


async def book(
    site: Site, world: World, start: datetime = TEN, **changes: Any
) -> Visit:
    """The world's visit at a time, already booked."""
    async with site.database.write() as session:
        return await booking.book(
            session,
            **{
                "prison_id": world.prison.id,
                "terminal_id": world.terminal.id,
                "span": Timespan(start, start + LENGTH),
                "kind": VisitKind.FAMILY,
                "prisoner_id": world.prisoner.id,
                "visitor_ids": [world.visitor.id],
                "kiosk_id": world.kiosk.id,
            }
            | changes,
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )


def slot(world: World, start: datetime = TEN) -> str:
    """What the slot at that time is called in addresses."""
    return slot_names.name(world.terminal.id, Timespan(start, start + LENGTH))


async def text(response: ClientResponse) -> str:
    """The page with every run of white space as one space."""
    return " ".join((await response.text()).split())


async def english(site: Site) -> None:
    """From here on, pages are in English."""
    await site.post("/language", {"language": "en", "back": "/"})

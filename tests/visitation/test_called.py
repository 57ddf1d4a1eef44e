"""Every search field finds the same people, however the words were typed."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.visitation.booked import booked
from visitation import people
from visitation.database import Database
from visitation.people import Scope
from visitation.people.tables import LinkRequest
from visitation.timespan import Timespan
from visitation.visits import boards
from visitation.words import Relation

EVERYWHERE = Scope(everywhere=True)
NAME = "گل‌بانو مؤمنی کیا"
#: One person: ZWNJ or space or none, hamza or not, Arabic letters, spaces, order.
TYPED = (
    "گل‌بانو",
    "گل بانو",
    "گلبانو",
    "گلبانو مومنی كيا",
    "گلْبانو  مومنى",
    " کیا \u200f گل‌بانو ",
    "مؤمنی کیا",
)
NOBODY = ("گلناز", "گل‌بانو رضایی", "%", "_")

Found = Awaitable[list[str]]


async def _prisoners(session: AsyncSession, text: str) -> list[str]:
    found = await people.find_prisoners(session, scope=EVERYWHERE, text=text)
    return [one.name for one in found]


async def _visitors(session: AsyncSession, text: str) -> list[str]:
    found = await people.find_visitors(session, scope=EVERYWHERE, text=text)
    return [one.name for one in found]


async def _visits_of_a_point(session: AsyncSession, text: str) -> list[str]:
    day = Timespan(NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    found = await boards.named(session, scope=EVERYWHERE, text=text, within=day)
    return [one.prisoner for one in found]


async def _visits_to_come(session: AsyncSession, text: str) -> list[str]:
    found = await boards.to_come(
        session, scope=EVERYWHERE, text=text, now=NOON, limit=5
    )
    return [one.prisoner for one in found]


async def _meant_by_a_family(session: AsyncSession, text: str) -> list[str]:
    asked = LinkRequest(
        reference="wish",
        visitor_id=1,
        prison_id=(await people.find_prisoners(session, scope=EVERYWHERE))[0].site_id,
        prisoner_name=text,
        relation=Relation.SPOUSE,
        name="x",
        asked_at=NOON,
    )
    return [one.name for one in await people.prisoners_meant(session, asked)]


FIELDS: dict[str, Callable[[AsyncSession, str], Found]] = {
    "prisoners": _prisoners,
    "visitors": _visitors,
    "visits of a point": _visits_of_a_point,
    "visits to come": _visits_to_come,
    "meant by a family": _meant_by_a_family,
}


async def _populated(database: Database) -> World:
    """A prisoner and a visitor who are called alike, and their visit at noon."""
    async with database.write() as session:
        world = await make.world(session)
        mother = await make.visitor(session, name=NAME, phone="+989121112233")
        held = await make.prisoner(session, world.prison, name=NAME, number="B/1207")
        await make.contact(session, held, mother)
        await booked(session, world, prisoner_id=held.id)
        return world


@pytest.mark.parametrize("field", FIELDS)
async def test_a_name_is_found_however_it_was_typed(
    database: Database, field: str
) -> None:
    await _populated(database)
    async with database.read() as session:
        found = {text: await FIELDS[field](session, text) for text in TYPED}
        others = {text: await FIELDS[field](session, text) for text in NOBODY}

    assert found == {text: [NAME] for text in TYPED}
    assert others == {text: [] for text in NOBODY}


async def test_a_number_is_found_in_any_digits_and_letters(database: Database) -> None:
    await _populated(database)
    typed = ("1207", "۱۲۰۷", "١٢٠٧", "b/1207", "B/۱۲۰۷", " 1207 ")
    async with database.read() as session:
        found = {text: await _prisoners(session, text) for text in typed}

    assert found == {text: [NAME] for text in typed}


async def test_a_phone_is_found_in_any_digits_and_with_any_beginning(
    database: Database,
) -> None:
    await _populated(database)
    typed = ("0912 111 2233", "۰۹۱۲۱۱۱۲۲۳۳", "+98-912-111-2233", "٠٠٩٨٩١٢١١١٢٢٣٣")
    async with database.read() as session:
        found = {text: await _visitors(session, text) for text in typed}

    assert found == {text: [NAME] for text in typed}

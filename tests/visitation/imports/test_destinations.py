"""Where prisoners are taken: to any prison, out of those within reach."""

from dataclasses import dataclass

import pytest

from tests import make
from tests.visitation.imports.bringing import (
    CHANGED,
    REFUSED,
    UNCHANGED,
    bring,
    prisoners,
    told,
)
from visitation.database import Database
from visitation.imports import Kind
from visitation.people import Scope
from visitation.places import Site

FILE = "prison,number,to_prison,to_number,to_province"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """A prison within reach, and two of another province."""

    here: Site
    far: Site
    namesake: Site

    @property
    def scope(self) -> Scope:
        return Scope(provinces=frozenset({self.here.province_id}))


@pytest.fixture
async def places(database: Database) -> Places:
    async with database.write() as session:
        own = await make.province(session, name="اصفهان")
        other = await make.province(session, name="یزد")
        here = await make.prison(session, own, name="زندان مرکزی")
        for number in ("1", "2"):
            await make.prisoner(session, here, number=number, name="علی")
        return Places(
            here=here,
            far=await make.prison(session, other, name="زندان کویر"),
            namesake=await make.prison(session, other, name="زندان مرکزی"),
        )


async def test_a_prisoner_is_taken_out_of_reach_once(
    database: Database, places: Places
) -> None:
    file = (
        FILE,
        f"زندان مرکزی,1,{places.far.id},7,",
        "زندان مرکزی,2,زندان مرکزی,8,یزد",
    )

    first = await bring(database, Kind.TRANSFERS, *file, scope=places.scope)
    again = await bring(database, Kind.TRANSFERS, *file, scope=places.scope)

    assert told(first) == [(CHANGED, ""), (CHANGED, "")]
    assert told(again) == [(UNCHANGED, "", "import_has_arrived")] * 2
    assert await prisoners(database) == [
        (places.far.id, "7", "علی"),
        (places.namesake.id, "8", "علی"),
    ]


async def test_of_two_prisons_of_one_name_the_one_within_reach_is_meant(
    database: Database, places: Places
) -> None:
    lines = await bring(
        database,
        Kind.TRANSFERS,
        FILE,
        "زندان مرکزی,1,زندان مرکزی,9,",
        scope=places.scope,
    )
    assert told(lines) == [(CHANGED, "")]
    assert (places.here.id, "9", "علی") in await prisoners(database)


async def test_nobody_is_taken_from_out_of_reach(
    database: Database, places: Places
) -> None:
    async with database.write() as session:
        await make.prisoner(session, places.far, number="3")
    lines = await bring(
        database,
        Kind.TRANSFERS,
        FILE,
        f"{places.far.id},3,{places.here.id},9,",
        scope=places.scope,
    )
    assert told(lines) == [(REFUSED, "prison", "import_unknown_prison")]

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.make import World
from tests.visitation.booked import booked
from tests.web.conftest import Site as Browser
from tests.web.reading import rows, sent_to, text
from visitation.places import Closure

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("english")


async def test_a_closure_shuts_whole_days(administrator: Browser, world: World) -> None:
    path = f"/sites/{world.prison.id}/closures"
    assert "Nothing is closed" in await text(administrator, path)
    typed = {"first_day": "1405/09/03", "last_day": "1405/09/04", "reason": "عید"}
    assert await sent_to(administrator, f"{path}/new", typed) == path
    (closure,) = await rows(administrator, Closure)
    assert (closure.starts_at, closure.ends_at, closure.station_id) == (
        NOON + 12 * HOUR,
        NOON + 60 * HOUR,
        None,
    )
    page = await text(administrator, path)
    assert "عید" in page
    assert "The whole place" in page
    again = await text(administrator, f"{path}/new", typed, status=409)
    assert "closed there already" in again
    assert "Open again?" in await text(administrator, f"/closures/{closure.id}/lift")
    assert await sent_to(administrator, f"/closures/{closure.id}/lift") == path
    assert "Opened again" in await text(administrator, path)
    assert await sent_to(administrator, f"{path}/new", typed) == path


async def test_a_seat_is_closed_for_some_hours(
    administrator: Browser, world: World
) -> None:
    path = f"/sites/{world.prison.id}/closures"
    typed = {
        "station": str(world.terminal.id),
        "first_day": "1405/09/02",
        "starts": "13:00",
        "ends": "۱۵:۳۰",
        "reason": "تعمیر",
    }
    assert await sent_to(administrator, f"{path}/new", typed) == path
    (closure,) = await rows(administrator, Closure)
    assert (closure.starts_at, closure.ends_at, closure.station_id) == (
        NOON + HOUR,
        NOON + 3.5 * HOUR,
        world.terminal.id,
    )
    assert world.terminal.name in await text(administrator, path)


async def test_a_closure_names_the_visits_in_its_way(
    administrator: Browser, world: World
) -> None:
    async with administrator.database.write() as session:
        visit, _ = await booked(session, world, starts_at=NOON + HOUR)
    path = f"/sites/{world.prison.id}/closures/new"
    typed = {"first_day": "1405/09/02", "reason": "تعمیر"}
    page = await text(administrator, path, typed, status=409)
    assert "Move or cancel them first" in page
    assert f"/visits/{visit.reference}" in page
    assert "زهرا کریمی" in page
    assert 'value="تعمیر"' in page
    assert await rows(administrator, Closure) == []


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"reason": ""}, 422, "Fill this in"),
        ({"first_day": ""}, 422, "Fill this in"),
        ({"first_day": "1405/09/31"}, 422, "Give a day"),
        ({"first_day": "1405/08/01"}, 409, "already over"),
        ({"last_day": "1405/09/01"}, 409, "must end after it starts"),
        ({"starts": "10:00", "ends": "09:00"}, 409, "must end after it starts"),
        ({"last_day": "1405/12/01"}, 409, "31 days at most"),
        ({"starts": "10:03"}, 409, "five minutes"),
        ({"station": "77777"}, 422, "Choose one from the list"),
    ],
)
async def test_a_closure_that_makes_no_sense_is_refused_and_nothing_is_lost(
    administrator: Browser,
    world: World,
    changes: dict[str, str],
    status: int,
    sentence: str,
) -> None:
    typed = {"first_day": "1405/09/03", "reason": "عید"} | changes
    path = f"/sites/{world.prison.id}/closures/new"
    page = await text(administrator, path, typed, status=status)
    assert sentence in page
    assert f'value="{typed["first_day"]}"' in page
    assert await rows(administrator, Closure) == []

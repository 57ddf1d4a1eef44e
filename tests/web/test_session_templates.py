from datetime import date, time, timedelta
from typing import Any

import pytest

from tests import make
from tests.make import World
from tests.web.conftest import Site as Browser
from tests.web.day import booked
from tests.web.reading import rows, sent_to, text
from visitation.places import SessionTemplate
from visitation.words import Role

SAVE = {"step": "save"}
pytestmark = pytest.mark.usefixtures("english")


def opening(**changes: Any) -> dict[str, Any]:
    return {
        "weekdays": ["saturday"],
        "starts": "۰۸:۰۰",
        "ends": "12:00",
        "slot_minutes": "۳۰",
        "valid_from": "۱۴۰۵/۰۹/۰۲",
        "kinds": ["family"],
    } | changes


async def test_a_scheduler_opens_a_prison_on_several_days_at_once(
    site: Browser, world: World
) -> None:
    await site.sign_in(Role.SCHEDULER)
    async with site.database.write() as session:
        prison = await make.prison(session, name="زندان تازه")
        terminal = await make.terminal(session, prison)
    path = f"/sites/{prison.id}/templates"
    assert "never open yet" in await text(site, path)
    assert "Saturday" in await text(site, f"{path}/new")
    typed = opening(
        weekdays=["saturday", "monday"],
        valid_to="1405/12/29",
        stations=[str(terminal.id)],
        kinds=["family", "official"],
    )
    assert await sent_to(site, f"{path}/new", typed) == path
    found = await rows(site, SessionTemplate, SessionTemplate.site_id == prison.id)
    assert [one.model_dump(exclude={"id"}) for one in found] == [
        {
            "site_id": prison.id,
            "weekday": weekday,
            "starts": time(8),
            "ends": time(12),
            "slot_minutes": 30,
            "valid_from": date(2026, 11, 23),
            "valid_to": date(2027, 3, 20),
            "every_weeks": 1,
            "on_holidays": False,
            "stations": [terminal.id],
            "kinds": ["family", "official"],
        }
        for weekday in (5, 0)
    ]
    page = await text(site, path)
    assert page.index("Saturday") < page.index("Monday")
    assert "8 of 30 minutes" in page
    again = await text(site, f"{path}/new", typed, status=409)
    assert "already open then" in again


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"weekdays": []}, 422, "Fill this in"),
        ({"weekdays": ["someday"]}, 422, "Choose one from the list"),
        ({"starts": "25:00"}, 422, "Give a time"),
        ({"ends": "08:00"}, 409, "must end after it starts"),
        ({"starts": "08:03"}, 409, "whole five minutes"),
        ({"slot_minutes": "300"}, 422, "or less"),
        ({"slot_minutes": "۲۴۵"}, 422, "or less"),
        ({"slot_minutes": "5"}, 409, "longer than the time to change"),
        ({"slot_minutes": "many"}, 422, "whole number"),
        ({"ends": "08:15"}, 409, "longer than the opening"),
        ({"valid_to": "1405/01/01"}, 409, "must end after it starts"),
        ({"valid_from": "1405/13/01"}, 422, "Give a day"),
        ({"valid_from": "9999-01-01"}, 422, "Give a day"),
        ({"stations": ["999"]}, 409, "terminals of this prison"),
        ({"kinds": []}, 422, "Fill this in"),
    ],
)
async def test_an_opening_that_makes_no_sense_is_refused_and_nothing_is_lost(
    administrator: Browser, changes: dict[str, Any], status: int, sentence: str
) -> None:
    async with administrator.database.write() as session:
        prison = await make.prison(session, name="زندان تازه")
    path = f"/sites/{prison.id}/templates/new"
    page = await text(administrator, path, opening(**changes), status=status)
    assert sentence in page
    typed = opening(**changes)
    assert f'value="{typed["starts"]}"' in page
    kept = await rows(
        administrator, SessionTemplate, SessionTemplate.site_id == prison.id
    )
    assert kept == []


async def test_no_day_is_opened_when_one_of_them_is_taken(
    administrator: Browser, world: World
) -> None:
    async with administrator.database.write() as session:
        prison = await make.prison(session, name="زندان تازه")
        await make.template(session, prison, weekday=0, starts=time(9))
    typed = opening(weekdays=["saturday", "monday"])
    path = f"/sites/{prison.id}/templates/new"
    await text(administrator, path, typed, status=409)
    found = await rows(
        administrator, SessionTemplate, SessionTemplate.site_id == prison.id
    )
    assert [one.weekday for one in found] == [0]


async def test_only_prisons_have_opening_times(
    administrator: Browser, world: World
) -> None:
    path = f"/sites/{world.point.id}/templates"
    assert "Only prisons" in await text(administrator, path)
    page = await text(administrator, f"{path}/new", opening(), status=409)
    assert "Choose a prison" in page


async def test_opening_times_end_on_a_day(administrator: Browser, world: World) -> None:
    (first, *_) = await rows(administrator, SessionTemplate)
    path = f"/templates/{first.id}/end"
    assert "stay booked" in await text(administrator, path)
    await text(administrator, path, {"last_day": "soon"}, status=422)
    listing = f"/sites/{world.prison.id}/templates"
    typed = {"last_day": "1405/09/01"}
    assert await sent_to(administrator, path, typed | SAVE) == listing
    (ended,) = await rows(
        administrator, SessionTemplate, SessionTemplate.id == first.id
    )
    assert ended.valid_to == date(2026, 11, 22)
    for step in ({}, SAVE):
        later = {"last_day": "1405/12/01"} | step
        page = await text(administrator, path, later, status=409)
        assert "already ends before" in page


async def test_what_an_ending_puts_outside_is_shown_before_it_is_made(
    administrator: Browser, world: World
) -> None:
    async with administrator.database.write() as session:
        weekly = [
            (
                await booked(
                    session,
                    world,
                    administrator.keyring,
                    starts_at=administrator.clock() + timedelta(weeks=weeks),
                )
            ).visit.reference
            for weeks in range(1, 13)
        ]
    mondays = SessionTemplate.weekday == administrator.clock().weekday()
    (monday,) = await rows(administrator, SessionTemplate, mondays)
    path = f"/templates/{monday.id}/end"
    typed = {"last_day": "1405/09/09"}

    page = await text(administrator, path, typed)
    assert "11 visits that are booked would fall outside" in page
    shown = [one for one in weekly if f'/visits/{one}"' in page]
    assert shown == weekly[1:11]
    assert "Not all of them are shown." in page
    back = await text(administrator, path, typed | {"step": "change"})
    assert 'value="1405/09/09"' in back
    spared = await text(administrator, path, {"last_day": "1406/12/01"})
    assert "No visit that is booked falls outside" in spared
    (same,) = await rows(administrator, SessionTemplate, mondays)
    assert same.valid_to is None

    await sent_to(administrator, path, typed | SAVE)
    (ended,) = await rows(administrator, SessionTemplate, mondays)
    assert ended.valid_to == date(2026, 11, 30)

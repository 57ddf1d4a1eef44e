"""A standing visit on its page: booked date by date, and ended."""

from datetime import timedelta

from sqlmodel import select

from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import TEN, book, text
from visitation.lifecycle import VisitState
from visitation.visits import Visit

WEEK = timedelta(weeks=1)


async def rows(site: Site) -> list[Visit]:
    async with site.database.read() as session:
        found = await session.exec(select(Visit).order_by(Visit.starts_at))
        return list(found)


async def test_a_visit_repeats_from_its_page_and_ends_again(
    scheduler: Site, world: World
) -> None:
    visit = await book(scheduler, world)
    path = f"/visits/{visit.reference}/series"
    assert path in await text(await scheduler.get(f"/visits/{visit.reference}"))

    page = await text(
        await scheduler.post(path, {"every_weeks": "1", "times": "2", "until": ""})
    )
    assert page.count(">Booked<") >= 2
    assert [row.starts_at for row in await rows(scheduler)] == [
        TEN,
        TEN + WEEK,
        TEN + 2 * WEEK,
    ]

    later = (await rows(scheduler))[1]
    ended = await scheduler.post(
        f"/visits/{later.reference}/series/end",
        {"outcome": "cancelled_by_family", "reason": "Moved away"},
    )
    assert ended.headers["Location"] == f"/visits/{later.reference}"
    assert [row.state for row in await rows(scheduler)] == [
        VisitState.BOOKED,
        *[VisitState.CANCELLED] * 2,
    ]


async def test_a_series_without_an_end_is_asked_for_one(
    scheduler: Site, world: World
) -> None:
    visit = await book(scheduler, world)
    answer = await scheduler.post(
        f"/visits/{visit.reference}/series", {"every_weeks": "2"}
    )
    assert answer.status == 409
    assert "until which day" in await text(answer)
    assert len(await rows(scheduler)) == 1


async def test_a_series_is_shown_at_its_visits_and_its_prisoner_and_skips_a_date(
    scheduler: Site, world: World
) -> None:
    visit = await book(scheduler, world)
    path = f"/visits/{visit.reference}/series"
    await scheduler.post(path, {"every_weeks": "2", "times": "2", "until": ""})
    shown = await text(await scheduler.get(f"/visits/{visit.reference}"))
    assert "Every 2 weeks" in shown
    prisoner = await text(await scheduler.get(f"/prisoners/{world.prisoner.id}"))
    assert "Standing visits" in prisoner
    last = (await rows(scheduler))[-1]
    assert f"/visits/{last.reference}/series" in prisoner

    second = (await rows(scheduler))[1]
    skip = f"/visits/{second.reference}/cancel"
    assert f'href="{skip}"' in await text(await scheduler.get(path))
    await scheduler.post(skip, {"outcome": "cancelled_by_family", "reason": "Eid"})
    page = await text(await scheduler.get(path))
    assert f'href="{skip}"' not in page
    again = await text(
        await scheduler.post(path, {"every_weeks": "2", "times": "2", "until": ""})
    )
    assert again.count("Was there before") == 2
    assert [row.state for row in await rows(scheduler)] == [
        VisitState.BOOKED,
        VisitState.CANCELLED,
        VisitState.BOOKED,
    ]


async def test_a_series_that_was_ended_goes_on_when_it_is_repeated(
    scheduler: Site, world: World
) -> None:
    visit = await book(scheduler, world)
    path = f"/visits/{visit.reference}/series"
    await scheduler.post(path, {"every_weeks": "1", "times": "1", "until": ""})
    later = (await rows(scheduler))[1]
    await scheduler.post(
        f"/visits/{later.reference}/series/end",
        {"outcome": "cancelled_by_family", "reason": "Moved away"},
    )
    assert "ended" in await text(await scheduler.get(path))
    await scheduler.post(path, {"every_weeks": "1", "times": "2", "until": ""})
    page = await text(await scheduler.get(path))
    assert "Every week" in page
    assert "· ended" not in page

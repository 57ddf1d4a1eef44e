"""Re-planning a day and moving one, as schedulers meet it."""

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.scheduler import village
from tests.scheduler.village import DAY, HALF_HOUR, ONE_DAY, TEN, Family, Village
from tests.web import reading
from tests.web.conftest import Site
from tests.web.reading import rows, sent_to
from tests.web.worlds import english
from visitation.lifecycle import VisitState
from visitation.places import Closure, MobileDay
from visitation.visits import Visit
from visitation.words import MobileDayState, Role


async def text(site: Site, path: str, *typed: Any, **how: Any) -> str:
    """A page with every run of white space as one space."""
    return " ".join((await reading.text(site, path, *typed, **how)).split())


@dataclass(frozen=True, kw_only=True)
class Scene:
    site: Site
    here: Village
    first: Family
    second: Family

    @property
    def path(self) -> str:
        return f"/mobile-days/{self.here.planned.reference}"

    async def cancelled(self) -> None:
        async with self.site.database.write() as session:
            await village.cancel(session, self.here)
            await village.drive(
                session, self.here.office, self.here.village, DAY + ONE_DAY
            )

    async def agreed(self, path: str = "") -> dict[str, str]:
        """What the form on the page would send."""
        page = await text(self.site, path or f"{self.path}/replan")
        form = page[page.index('method="post" action="/mobile-days') :]
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))

    async def visit(self, one: Family) -> Visit:
        async with self.site.database.read() as session:
            return await session.get_one(Visit, one.visit.id)


@pytest.fixture
async def scene(site: Site) -> Scene:
    async with site.database.write() as session:
        here = await village.village(session)
        first = await village.family(session, here, site.keyring, met_days_ago=42)
        second = await village.family(
            session,
            here,
            site.keyring,
            start=TEN + HALF_HOUR,
            visitor={"phone": None, "name": "گلی رضایی"},
        )
    await english(site)
    await site.sign_in(Role.SCHEDULER)
    return Scene(site=site, here=here, first=first, second=second)


async def test_a_cancelled_day_leads_to_its_new_plan_which_is_done_once(
    scene: Scene,
) -> None:
    async with scene.site.database.write() as session:
        await village.drive(
            session, scene.here.office, scene.here.village, DAY + ONE_DAY
        )
    led = await sent_to(scene.site, f"{scene.path}/cancel", {"reason": "برف"})
    page = await text(scene.site, led)

    assert led == f"{scene.path}/replan"
    assert "The same place, 1 day later" in page
    assert "42 days since the last visit" in page
    assert "وقت تازه:" in page
    assert "for the clerk to tell</dt> <dd>1</dd>" in page
    agreed = await scene.agreed()
    sent = await asyncio.gather(
        *(scene.site.post(f"{scene.path}/replan", agreed) for _ in range(2))
    )
    assert [one.headers.get("Location") for one in sent] == [f"{led}/list"] * 2
    visit = await scene.visit(scene.first)
    # Whoever never met comes first in line, and so gets the hour it had.
    assert (visit.starts_at, visit.version) == (TEN + ONE_DAY, 2)
    listed = await text(scene.site, f"{led}/list")
    assert "گلی رضایی" in listed
    assert "no phone" in listed
    assert "Sunday 29 November 2026" in listed
    assert "Nobody has to move" in await text(scene.site, led)


async def test_what_changed_meanwhile_is_shown_and_nothing_is_done(
    scene: Scene,
) -> None:
    await scene.cancelled()
    agreed = await scene.agreed()
    async with scene.site.database.write() as session:
        await village.family(
            session, scene.here, scene.site.keyring, start=TEN + ONE_DAY
        )

    answer = await scene.site.post(f"{scene.path}/replan", agreed)

    page = " ".join((await answer.text()).split())
    assert answer.status == 409
    assert "Something changed since this was shown" in page
    assert "Cancelled; the family waits in line" in page
    assert (await scene.visit(scene.first)).version == 1


async def test_bounds_are_kept_and_what_makes_no_sense_is_said_at_the_field(
    scene: Scene,
) -> None:
    await scene.cancelled()
    path = f"{scene.path}/replan"
    page = await text(scene.site, f"{path}?last=2026-11-28&kilometres=0&rest=stay")
    assert "Stays as it is, for somebody to look at." in page
    assert 'value="0" selected' in page
    page = await text(scene.site, f"{path}?last=2026-11-01", status=422)
    assert 'href="#last"' in page
    assert "It must end after it starts." in page
    page = await text(scene.site, f"{path}?kilometres=far", status=422)
    assert "Give a whole number." in page


async def test_a_day_is_moved_with_its_stops_and_its_families_follow(
    scene: Scene,
) -> None:
    assert "Move this day to another" in await text(scene.site, scene.path)
    move = f"{scene.path}/move"
    await text(scene.site, move, {"day": "2026-12-03"}, status=422)
    page = await text(
        scene.site, move, {"day": "2026-11-01", "reason": "x"}, status=409
    )
    assert 'value="2026-11-01"' in page
    led = await sent_to(scene.site, move, {"day": "1405/09/12", "reason": "برف"})
    old, new = sorted(await rows(scene.site, MobileDay), key=lambda one: one.day)

    assert led == f"{scene.path}/replan?prefer=2026-12-03"
    assert old.state is MobileDayState.CANCELLED
    assert new.day == DAY + 5 * ONE_DAY
    agreed = await scene.agreed(led)
    assert agreed["prefer"] == "2026-12-03"
    await sent_to(scene.site, f"{scene.path}/replan", agreed)
    visit = await scene.visit(scene.first)
    assert visit.starts_at.date() == new.day


async def test_a_closed_prisons_day_is_re_planned_and_wants_a_reason(
    scene: Scene,
) -> None:
    path = f"/sites/{scene.here.prison.id}/replan?day={DAY}"
    assert "Nobody has to move" in await text(scene.site, path)
    async with scene.site.database.write() as session:
        visit = await session.get_one(Visit, scene.second.visit.id)
        session.add(
            Closure(
                site_id=scene.here.prison.id,
                starts_at=visit.starts_at,
                ends_at=visit.ends_at + timedelta(minutes=5),
                reason="برق",
            )
        )
    page = await text(scene.site, path)
    assert page.count("/visits/") == 1
    shown = re.search(r'name="shown" value="([^"]+)"', page)
    assert shown is not None
    typed = {"shown": shown[1], "rest": "cancel"}
    await text(scene.site, path, typed, status=409)
    typed = {"shown": shown[1], "rest": "wait"}
    page = await text(scene.site, path, typed, status=409)
    assert "Give the reason" in page
    await sent_to(scene.site, path, typed | {"reason": "برق نیست"})
    assert (await scene.visit(scene.second)).state is VisitState.CANCELLED
    assert (await scene.visit(scene.first)).version == 1


async def test_an_auditor_reads_and_whoever_is_elsewhere_finds_nothing(
    scene: Scene,
) -> None:
    await scene.cancelled()
    await scene.site.sign_in(Role.AUDITOR)
    page = await text(scene.site, f"{scene.path}/replan")
    assert "Do this and tell them" not in page
    refused = await scene.site.post(f"{scene.path}/replan", {"shown": ""})
    assert refused.status == 404
    async with scene.site.database.write() as session:
        other = await village.village(session)
    await scene.site.sign_in(
        Role.SCHEDULER, username="far", sites=[other.prison.id, other.office.id]
    )
    for path in (
        f"{scene.path}/replan",
        f"{scene.path}/replan/list",
        f"{scene.path}/move",
        f"/sites/{scene.here.prison.id}/replan?day={DAY}",
        f"/sites/{other.office.id}/replan?day={DAY}",
        f"/sites/{other.prison.id}/replan?day=never",
        f"/sites/{other.prison.id}/replan?day=0001-01-01",
        f"/sites/{other.prison.id}/replan?day=9999-12-31",
    ):
        await text(scene.site, path, status=404)


async def test_what_cannot_be_done_is_said_and_not_that_something_changed(
    scene: Scene,
) -> None:
    await scene.cancelled()
    async with scene.site.database.write() as session:
        for one in (scene.first, scene.second):
            visit = await session.get_one(Visit, one.visit.id)
            visit.point_id = None
            session.add(visit)
    path = f"{scene.path}/replan"
    agreed = await scene.agreed(path)
    page = await text(scene.site, path, agreed, status=409)
    assert "Choose a place where the family could sit" in page
    assert "Something changed" not in page

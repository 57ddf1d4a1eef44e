"""The shut door of a call: when it opens, and why it does not."""

from datetime import timedelta

from tests.make import World
from tests.web.conftest import Site
from tests.web.day import become, visit_now
from visitation.lifecycle import VisitState
from visitation.visits import Visit
from visitation.words import Outcome, Role


async def test_the_door_says_when_it_opens_and_opens_by_itself(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world, starts_at=site.clock() + timedelta(hours=2))
    await become(site, world.terminal)

    page = await (await site.get(f"/call/{visit.visit.reference}")).text()

    assert "هنوز زمان آن نرسیده است" in page
    assert "۱۳:۳۰" in page
    opens = site.clock() + timedelta(hours=1, minutes=30)
    assert 'data-module="open-door"' in page
    assert f'data-now="{site.clock().isoformat()}"' in page
    assert f'data-opens="{opens.isoformat()}"' in page
    assert f'data-href="/call/{visit.visit.reference}"' in page


async def test_after_the_visit_the_door_says_so(site: Site, world: World) -> None:
    visit = await visit_now(site, world, state=VisitState.COMPLETED)
    await become(site, world.terminal)

    page = await (await site.get(f"/call/{visit.visit.reference}")).text()

    assert "این ملاقات تمام شده است" in page
    assert 'data-module="open-door"' not in page


async def test_the_door_says_gently_that_the_prisoner_does_not_come(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world, state=VisitState.MISSED)
    async with site.database.write() as session:
        kept = await session.get_one(Visit, visit.visit.id)
        kept.outcome = Outcome.PRISONER_REFUSED
        session.add(kept)
    path = f"/call/{visit.visit.reference}"

    await become(site, world.terminal)
    assert "اگر درست نیست، همین حالا به مأمور بگویید" in await _read(site, path)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    assert "مددجو نخواست بیاید" in await _read(site, path)


async def _read(site: Site, path: str) -> str:
    return await (await site.get(path)).text()

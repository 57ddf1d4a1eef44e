"""The list of recordings and the page of one, by role, reach and state."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests import make
from tests.make import World
from tests.web import shelves, worlds
from tests.web.conftest import Site, Start
from tests.web.shelves import Kept
from visitation.words import RecordingState, Role

READERS = (Role.ADMINISTRATOR, Role.AUDITOR, Role.OFFICIAL)
OTHERS = (Role.WARDEN, Role.CLERK, Role.SCHEDULER)
Keep = Callable[..., Awaitable[Kept]]


@pytest.fixture
async def site(start_site: Start, tmp_path: Path) -> Site:
    return await start_site(settings=shelves.settings(tmp_path / "recordings"))


@pytest.fixture
def keep(site: Site, world: World, english: None) -> Keep:
    async def made(**columns: object) -> Kept:
        return await shelves.kept(site, world, **columns)

    return made


async def sign_in(site: Site, world: World, role: Role) -> None:
    await site.sign_in(role, provinces=[world.prison.province_id])


@pytest.mark.parametrize("role", READERS)
async def test_who_reaches_the_prison_finds_its_recordings(
    site: Site, world: World, keep: Keep, role: Role
) -> None:
    found = await keep()
    await sign_in(site, world, role)
    listed = await worlds.text(await site.get("/recordings"))
    shown = await worlds.text(await site.get(found.path))

    assert f'href="{found.path}"' in listed
    assert "Ready to play" in listed
    assert "Recording of the visit of" in shown
    assert "رضا کریمی" in shown


@pytest.mark.parametrize("role", OTHERS)
async def test_for_others_there_is_no_such_page(
    site: Site, world: World, keep: Keep, role: Role
) -> None:
    found = await keep()
    await sign_in(site, world, role)
    answers = [
        await site.get("/recordings"),
        await site.get(found.path),
        await site.get(found.address()),
        await site.get(f"{found.address()}/check"),
        await site.get(f"{found.path}/export"),
        await site.get(f"{found.path}/delete"),
        *[
            await site.post(f"{found.path}/{act}", {"reason": "case"})
            for act in ("ask", "check", "hold", "release", "delete")
        ],
    ]

    assert [one.status for one in answers] == [404] * 11


@pytest.mark.parametrize("role", READERS)
async def test_beyond_somebodys_reach_there_is_none(
    site: Site, world: World, keep: Keep, role: Role
) -> None:
    found = await keep()
    async with site.database.write() as session:
        elsewhere = await make.province(session, name="فارس")
    await site.sign_in(role, provinces=[elsewhere.id])
    listed = await worlds.text(await site.get("/recordings"))

    assert "Nothing was recorded in the prisons within your reach" in listed
    assert (await site.get(found.path)).status == 404
    assert (await site.get(found.address())).status == 404


@pytest.mark.parametrize(
    "who",
    [
        (Role.ADMINISTRATOR, "ask", False),
        (Role.ADMINISTRATOR, "hold", True),
        (Role.ADMINISTRATOR, "release", True),
        (Role.ADMINISTRATOR, "check", True),
        (Role.AUDITOR, "ask", True),
        (Role.AUDITOR, "hold", False),
        (Role.AUDITOR, "release", False),
        (Role.AUDITOR, "delete", False),
        (Role.OFFICIAL, "ask", True),
        (Role.OFFICIAL, "hold", False),
        (Role.OFFICIAL, "delete", False),
    ],
)
async def test_each_deed_has_its_roles(
    site: Site, world: World, keep: Keep, who: tuple[Role, str, bool]
) -> None:
    role, deed, allowed = who
    found = await keep()
    await sign_in(site, world, role)
    answer = await site.post(f"{found.path}/{deed}", {"reason": "case"})

    assert (answer.status != 404) is allowed


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (RecordingState.RUNNING, "Come back when it is over"),
        (RecordingState.PAUSED, "Come back when it is over"),
        (RecordingState.ENDED, "The files are being put together"),
        (RecordingState.FAILED, "could not be put together"),
    ],
)
async def test_what_does_not_play_says_why(
    site: Site, world: World, keep: Keep, state: RecordingState, said: str
) -> None:
    found = await keep(state=state)
    await sign_in(site, world, Role.AUDITOR)
    page = await worlds.text(await site.get(found.path))

    assert said in page
    assert "Why do you play it?" not in page
    assert await shelves.ask(site, found) == 409


async def test_filters_narrow_the_list_and_the_last_day_counts(
    site: Site, world: World, keep: Keep
) -> None:
    found = await keep()
    await sign_in(site, world, Role.AUDITOR)
    link = f'href="{found.path}"'
    shown = {
        query: link in await (await site.get(f"/recordings?{query}")).text()
        for query in (
            "state=finished",
            "state=deleted",
            "since=1405/09/02&until=1405/09/02",
            "since=1405/09/03",
            "until=1405/09/01",
            f"prison={world.prison.id}",
        )
    }

    assert list(shown.values()) == [True, False, True, False, False, True]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("state=none", 422),
        ("since=yesterday", 422),
        ("since=1405/09/03&until=1405/09/01", 422),
        ("prison=999999", 422),
        ("after=elsewhere", 404),
    ],
)
async def test_an_address_that_makes_no_sense_is_answered_so(
    site: Site, world: World, keep: Keep, query: str, status: int
) -> None:
    await keep()
    await sign_in(site, world, Role.AUDITOR)
    assert (await site.get(f"/recordings?{query}")).status == status


async def test_the_list_goes_on_from_page_to_page(
    site: Site, world: World, keep: Keep
) -> None:
    first = await keep()
    for number in range(55):
        await keep(
            visit=first.visit,
            contents=(),
            reference=f"one-of-many-{number}",
            started_at=site.clock() - timedelta(days=1, minutes=number),
        )
    await sign_in(site, world, Role.AUDITOR)
    page = await (await site.get("/recordings")).text()
    onward = page.partition('rel="next" href="')[2].partition('"')[0]
    rest = await (await site.get(onward.replace("&amp;", "&"))).text()

    assert page.count('href="/recordings/') == 50
    assert rest.count('href="/recordings/') == 6
    assert "one-of-many-54" in rest


async def test_a_visits_page_leads_to_its_recording_for_whoever_may_see_it(
    site: Site, world: World, keep: Keep
) -> None:
    found = await keep()
    address = f"/visits/{found.visit.reference}"
    pages = {}
    for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.WARDEN, Role.SCHEDULER):
        await sign_in(site, world, role)
        pages[role] = await worlds.text(await site.get(address))

    link = f'href="{found.path}"'
    assert {role: link in page for role, page in pages.items()} == {
        Role.ADMINISTRATOR: True,
        Role.AUDITOR: True,
        Role.WARDEN: False,
        Role.SCHEDULER: False,
    }
    assert "This visit was recorded" in pages[Role.WARDEN]
    assert "This visit was recorded" not in pages[Role.SCHEDULER]

"""Prisoners, visitors and contacts, as schedulers meet them."""

from datetime import date, timedelta

import pytest

from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.visitation.booked import booked
from tests.web.conftest import Site
from tests.web.reading import found_by, rows, sent_to, text
from visitation.people import Prisoner, Visitor
from web.paging import PER_PAGE

HOUR = timedelta(hours=1)
NATIONAL_ID = "0013542419"

pytestmark = pytest.mark.usefixtures("english")


def _print(site: Site) -> str:
    return site.keyring.fingerprint("national-id", NATIONAL_ID)


async def test_a_prisoner_is_added_and_found_again(
    scheduler: Site, world: World
) -> None:
    typed = {
        "site": str(world.prison.id),
        "number": "۴۵۶۷",
        "name": "حسن علي‌پور",
        "national_id": "۰۰۱۳۵۴۲۴۱۹",
    }
    path = await sent_to(scheduler, "/prisoners/new", typed)
    page = await text(scheduler, path)
    assert "حسن علي‌پور" in page
    assert "4567" in page
    assert "•••••••419" in page
    assert NATIONAL_ID not in page
    assert "Nobody may visit yet" in page
    for asked in ("علی پور", "علیپور", "4567", "۴۵۶"):
        found = await found_by(scheduler, "/prisoners", asked)
        assert path in found or asked == "علی پور"
    assert "Try a shorter piece" in await found_by(scheduler, "/prisoners", "zzz")
    again = await text(scheduler, "/prisoners/new", typed, status=409)
    assert "has this national ID" in again
    early = typed | {"national_id": "", "number": "9", "visited_on": "2026-11-24"}
    again = await text(scheduler, "/prisoners/new", early, status=409)
    assert "This day is still to come." in again
    other = typed | {"national_id": ""}
    again = await text(scheduler, "/prisoners/new", other, status=409)
    assert "has this number" in again
    assert 'value="حسن علي‌پور"' in again


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Fill this in"),
        ({"number": "x" * 33}, "Use 32 characters at most"),
        ({"national_id": "1234567890"}, "This is no national ID"),
        ({"site": "999"}, "Choose one from the list"),
        ({"site": "point"}, "Choose one from the list"),
    ],
)
async def test_a_prisoner_that_makes_no_sense_is_refused_and_nothing_is_lost(
    scheduler: Site, world: World, changes: dict[str, str], sentence: str
) -> None:
    typed = {"site": str(world.prison.id), "number": "1", "name": "حسن"} | changes
    if typed["site"] == "point":
        typed["site"] = str(world.point.id)
    page = await text(scheduler, "/prisoners/new", typed, status=422)
    assert sentence in page
    assert f'value="{typed["number"]}"' in page
    assert len(await rows(scheduler, Prisoner)) == 1


async def test_a_prisoner_is_corrected_and_the_id_is_kept(
    scheduler: Site, world: World
) -> None:
    path = f"/prisoners/{world.prisoner.id}"
    form = await text(scheduler, f"{path}/edit")
    assert 'value="رضا کریمی"' in form
    typed = {"number": "77", "name": "رضا کریمیان", "ward": "Youth"}
    typed |= {"national_id": NATIONAL_ID}
    assert await sent_to(scheduler, f"{path}/edit", typed) == path
    form = await text(scheduler, f"{path}/edit")
    assert "•••••••419" in form
    assert 'value="Youth"' in form
    assert NATIONAL_ID not in form
    assert await sent_to(scheduler, f"{path}/edit", typed | {"national_id": ""})
    assert "•••••••419" in await text(scheduler, path)
    async with scheduler.database.write() as session:
        await make.prisoner(session, world.prison, number="78")
    taken = await text(scheduler, f"{path}/edit", typed | {"number": "78"}, status=409)
    assert "has this number" in taken
    await text(scheduler, f"{path}/edit", typed | {"name": " "}, status=422)


async def test_a_release_names_what_is_booked_and_may_be_taken_back(
    scheduler: Site, world: World
) -> None:
    async with scheduler.database.write() as session:
        visit, _ = await booked(session, world, starts_at=NOON + HOUR)
    path = f"/prisoners/{world.prisoner.id}"
    assert f"/visits/{visit.reference}" in await text(scheduler, path)
    page = await text(scheduler, f"{path}/release")
    assert "Visits are still booked" in page
    assert f"/visits/{visit.reference}" in page
    assert await sent_to(scheduler, f"{path}/release") == path
    assert "Released on Monday 23 November 2026" in await text(scheduler, path)
    assert "Released" in await text(scheduler, "/prisoners")
    assert await sent_to(scheduler, f"{path}/take-back") == path
    (found,) = await rows(scheduler, Prisoner)
    assert found.released_at is None


async def test_people_out_of_reach_do_not_exist(scheduler: Site, world: World) -> None:
    async with scheduler.database.write() as session:
        far = await make.prison(session)
        prisoner = await make.prisoner(session, far, name="غریبه")
        visitor = await make.visitor(session, name="ناشناس", phone="+989350000001")
        contact = await make.contact(session, prisoner, visitor)
    assert "غریبه" not in await text(scheduler, "/prisoners")
    assert "ناشناس" not in await found_by(scheduler, "/visitors", "ناشنا")
    assert "ناشناس" not in await found_by(scheduler, "/visitors", "0935000")
    assert "ناشناس" in await found_by(scheduler, "/visitors", "0935 000 0001")
    for path in (
        f"/prisoners/{prisoner.id}",
        f"/prisoners/{prisoner.id}/edit",
        f"/prisoners/{prisoner.id}/release",
        f"/prisoners/{prisoner.id}/contacts/new",
        f"/prisoners/{prisoner.id}/visitors/new",
        f"/visitors/{visitor.id}",
        f"/visitors/{visitor.id}/edit",
        f"/contacts/{contact.id}",
        "/visitors/0",
        "/contacts/none",
    ):
        await text(scheduler, path, status=404)
    for path in (
        f"/prisoners/{prisoner.id}/release",
        f"/prisoners/{prisoner.id}/contacts/new",
        f"/visitors/{visitor.id}/edit",
        f"/contacts/{contact.id}",
    ):
        await text(scheduler, path, post=True, status=404)
    here = f"/prisoners/{world.prisoner.id}/contacts/new"
    typed = {"visitor": str(visitor.id), "relation": "sibling"}
    await text(scheduler, here, typed, status=422)
    exact = typed | {"text": "0935 000 0001"}
    assert await sent_to(scheduler, here, exact) == f"/prisoners/{world.prisoner.id}"


async def test_long_lists_are_turned_page_by_page(
    scheduler: Site, world: World
) -> None:
    async with scheduler.database.write() as session:
        for number in range(PER_PAGE + 5):
            await make.prisoner(session, world.prison, name=f"مددجو {number:03}")
            await make.visitor(session, name=f"مهمان {number:03}")
    for listing, last in (("/prisoners", "مددجو 054"), ("/visitors", "مهمان 054")):
        page = await text(scheduler, listing)
        assert last not in page
        link = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        following = await text(scheduler, link)
        assert last in following
        assert 'rel="prev"' in following
        assert 'rel="next"' not in following
    await text(scheduler, "/prisoners?after=x")


async def test_a_visitor_is_added_without_phone_or_reading(scheduler: Site) -> None:
    typed = {
        "name": "ننه گلی",
        "language": "fa",
        "cannot_read": "on",
        "born_on": "۱۳۲۰/۰۱/۰۱",
        "national_id": NATIONAL_ID,
    }
    path = await sent_to(scheduler, "/visitors/new", typed)
    (found,) = await rows(scheduler, Visitor, Visitor.name == "ننه گلی")
    assert path == f"/visitors/{found.id}"
    assert (found.phone, found.reads, found.born_on) == (
        None,
        False,
        date(1941, 3, 21),
    )
    page = await text(scheduler, path)
    assert "•••••••419" in page
    assert "Cannot read" in page
    assert "Linked to no prisoner" in page
    known = await text(
        scheduler, "/visitors/new", typed | {"name": "کسی دیگر"}, status=409
    )
    assert "has this national ID" in known


async def test_the_same_visitor_is_not_added_twice(scheduler: Site) -> None:
    typed = {"name": "زهرا احمدی", "phone": "0912 345 6789", "language": "fa"}
    assert await sent_to(scheduler, "/visitors/new", typed)
    again = await text(scheduler, "/visitors/new", typed, status=409)
    assert "is known" in again
    found = await rows(scheduler, Visitor, Visitor.name == "زهرا احمدی")
    assert [one.phone for one in found] == ["+989123456789"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Fill this in"),
        ({"phone": "0912"}, "Give a phone number"),
        ({"language": "xx"}, "Choose one from the list"),
        ({"born_on": "yesterday"}, "Give a day"),
        ({"born_on": "0999/01/01"}, "Give a day"),
        ({"national_id": "1"}, "This is no national ID"),
    ],
)
async def test_a_visitor_that_makes_no_sense_is_refused_and_nothing_is_lost(
    scheduler: Site, changes: dict[str, str], sentence: str
) -> None:
    typed = {"name": "زهرا احمدی", "phone": "09123456789", "language": "fa"} | changes
    page = await text(scheduler, "/visitors/new", typed, status=422)
    assert sentence in page
    assert f'value="{typed["phone"]}"' in page
    assert len(await rows(scheduler, Visitor)) == 1


async def test_a_visitor_is_corrected(scheduler: Site, world: World) -> None:
    path = f"/visitors/{world.visitor.id}"
    page = await text(scheduler, path)
    assert "رضا کریمی" in page
    form = await text(scheduler, f"{path}/edit")
    assert 'value="زهرا کریمی"' in form
    typed = {"name": "زهرا کریمیان", "phone": "", "language": "en"}
    assert await sent_to(scheduler, f"{path}/edit", typed) == path
    (found,) = await rows(scheduler, Visitor)
    assert (found.name, found.phone, found.language) == ("زهرا کریمیان", None, "en")
    await text(scheduler, f"{path}/edit", typed | {"name": ""}, status=422)
    async with scheduler.database.write() as session:
        await make.visitor(session, national_id_fingerprint=_print(scheduler))
    bad = typed | {"national_id": NATIONAL_ID}
    refused = await text(scheduler, f"{path}/edit", bad, status=409)
    assert "has this national ID" in refused


async def test_people_pages_speak_persian(scheduler: Site, world: World) -> None:
    scheduler.cookies["lang"] = "fa"
    page = await text(scheduler, f"/prisoners/{world.prisoner.id}")
    assert 'lang="fa" dir="rtl"' in page
    for words in ("شمارهٔ مددجو", "پدر یا مادر", "تأییدشده", "ثبت آزادی"):
        assert words in page

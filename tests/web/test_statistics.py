"""The page of figures, its file, and what anybody may read."""

import csv
import io
from datetime import date

import pytest

from scheduler import counting
from tests.visitation.statistics import counted
from tests.visitation.statistics.counted import Ground, noon
from tests.web.conftest import Site
from tests.web.reading import text
from visitation.words import Role, ServiceChannel, ServiceKind


@pytest.fixture
async def here(site: Site, english: None) -> Ground:
    """Twenty services and two visits in Azar, two services in the summer."""
    site.clock.now = counted.NOW
    async with site.database.write() as session:
        at = await counted.ground(session)
        for _ in range(15):
            await counted.service(session, at.office, date(2026, 12, 1))
        own = {"channel": ServiceChannel.SELF, "kind": ServiceKind.SANA}
        for _ in range(5):
            await counted.service(session, at.village, date(2026, 12, 2), **own)
        for _ in range(2):
            await counted.service(session, at.office, date(2026, 8, 1))
        await counted.visit(session, at, noon(1), came=2)
        await counted.visit(session, at, noon(3), point_id=None)
    await counting.count_all(site.database, now=counted.NOW)
    return at


async def test_whoever_answers_for_the_programme_reads_its_figures(
    site: Site, here: Ground
) -> None:
    await site.sign_in(Role.AUDITOR)

    page = await text(site, "/statistics?year=1405&part=m9")

    assert "Azar 1405" in page
    assert "<dt>Services done</dt>" in page
    assert '<dd class="figures__value">20</dd>' in page
    assert '<dd class="figures__value">25.0%</dd>' in page
    assert "Sana registration" in page


async def test_one_kind_leaves_the_others_out(site: Site, here: Ground) -> None:
    await site.sign_in(Role.ADMINISTRATOR)

    found = await _table(site, "?year=1405&kind=service:sana")

    assert found["Services done", ""] == "5"
    assert found["Visits that took place", ""] == "2"
    assert ("Services by kind", "Petition") not in found


async def test_what_became_of_a_visit_is_told_once(site: Site, here: Ground) -> None:
    await site.sign_in(Role.OFFICIAL)

    found = await _table(site, "?year=1405")

    outcomes = {part: of for (what, part), of in found.items() if "became" in what}
    assert outcomes == {"Took place": "2"}


async def test_the_file_has_every_figure_and_is_no_formula(
    site: Site, here: Ground
) -> None:
    await site.sign_in(Role.ADMINISTRATOR)
    async with site.database.write() as session:
        here.here.name = "=1+1"
        session.add(here.here)

    response = await site.get("/statistics/export?year=1405&part=q3")
    body = await response.read()

    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert rows[0] == ["What", "Part", "Value", "Year before"]
    assert ["Services by province", "'=1+1", "20", ""] in rows
    assert ["People served", "", "20", "–"] in rows


async def test_nobody_reads_what_is_out_of_reach(site: Site, here: Ground) -> None:
    await site.sign_in(Role.SCHEDULER, provinces=[here.there.id])

    page = await text(site, "/statistics?year=1405")
    assert '<dd class="figures__value">20</dd>' not in page
    wrong = f"/statistics?province={here.here.id}"
    assert "Choose one from the list." in await text(site, wrong, status=422)


@pytest.mark.parametrize(
    "query",
    [
        "year=1300",
        "year=x",
        "part=q9",
        "kind=visit:legal",
    ],
)
async def test_what_is_not_offered_is_refused(
    site: Site, here: Ground, query: str
) -> None:
    await site.sign_in(Role.ADMINISTRATOR)

    assert "Choose one from the list." in await text(
        site, f"/statistics?{query}", status=422
    )


async def test_days_are_chosen_by_the_solar_calendar(site: Site, here: Ground) -> None:
    await site.sign_in(Role.ADMINISTRATOR)

    # 10 to 11 Azar: 1 and 2 December.
    page = await text(site, "/statistics?first=1405/9/10&last=۱۴۰۵/۰۹/۱۱")
    assert "1 December 2026 (10 Azar 1405) to 2 December 2026 (11 Azar 1405)" in page
    assert '<dd class="figures__value">20</dd>' in page
    assert '<dd class="figures__value">1</dd>' in page
    first = await _table(site, "?first=2026-12-01&last=2026-12-01")
    assert first["Services done", ""] == "15"
    assert first["Visits that took place", ""] == "1"
    assert first["Services by day or month", "10 Azar"] == "15"


async def test_what_is_asked_for_most_is_a_link_away(site: Site, here: Ground) -> None:
    await site.sign_in(Role.ADMINISTRATOR)
    site.clock.now = noon(3)

    services = {
        span: (await _table(site, f"?span={span}"))["Services done", ""]
        for span in ("today", "yesterday", "week", "month", "year", "last_year")
    }
    assert services == {
        "today": "0",
        "yesterday": "5",
        "week": "20",
        "month": "20",
        "year": "22",
        "last_year": "0",
    }
    page = await text(site, "/statistics?span=week&kind=service:sana")
    assert (
        '<a class="button button--secondary" href="/statistics?span=week&amp;' in page
    )
    assert 'aria-current="true">This week</a>' in page
    assert "The last of these days is not over yet" in page


async def test_a_day_stands_beside_that_of_the_year_before(
    site: Site, here: Ground
) -> None:
    async with site.database.write() as session:
        # 10 Azar 1404.
        await counted.service(session, here.office, date(2025, 12, 1))
    await counting.count_all(site.database, now=counted.NOW)
    await site.sign_in(Role.AUDITOR)

    response = await site.get("/statistics/export?first=1405-09-10&last=1405-09-10")
    body = (await response.read()).decode("utf-8-sig")
    assert ["Services done", "", "15", "1"] in list(csv.reader(io.StringIO(body)))
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="statistics-14050910-14050910.csv"'
    )


async def test_a_year_before_the_first_figures_is_unknown_and_not_none(
    site: Site, here: Ground
) -> None:
    await site.sign_in(Role.AUDITOR)

    page = await text(site, "/statistics?first=1405-09-10&last=1405-09-10")
    response = await site.get("/statistics/export?first=1405-09-10&last=1405-09-10")
    body = (await response.read()).decode("utf-8-sig")

    assert "Year before: –" in page
    assert "Year before: 0" not in page
    head, *rows = csv.reader(io.StringIO(body))
    assert head == ["What", "Part", "Value", "Year before"]
    assert {before for *_, before in rows} == {"–", ""}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("last=1405-09-26", "This day is still to come."),
        ("first=1404-01-01&last=1404-01-02", "There are no figures of that time."),
        ("first=1405-13-01", "Give a day such as 1405/09/02"),
    ],
)
async def test_days_of_which_nothing_can_be_told_are_refused(
    site: Site, here: Ground, query: str, said: str
) -> None:
    await site.sign_in(Role.ADMINISTRATOR)

    assert said in await text(site, f"/statistics?{query}", status=422)


@pytest.mark.parametrize("role", [Role.CLERK, Role.WARDEN])
async def test_it_is_not_for_those_who_serve(site: Site, role: Role) -> None:
    await site.sign_in(role)
    await text(site, "/statistics", status=404)


async def test_anybody_reads_quarters_that_are_over(site: Site, here: Ground) -> None:
    await counting.count_all(site.database, now=noon(1, 2).replace(year=2027))

    page = await text(site, "/figures")

    assert "Mehr to Azar 1405" in page
    assert '<dd class="figures__value">20</dd>' in page
    # The provinces' services: 20 and 0; the few would follow from the sum.
    assert page.count("Not told") == 5
    assert "Fewer than 5" in page
    assert "Dey" not in page
    # What is written down later changes nothing that was told.
    async with site.database.write() as session:
        await counted.service(session, here.office, date(2026, 12, 1))
    await counting.count_all(site.database, now=noon(2, 2).replace(year=2027))
    assert await text(site, "/figures") == page


async def test_before_the_first_quarter_is_over_there_is_nothing(
    site: Site, english: None
) -> None:
    assert "There are no figures yet." in await text(site, "/figures")


async def _table(site: Site, query: str) -> dict[tuple[str, str], str]:
    response = await site.get(f"/statistics/export{query}")
    rows = csv.reader(io.StringIO((await response.read()).decode("utf-8-sig")))
    return {(what, part): value for what, part, value, _before in rows}

"""Every place has its group, and every role its row."""

import re

import pytest

from tests.web.conftest import Site
from tests.web.reading import text
from visitation.words import Role
from web import menu
from web.routes import ROUTES
from web.routing import STAFF

pytestmark = pytest.mark.usefixtures("english")


def of(role: Role) -> set[str]:
    return {route.called for route in ROUTES if route.menu and role in route.allow}


def test_every_place_stands_in_one_group() -> None:
    grouped = [place for group in menu.GROUPS for place in group.places]

    assert sorted(grouped) == sorted(route.called for route in ROUTES if route.menu)


@pytest.mark.parametrize("role", sorted(STAFF))
def test_a_row_has_five_places_that_its_role_may_go_to(role: Role) -> None:
    row = menu.ROW[Role(role)]

    assert set(row) <= of(Role(role))
    assert len(set(row)) == min(5, len(of(Role(role))))


def test_groups_without_a_place_for_somebody_are_left_out() -> None:
    found = menu.grouped({"audit.index": 1, "queue.index": 2, "clerk.day": 3})

    assert found == [("Today", [3, 2]), ("The record", [1])]


async def test_the_start_page_and_more_have_the_same_groups(site: Site) -> None:
    await site.sign_in(Role.SCHEDULER)

    bar, first = (await text(site, "/staff")).split('<main id="main"')

    row, *behind = re.findall("<ul.*?>(.+?)</ul>", bar, re.DOTALL)
    assert _words(row) == [
        "Booking",
        "Overview",
        "Requests",
        "Waiting list",
        "Prisoners",
    ]
    assert re.findall(r'<p class="menu__heading" id="menu-\d">(.+?)</p>', bar) == [
        "Today",
        "Visits",
        "People",
        "Places and hours",
        "Messages to people",
        "Figures",
    ]
    assert _words("".join(behind)) == re.findall(r'class="place".*?>(.+?)</a>', first)
    assert re.findall(r'<h2 id="places-\d">(.+?)</h2>', first)[1:] == [
        "Visits",
        "People",
        "Places and hours",
        "Messages to people",
        "Figures",
    ]
    assert 'class="menu__fifth"' in bar
    assert bar.count('class="menu__first"') == 4


async def test_the_navigation_holds_what_a_role_may_open(site: Site) -> None:
    await site.sign_in(Role.WARDEN)

    page = await text(site, "/staff")

    assert 'href="/warden/unclosed"' in page
    assert 'href="/clerk"' not in page


def _words(part: str) -> list[str]:
    return re.findall(r"<a [^>]*>([^<]+)</a>", part)

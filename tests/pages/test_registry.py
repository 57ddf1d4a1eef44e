"""Every page is come upon by somebody, answers as it should, and has its own name."""

from collections import defaultdict
from collections.abc import Mapping

import pytest

from tests.pages import doors, registry
from tests.pages.crawl import HTML, route_of
from tests.pages.stage import Address, Stage
from web.render import TEMPLATE_FOLDER
from web.routes import ROUTES

pytestmark = pytest.mark.asyncio(loop_scope="session")
SHOWN, SHUT_OUT = 200, {403, 429}
#: Pages that no address shows, and why.
UNSEEN: Mapping[str, str] = {
    "family/offer_done.html": "an offer is answered once: tests/web/test_waiting",
    "family/own_again.html": "a code is used once: tests/web/test_own_sessions",
    "recordings/damaged.html": "a disk that errs: tests/web/test_recordings_played",
    "professionals/nothing.html": "no lawyers' hours: tests/web/test_professionals",
    "professionals/not_in_force.html": "a licence gone: tests/web/test_professionals",
}
#: Pages of one door that are called the same, because they are the same.
ALIKE = (
    # A visitor is added from the list or from the prisoner who is visited.
    {"/visitors/new", "/prisoners/{prisoner}/visitors/new"},
    # A visit that cannot be moved says so at whichever step one comes back to.
    {"/mine/visits/{part}/move", "/mine/visits/{part}/move/times"},
    # Who may not book now may not wait either, for the same reason.
    {"/mine/book/{contact}", "/mine/waiting/new/{contact}"},
    # What was not booked yet is told of where it was held, and after.
    {"/mine/held/{hold}", "/mine/held/{hold}/done"},
    # A visit left unclosed is closed from its own page, or from the warden's list.
    {"/visits/{visit}/close", "/warden/{visit}/close"},
    # The device is tried before a visit and in between, in the same steps.
    {"/check", "/mine/visits/{part}/check"},
)


def _pages() -> set[str]:
    return {
        route.path
        for route in ROUTES
        if route.method == "GET" and not route.path.startswith("/api/")
    }


async def test_somebody_comes_upon_every_page(addresses: tuple[Address, ...]) -> None:
    known = registry.routes_of(addresses)
    without = {path.replace(":.+}", "}") for path in _pages() - known}
    assert without - doors.NO_PAGES.keys() == set()


async def test_what_is_said_to_be_no_page_is_a_route_still() -> None:
    routes = {path.replace(":.+}", "}") for path in _pages()}
    assert doors.NO_PAGES.keys() - routes == set()


async def test_pages_answer_what_they_are_there_for(
    addresses: tuple[Address, ...],
) -> None:
    looked = {one for one in addresses if one.posted is None}
    missing = {one for one in looked if one.path in registry.WRONG}
    assert {one.status for one in missing} == {404}
    over = {one for one in looked - missing if one.status != 200}
    assert {(one.kind, one.status) for one in over} == {("/mine/held/{hold} over", 410)}
    shut_out = {one.kind: one.status for one in addresses if one.status in SHUT_OUT}
    assert shut_out == {"/sign-in foreign": 403, "/station/operator too often": 429}
    assert {one.status for one in addresses} <= {200, 404, 409, 410, 422} | SHUT_OUT
    assert len(addresses) > len(_pages())


async def test_every_template_of_a_page_is_shown(
    raised: Stage, addresses: tuple[Address, ...]
) -> None:
    pages = {
        str(path.relative_to(TEMPLATE_FOLDER))
        for path in TEMPLATE_FOLDER.rglob("*.html")
        if "{% extends" in path.read_text()
    }
    assert addresses
    assert pages - set(raised.shown) - {"admin/base.html"} == UNSEEN.keys()


async def test_no_two_pages_are_called_the_same(
    addresses: tuple[Address, ...],
) -> None:
    called: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    pages = (one for one in addresses if one.posted is None and one.status == SHOWN)
    for one in {page.kind: page for page in pages}.values():
        assert one.title, one
        called[one.door, one.title].add(one.kind.split(" ")[0])
    alike = {key: routes for key, routes in called.items() if len(routes) > 1}
    assert {key for key, routes in alike.items() if routes not in ALIKE} == set()


async def test_a_page_is_read_again_as_it_was_found(
    raised: Stage, addresses: tuple[Address, ...]
) -> None:
    page = next(one for one in addresses if one.kind == "/sign-in wrong")
    answer = await raised.read(page, language="en")
    assert (answer.status, answer.content_type) == (page.status, HTML)
    assert '<html lang="en"' in answer.html
    assert route_of(raised.app, answer.path, "POST") == "/sign-in"

"""Every page is come upon by somebody, and answers as it should."""

import pytest

from tests.pages import doors, registry
from tests.pages.crawl import HTML, route_of
from tests.pages.stage import Address, Stage
from web.routes import ROUTES

pytestmark = pytest.mark.asyncio(loop_scope="session")


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
    assert {one for one in looked - missing if one.status != 200} == set()
    assert {one.status for one in addresses} <= {200, 404, 409, 422}
    assert len(addresses) > len(_pages())


async def test_a_page_is_read_again_as_it_was_found(
    raised: Stage, addresses: tuple[Address, ...]
) -> None:
    page = next(one for one in addresses if one.kind == "/sign-in wrong")
    answer = await raised.read(page, language="en")
    assert (answer.status, answer.content_type) == (page.status, HTML)
    assert '<html lang="en"' in answer.html
    assert route_of(raised.app, answer.path, "POST") == "/sign-in"

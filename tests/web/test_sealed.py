"""What is looked for stands in no address that anybody could read."""

import pytest

from tests.web.conftest import Site
from visitation.words import Role


async def test_a_search_goes_on_to_its_page_with_its_words_sealed(site: Site) -> None:
    await site.sign_in(Role.SCHEDULER)

    sent = await site.post(
        "/look", {"to": "/prisoners?after=3", "text": "رضا", "after": ""}
    )
    found = await site.get(sent.headers["Location"])

    assert sent.status == 303
    assert sent.headers["Location"].startswith("/prisoners?after=3&find=")
    assert 'value="رضا"' in await found.text()


async def test_words_in_the_open_are_not_looked_for(site: Site) -> None:
    await site.sign_in(Role.SCHEDULER)

    page = await (await site.get("/prisoners", params={"text": "رضا"})).text()

    assert 'value="رضا"' not in page


@pytest.mark.parametrize("find", ["", "x", "AAAA", "%ff", "é" * 40, "A" * 60])
async def test_an_address_that_was_tampered_with_looks_for_nothing(
    site: Site, find: str
) -> None:
    await site.sign_in(Role.SCHEDULER)

    response = await site.get("/prisoners", params={"find": find})

    assert response.status == 200


async def test_an_empty_search_shows_everything_again(site: Site) -> None:
    await site.sign_in(Role.SCHEDULER)

    sent = await site.post("/look", {"to": "/prisoners?find=AAAA", "text": " "})

    assert sent.headers["Location"] == "/prisoners"


async def test_a_search_leads_nowhere_outside(site: Site) -> None:
    await site.sign_in(Role.SCHEDULER)

    sent = await site.post("/look", {"to": "https://example.com/", "text": ""})

    assert sent.headers["Location"] == "/"

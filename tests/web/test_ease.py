"""Being read to, and larger letters: chosen with a button, kept by the browser."""

import pytest

from tests.make import World
from tests.web.conftest import Site
from tests.web.day import become


async def test_nobody_is_read_to_on_their_own_device_until_they_ask(site: Site) -> None:
    before = await (await site.get("/")).text()
    response = await site.post("/ease", {"voice": "on", "back": "/join"})
    after = await (await site.get("/join")).text()

    assert 'data-voice="off" data-text="normal"' in before
    assert (response.status, response.headers["Location"]) == (303, "/join")
    assert 'data-voice="on"' in after


async def test_a_kiosk_speaks_until_somebody_says_no(site: Site, world: World) -> None:
    await become(site, world.kiosk)

    assert 'data-voice="on"' in await (await site.get("/station")).text()
    await site.post("/ease", {"voice": "off", "back": "/station"})
    assert 'data-voice="off"' in await (await site.get("/station")).text()


async def test_letters_grow_and_shrink_by_steps(site: Site) -> None:
    site.cookies["lang"] = "en"
    await site.post("/ease", {"text": "large", "back": "/"})

    page = await (await site.get("/")).text()

    assert 'data-text="large"' in page
    assert 'name="text" value="normal" aria-label="Smaller letters"' in page
    assert 'name="text" value="largest" aria-label="Larger letters"' in page


@pytest.mark.parametrize("text", ["enormous", "", "normal; x"])
async def test_a_choice_that_is_none_is_not_kept(site: Site, text: str) -> None:
    response = await site.post("/ease", {"text": text, "voice": "loud"})

    assert response.headers["Location"] == "/"
    assert response.cookies == {}
    site.cookies["text"] = text
    assert 'data-text="normal"' in await (await site.get("/")).text()

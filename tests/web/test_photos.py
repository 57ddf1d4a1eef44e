"""Photos: who keeps them, who sees them, and what the wall shows of them."""

import pytest
from aiohttp import FormData

from tests.make import World
from tests.visitation.test_jpeg import PLACE, picture, with_place
from tests.web.conftest import Site
from tests.web.day import Booked, booked
from visitation.people import jpeg
from visitation.words import Role


@pytest.fixture
async def today(site: Site, world: World) -> Booked:
    site.cookies["lang"] = "en"
    async with site.database.write() as session:
        return await booked(session, world, site.keyring, starts_at=site.clock())


def upload(content: bytes) -> FormData:
    form = FormData()
    form.add_field("photo", content, filename="x.jpg", content_type="image/jpeg")
    return form


async def keep(site: Site, path: str, content: bytes) -> int:
    sent = await site.request(
        "POST", path, data=upload(content), headers={"Origin": site.origin}
    )
    return sent.status


async def test_a_photo_is_kept_plain_and_stands_on_the_wall(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.SCHEDULER)
    path = f"/visitors/{world.visitor.id}/photo"

    kept = await keep(site, path, with_place(picture()))
    shown = await site.get(f"{path}/picture")
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    face = f"/visits/{today.visit.reference}/faces/{today.visitor.reference}"
    seen = await site.get(face)

    assert kept == 303
    assert shown.content_type == "image/jpeg"
    assert shown.headers["Cache-Control"] == "no-store"
    body = await seen.read()
    assert body == await shown.read()
    assert PLACE not in body
    wall = await (await site.get("/warden")).text()
    assert f'src="{face}"' in wall
    assert f"faces/{today.prisoner.reference}" not in wall


async def test_a_photo_is_replaced_and_removed(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.SCHEDULER)
    path = f"/prisoners/{world.prisoner.id}/photo"

    for size in (32, 64):
        assert await keep(site, path, picture(width=size)) == 303
    again = await (await site.get(f"{path}/picture")).read()
    removed = await site.post(f"{path}/remove")

    assert again == jpeg.plain(picture(width=64))
    assert removed.status == 303
    assert (await site.get(f"{path}/picture")).status == 404
    assert "Remove the photo" not in await (await site.get(path)).text()


async def test_what_is_no_photo_is_refused_with_what_to_do(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.SCHEDULER)
    path = f"/visitors/{world.visitor.id}/photo"

    assert await keep(site, path, b"GIF89a") == 422
    assert (await site.post(path)).status == 422


async def test_a_face_is_nobodys_who_does_not_reach_the_visit(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.SCHEDULER)
    await keep(site, f"/visitors/{world.visitor.id}/photo", picture())
    face = f"/visits/{today.visit.reference}/faces/{today.visitor.reference}"

    await site.sign_in(Role.AUDITOR)
    unreached = (await site.get(face)).status
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    beside = (await site.get(face)).status
    keeping = await keep(site, f"/visitors/{world.visitor.id}/photo", picture())
    site.cookies.pop("__Host-session")

    assert (unreached, beside, keeping) == (404, 200, 404)
    assert (await site.get(face)).status == 303

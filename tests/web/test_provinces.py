import pytest

from tests import make
from tests.make import World
from tests.web.conftest import Site as Browser
from tests.web.reading import rows, sent_to, text
from visitation.places import Province
from visitation.words import Role

pytestmark = pytest.mark.usefixtures("english")


async def test_an_administrator_of_everything_adds_a_province(
    administrator: Browser,
) -> None:
    typed = {"name": "یزد", "code": "۲۱"}
    assert await sent_to(administrator, "/provinces/new", typed) == "/provinces"
    assert "یزد" in await text(administrator, "/provinces")
    again = await text(administrator, "/provinces/new", typed, status=409)
    assert "Another province has this code" in again
    assert 'value="یزد"' in again
    assert len(await rows(administrator, Province, Province.code == "21")) == 1


async def test_a_province_is_corrected(administrator: Browser, world: World) -> None:
    path = f"/provinces/{world.prison.province_id}"
    assert "اصفهان" in await text(administrator, path)
    assert await sent_to(administrator, path, {"name": "یزد", "code": "5"})
    (found,) = await rows(administrator, Province)
    assert (found.name, found.code) == ("یزد", "5")
    await text(administrator, path, {"name": "", "code": "x" * 17}, status=422)


async def test_an_administrator_of_one_province_adds_none(
    site: Browser, world: World
) -> None:
    async with site.database.write() as session:
        other = await make.province(session, name="هرمزگان")
    await site.sign_in(Role.ADMINISTRATOR, provinces=[world.prison.province_id])
    assert "هرمزگان" not in await text(site, "/provinces")
    for path in ("/provinces/new", f"/provinces/{other.id}", "/provinces/x"):
        await text(site, path, status=404)
    await text(site, "/provinces/new", {"name": "a", "code": "b"}, status=404)

"""A file is looked at first, and goes in when somebody says so."""

import re

import pytest
from aiohttp import ClientResponse, FormData
from sqlmodel import select

from tests.make import World
from tests.web import worlds
from tests.web.conftest import Site
from visitation.people import Prisoner
from visitation.words import Role


async def send(site: Site, content: bytes, kind: str = "prisoners") -> ClientResponse:
    form = FormData()
    form.add_field("kind", kind)
    form.add_field("file", content, filename="rows.csv", content_type="text/csv")
    return await site.request(
        "POST", "/imports", data=form, headers={"Origin": site.origin}
    )


async def numbers(site: Site) -> set[str]:
    async with site.database.read() as session:
        return set((await session.exec(select(Prisoner.number))).all())


async def test_a_file_is_looked_at_and_then_imported_once(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.SCHEDULER, provinces=[world.prison.province_id])
    await worlds.english(site)
    file = f"prison,number,name\n{world.prison.id},901,علی\n{world.prison.id},902,\n"

    looked = await worlds.text(await send(site, file.encode()))
    assert "new: 1" in looked
    assert "This must be filled in." in looked
    assert "901" not in await numbers(site)

    name = re.search(r'name="upload" value="([^"]+)"', looked)
    assert name is not None
    done = await worlds.text(await site.post("/imports/do", {"upload": name[1]}))
    assert "What the file did" in done
    assert "901" in await numbers(site)
    again = await site.post("/imports/do", {"upload": name[1]})
    assert "is not kept any more" in await worlds.text(again)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"prison,number,name\n1,2,\xff", "is not UTF-8"),
        (b"prison,shoe\n1,44", "not known: shoe"),
        (b"prison,number\n1,44", "missing: name"),
        (b"", "file is empty"),
        (b"prison,number,name\n" + b"1,2,x\n" * 5001, "too many rows"),
    ],
)
async def test_what_is_no_such_file_is_said(
    site: Site, world: World, content: bytes, said: str
) -> None:
    await site.sign_in(Role.ADMINISTRATOR)
    await worlds.english(site)

    answer = await send(site, content)

    assert answer.status == 422
    assert said in await worlds.text(answer)


async def test_another_account_cannot_import_what_one_looked_at(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.SCHEDULER)
    file = f"prison,number,name\n{world.prison.id},901,علی\n"
    looked = await worlds.text(await send(site, file.encode()))
    name = re.search(r'name="upload" value="([^"]+)"', looked)
    assert name is not None
    await site.sign_in(Role.ADMINISTRATOR)

    await site.post("/imports/do", {"upload": name[1]})

    assert "901" not in await numbers(site)

"""Whoever plays leaves a trace wherever they begin, and stops when they may no more."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientPayloadError
from sqlmodel import col, delete, select

from tests.make import World
from tests.web import shelves
from tests.web.conftest import Site, Start
from tests.web.shelves import CONTENT, Kept
from visitation.people import Account
from visitation.people.tables import AccountScope
from visitation.words import Role


@pytest.fixture
async def site(start_site: Start, tmp_path: Path) -> Site:
    return await start_site(settings=shelves.settings(tmp_path / "recordings"))


@pytest.fixture
async def asked(site: Site, world: World, english: None) -> Kept:
    """A long recording that an auditor of its province may play."""
    found = await shelves.kept(site, world, contents=(CONTENT * 60,))
    await site.sign_in(Role.AUDITOR, provinces=[world.prison.province_id])
    assert await shelves.ask(site, found) == 303
    return found


@pytest.mark.parametrize("asked_for", ["bytes=1-", "bytes=-100", "bytes=500-600"])
async def test_no_part_of_a_file_is_played_without_its_being_on_record(
    site: Site, asked: Kept, asked_for: str
) -> None:
    for _ in range(2):
        answer = await site.get(asked.address(), headers={"Range": asked_for})
        assert answer.status == 206
        await answer.read()
    (played,) = await shelves.acts(site.database, "recording_played")
    assert played["file"] == asked.files[0].id


async def disabled(site: Site) -> None:
    async with site.database.write() as session:
        rows = await session.exec(select(Account).where(Account.role == Role.AUDITOR))
        account = rows.one()
        account.disabled_at = site.clock()
        session.add(account)


async def out_of_reach(site: Site) -> None:
    async with site.database.write() as session:
        await session.exec(delete(AccountScope).where(col(AccountScope.account_id) > 0))


async def signed_out(site: Site) -> None:
    answer = await site.post("/sign-out")
    assert answer.status == 303


@pytest.mark.parametrize("change", [disabled, out_of_reach, signed_out])
@pytest.mark.parametrize("taken", ["played", "exported"])
async def test_what_is_being_sent_ends_with_the_right_to_it(
    site: Site, asked: Kept, taken: str, change: Callable[[Site], Awaitable[None]]
) -> None:
    address = asked.address() if taken == "played" else f"{asked.path}/export"
    answer = await site.get(address)
    await answer.content.readexactly(1000)
    await change(site)
    site.clock.forward(timedelta(seconds=6))
    with pytest.raises(ClientPayloadError):
        await answer.read()

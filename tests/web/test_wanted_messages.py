"""A number that once asked for no messages gets them again when its owner wishes."""

import pytest
from sqlmodel import select

from scheduler import deliveries, wanting
from tests.make import World
from tests.web.conftest import Site
from tests.web.own import Phone, phone
from tests.web.reading import sent_to, text
from visitation.audit.tables import AuditEntry
from visitation.words import Role


async def turned_off(site: Site, number: str) -> None:
    async with site.database.write() as session:
        await deliveries.remember_opt_out(
            session,
            phone=number,
            gateway="twilio",
            keyring=site.keyring,
            now=site.clock(),
        )


async def is_off(site: Site, number: str) -> bool:
    async with site.database.read() as session:
        return bool(await wanting.unwanted(session, {number}, keyring=site.keyring))


async def noted(site: Site) -> list[tuple[str, str]]:
    async with site.database.read() as session:
        rows = await session.exec(
            select(AuditEntry.actor, AuditEntry.subject).where(
                AuditEntry.action == "messages_wanted"
            )
        )
        return list(rows.all())


async def test_the_owner_turns_them_on_on_the_own_phone(site: Site) -> None:
    mine: Phone = await phone(site)
    number = mine.world.visitor.phone or ""
    assert "You get no messages" not in await mine.page("/mine")
    await turned_off(site, number)
    assert "You get no messages" in await mine.page("/mine")
    assert await sent_to(site, "/mine/messages") == "/mine"
    page = await mine.page("/mine")
    assert "You get messages about your visits again." in page
    assert "You get no messages" not in page
    assert not await is_off(site, number)
    whose = f"visitor:{mine.world.visitor.id}"
    assert await noted(site) == [(whose, whose)]


@pytest.mark.usefixtures("english")
async def test_staff_turn_them_on_only_when_they_were_asked_to(
    site: Site, world: World
) -> None:
    number = world.visitor.phone or ""
    account = await site.sign_in(Role.SCHEDULER)
    path = f"/visitors/{world.visitor.id}"
    await turned_off(site, number)
    assert "wants no messages" in await text(site, path)
    await sent_to(site, f"{path}/messages")
    assert "nothing was changed" in await text(site, path)
    assert await is_off(site, number)
    await sent_to(site, f"{path}/messages", {"asked": "on"})
    assert "Messages go to this number again." in await text(site, path)
    assert not await is_off(site, number)
    await sent_to(site, f"{path}/messages", {"asked": "on"})
    assert await noted(site) == [
        (f"account:{account.id}", f"visitor:{world.visitor.id}")
    ]


async def test_nobody_else_may(site: Site, world: World) -> None:
    await site.sign_in(Role.WARDEN)
    path = f"/visitors/{world.visitor.id}/messages"
    await text(site, path, {"asked": "on"}, status=404)

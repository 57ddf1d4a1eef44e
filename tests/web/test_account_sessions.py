"""An administrator sees where an account is signed in, and signs it out."""

from sqlmodel import select

from tests import make
from tests.web.conftest import PASSWORD, Site
from tests.web.worlds import english, text
from visitation.audit.tables import AuditEntry
from visitation.devices import LoginSession
from visitation.words import Role


async def two_browsers(site: Site) -> tuple[int, dict[str, str]]:
    """A clerk who is signed in twice, and an administrator who looks."""
    clerk = await site.sign_in(Role.CLERK)
    first = dict(site.cookies)
    site.cookies.clear()
    await site.post("/sign-in", {"username": clerk.username, "password": PASSWORD})
    site.cookies.clear()
    await site.sign_in(Role.ADMINISTRATOR)
    await english(site)
    return clerk.id, first


async def keys(site: Site, account_id: int) -> list[str]:
    async with site.database.read() as session:
        rows = await session.exec(
            select(LoginSession.fingerprint).where(
                LoginSession.account_id == account_id
            )
        )
        return list(rows.all())


async def test_one_browser_is_signed_out_and_the_other_is_not(site: Site) -> None:
    clerk, first = await two_browsers(site)
    page = await text(await site.get(f"/accounts/{clerk}"))
    assert page.count("Sign out there") == 2
    mine = site.cookies
    gone, kept = await keys(site, clerk)
    await site.post(f"/accounts/{clerk}/sessions/end", {"session": gone})
    assert await keys(site, clerk) == [kept]
    await site.post(f"/accounts/{clerk}/sessions/end", {"session": "another"})
    assert await keys(site, clerk) == [kept]
    await site.post(f"/accounts/{clerk}/sessions/end")
    assert await keys(site, clerk) == []
    async with site.database.read() as session:
        rows = await session.exec(
            select(AuditEntry).where(AuditEntry.action == "end_sessions")
        )
        assert [one.facts for one in rows.all()] == [{"ended": 1}, {"ended": 1}]
    assert "Nowhere just now." in await text(await site.get(f"/accounts/{clerk}"))
    site.cookies = first
    assert (await site.get("/accounts")).headers["Location"].startswith("/sign-in")
    site.cookies = mine


async def test_an_account_beyond_reach_is_not_signed_out(site: Site) -> None:
    clerk = await site.add_account(Role.CLERK)
    async with site.database.write() as session:
        prison = await make.prison(session)
    await site.sign_in(Role.ADMINISTRATOR, sites=[prison.id])
    response = await site.post(f"/accounts/{clerk.id}/sessions/end")
    assert response.status == 404

"""Accounts of staff and tokens of programs, as administrators meet them."""

import asyncio

import pytest
from sqlmodel import col, select

from tests import make
from tests.web.conftest import PASSWORD, Site
from tests.web.reading import rows, sent_to, text
from visitation import audit, people
from visitation.people import Account, ApiToken, Scope
from visitation.places import Province
from visitation.places import Site as Place
from visitation.words import Role

NEW = {
    "username": "s.karimi",
    "name": "سارا کریمی",
    "role": "scheduler",
    "language": "fa",
    "phone": "0912 345 6789",
}


@pytest.fixture
async def prison(site: Site) -> Place:
    async with site.database.write() as session:
        found = await make.prison(session)
    site.cookies["lang"] = "en"
    return found


@pytest.fixture
async def administrator(site: Site, prison: Place) -> Site:
    await site.sign_in(Role.ADMINISTRATOR)
    return site


async def reach(site: Site, account: Account) -> Scope:
    async with site.database.read() as session:
        return await people.scope_of(session, account)


async def named(site: Site, username: str) -> Account:
    (found,) = await rows(site, Account, Account.username == username)
    return found


def shown_secret(page: str) -> str:
    return page.split('translate="no"><code>')[1].split("<", maxsplit=1)[0]


async def can_sign_in(site: Site, username: str, password: str) -> bool:
    before = dict(site.cookies)
    response = await site.post("/sign-in", {"username": username, "password": password})
    site.cookies = before
    return response.status == 303


async def test_a_new_account_signs_in_with_the_password_shown_once(
    administrator: Site, prison: Place
) -> None:
    typed = NEW | {"provinces": [str(prison.province_id)]}
    page = await text(administrator, "/accounts/new", typed)
    password = shown_secret(page)
    assert len(password) == 19
    account = await named(administrator, "s.karimi")
    assert (account.name, account.role, account.phone) == (
        "سارا کریمی",
        Role.SCHEDULER,
        "+989123456789",
    )
    assert await reach(administrator, account) == Scope(
        provinces=frozenset({prison.province_id})
    )
    assert password not in await text(administrator, f"/accounts/{account.id}")
    assert "سارا کریمی" in await text(administrator, "/accounts")
    assert await can_sign_in(administrator, "s.karimi", password)


async def test_a_second_account_of_the_name_is_refused_and_nothing_is_lost(
    administrator: Site, prison: Place
) -> None:
    typed = NEW | {"everywhere": "on"}
    await text(administrator, "/accounts/new", typed)
    again = await text(administrator, "/accounts/new", typed, status=409)
    assert "Another account has this username" in again
    assert 'value="سارا کریمی"' in again
    assert 'name="everywhere" value="on" checked' in again
    assert len(await rows(administrator, Account)) == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"username": "سارا"}, "Use Latin letters"),
        ({"username": ""}, "Fill this in"),
        ({"role": "family"}, "Choose one from the list"),
        ({"role": "king"}, "Choose one from the list"),
        ({"language": "xx"}, "Choose one from the list"),
        ({"phone": "7"}, "Give a phone number"),
        ({"everywhere": ""}, "a province or a place at least"),
        ({"everywhere": "", "sites": ["4711"]}, "Choose one from the list"),
        ({"everywhere": "", "provinces": ["x"]}, "Choose one from the list"),
    ],
)
async def test_an_account_that_makes_no_sense_is_refused_and_nothing_is_lost(
    administrator: Site, prison: Place, changes: dict[str, str], sentence: str
) -> None:
    typed = NEW | {"everywhere": "on"} | changes
    page = await text(administrator, "/accounts/new", typed, status=422)
    assert sentence in page
    assert 'value="سارا کریمی"' in page
    assert len(await rows(administrator, Account)) == 1


async def test_nobody_gives_more_than_they_reach(site: Site, prison: Place) -> None:
    async with site.database.write() as session:
        far = await make.prison(session)
    await site.sign_in(Role.ADMINISTRATOR, provinces=[prison.province_id])
    page = await text(site, "/accounts/new")
    assert 'name="everywhere"' not in page
    for changes, sentence in (
        ({"everywhere": "on"}, "You do not reach everything yourself"),
        ({"provinces": [str(far.province_id)]}, "Choose one from the list"),
        ({"sites": [str(far.id)]}, "Choose one from the list"),
    ):
        refused = await text(site, "/accounts/new", NEW | changes, status=422)
        assert sentence in refused
    await text(site, "/accounts/new", NEW | {"sites": [str(prison.id)]})
    account = await named(site, "s.karimi")
    assert await reach(site, account) == Scope(sites=frozenset({prison.id}))


async def test_accounts_that_reach_further_do_not_exist(
    site: Site, prison: Place
) -> None:
    async with site.database.write() as session:
        far = await make.prison(session)
        chief = await make.account(session, Role.AUDITOR, username="chief")
        theirs = await make.account(session, Role.CLERK, sites=[far])
        both = await make.account(session, Role.CLERK, sites=[far, prison])
        mine = await make.account(session, Role.CLERK, sites=[prison])
        tokens = [
            await people.issue_token(
                session,
                account,
                label="x",
                expires_at=site.clock().replace(year=2027),
                keyring=site.keyring,
                by=audit.SYSTEM,
                now=site.clock(),
            )
            for account in (theirs, mine)
        ]
        assert len(tokens) == 2
        await session.flush()
        (first, second) = (
            await session.exec(select(ApiToken).order_by(col(ApiToken.id)))
        ).all()
    await site.sign_in(Role.ADMINISTRATOR, provinces=[prison.province_id])
    listing = await text(site, "/accounts")
    assert mine.username in listing
    for account in (chief, theirs, both):
        assert account.username not in listing
        path = f"/accounts/{account.id}"
        for page in ("", "/edit", "/disable", "/password", "/tokens"):
            await text(site, f"{path}{page}", status=404)
        for act in ("/edit", "/disable", "/password", "/second-factor", "/tokens"):
            await text(site, f"{path}{act}", post=True, status=404)
    await text(site, f"/tokens/{first.id}/revoke", post=True, status=404)
    await text(site, f"/tokens/{second.id}/revoke")
    await text(site, f"/accounts/{mine.id}")


async def test_an_account_is_corrected(administrator: Site, prison: Place) -> None:
    async with administrator.database.write() as session:
        account = await make.account(session, Role.CLERK, sites=[prison])
    path = f"/accounts/{account.id}"
    form = await text(administrator, f"{path}/edit")
    assert f'value="{prison.id}" checked' in form
    typed = {
        "name": "نام تازه",
        "language": "en",
        "provinces": [str(prison.province_id)],
    }
    assert await sent_to(administrator, f"{path}/edit", typed) == path
    found = await named(administrator, account.username)
    assert (found.name, found.phone, found.language) == ("نام تازه", None, "en")
    assert await reach(administrator, found) == Scope(
        provinces=frozenset({prison.province_id})
    )
    await text(administrator, f"{path}/edit", {"name": ""}, status=422)


async def test_nobody_acts_on_their_own_account(
    administrator: Site, prison: Place
) -> None:
    me = await named(administrator, "administrator")
    path = f"/accounts/{me.id}"
    assert "This is your own account" in await text(administrator, path)
    for act in ("/disable", "/password", "/second-factor", "/enable"):
        await text(administrator, f"{path}{act}", post=True, status=404)
    typed = {"name": "من", "language": "en", "sites": [str(prison.id)]}
    refused = await text(administrator, f"{path}/edit", typed, status=409)
    assert "cannot do this to your own account" in refused
    assert await sent_to(
        administrator, f"{path}/edit", typed | {"everywhere": "on", "sites": []}
    )
    assert (await named(administrator, "administrator")).name == "من"


async def test_a_disabled_account_is_out_until_it_is_enabled(
    administrator: Site,
) -> None:
    clerk = await administrator.add_account(Role.CLERK)
    path = f"/accounts/{clerk.id}"
    assert "signed out everywhere" in await text(administrator, f"{path}/disable")
    assert await sent_to(administrator, f"{path}/disable") == path
    assert await sent_to(administrator, f"{path}/disable") == path
    assert "Disabled" in await text(administrator, path)
    assert not await can_sign_in(administrator, "clerk", PASSWORD)
    assert await sent_to(administrator, f"{path}/enable") == path
    assert await can_sign_in(administrator, "clerk", PASSWORD)


async def test_a_new_password_replaces_the_old_one(administrator: Site) -> None:
    clerk = await administrator.add_account(Role.CLERK)
    path = f"/accounts/{clerk.id}/password"
    assert "stops working" in await text(administrator, path)
    password = shown_secret(await text(administrator, path, post=True))
    assert not await can_sign_in(administrator, "clerk", PASSWORD)
    assert await can_sign_in(administrator, "clerk", password)


async def test_a_lost_second_factor_is_removed(administrator: Site) -> None:
    clerk = await administrator.add_account(Role.CLERK)
    async with administrator.database.write() as session:
        await people.enrol_totp(
            session,
            await session.get_one(Account, clerk.id),
            secret="JBSWY3DPEHPK3PXP",
            keyring=administrator.keyring,
            by=audit.SYSTEM,
            now=administrator.clock(),
        )
    path = f"/accounts/{clerk.id}"
    assert "Remove the second factor" in await text(administrator, path)
    assert not await can_sign_in(administrator, "clerk", PASSWORD)
    asking = f"{path}/second-factor"
    assert "phone with the app is lost" in await text(administrator, asking)
    page = await text(administrator, asking, {"why": "stolen"}, status=422)
    assert "Make sure first, and tick this." in page
    assert not await can_sign_in(administrator, "clerk", PASSWORD)
    assert "<dd>Never</dd>" in await text(administrator, path)
    typed = {"why": "stolen", "known": "on"}
    assert await sent_to(administrator, asking, typed) == path
    assert await can_sign_in(administrator, "clerk", PASSWORD)


async def test_a_token_is_shown_once_and_speaks_until_it_is_revoked(
    administrator: Site,
) -> None:
    clerk = await administrator.add_account(Role.CLERK)
    path = f"/accounts/{clerk.id}/tokens"
    assert "No program acts as this account" in await text(administrator, path)
    page = await text(administrator, path, {"label": "آمار", "days": "۳۰"})
    token = shown_secret(page)
    assert await speaks_for(administrator, token) == clerk.id
    listing = await text(administrator, path)
    assert "آمار" in listing
    assert token not in listing
    (row,) = await rows(administrator, ApiToken)
    assert "cannot be undone" in await text(administrator, f"/tokens/{row.id}/revoke")
    assert await sent_to(administrator, f"/tokens/{row.id}/revoke") == path
    assert await speaks_for(administrator, token) is None
    assert "Revoked" in await text(administrator, path)


async def speaks_for(site: Site, token: str) -> int | None:
    async with site.database.read() as session:
        account = await people.account_of_token(
            session, token, keyring=site.keyring, now=site.clock()
        )
    return account.id if account else None


async def test_sending_the_form_twice_leaves_one_living_token(
    administrator: Site,
) -> None:
    clerk = await administrator.add_account(Role.CLERK)
    path = f"/accounts/{clerk.id}/tokens"
    typed = {"label": "آمار", "days": "30"}
    pages = await asyncio.gather(
        text(administrator, path, typed), text(administrator, path, typed)
    )
    living = [
        token
        for token in map(shown_secret, pages)
        if await speaks_for(administrator, token)
    ]
    assert len(living) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"label": ""}, "Fill this in"),
        ({"label": "x" * 61}, "Use 60 characters at most"),
        ({"days": "0"}, "Give 1 or more"),
        ({"days": "367"}, "Give 366 or less"),
        ({"days": "soon"}, "whole number"),
    ],
)
async def test_a_token_that_makes_no_sense_is_refused(
    administrator: Site, changes: dict[str, str], sentence: str
) -> None:
    clerk = await administrator.add_account(Role.CLERK)
    typed = {"label": "آمار", "days": "30"} | changes
    page = await text(administrator, f"/accounts/{clerk.id}/tokens", typed, status=422)
    assert sentence in page
    assert await rows(administrator, ApiToken) == []


async def test_only_administrators_find_accounts(site: Site, prison: Place) -> None:
    account = await site.sign_in(Role.SCHEDULER)
    for path in ("/accounts", "/accounts/new", f"/accounts/{account.id}"):
        await text(site, path, status=404)
    await text(site, "/accounts/new", NEW | {"everywhere": "on"}, status=404)
    assert len(await rows(site, Account)) == 1
    assert len(await rows(site, Province)) == 1

"""Staff look after their own account."""

import re

import pyotp

from tests.web.conftest import PASSWORD, Site, Start
from visitation import people
from visitation.people import Account
from visitation.words import Role
from web.keys import WebSettings
from web.sessions import SESSION_COOKIE

NEW = "a better and longer password"


async def change(site: Site, **typed: str) -> int:
    fields = {"present": PASSWORD, "new": NEW, "again": NEW, **typed}
    return (await site.post("/account/password", fields)).status


async def test_a_new_password_ends_other_sessions_and_keeps_this_one(
    site: Site,
) -> None:
    account = await site.sign_in(Role.CLERK)
    before = site.cookies[SESSION_COOKIE]

    assert await change(site) == 303

    assert site.cookies[SESSION_COOKIE] != before
    assert "گذرواژهٔ شما تغییر کرد." in await (await site.get("/account")).text()
    site.cookies[SESSION_COOKIE] = before
    assert (await site.get("/account")).status == 303
    async with site.database.read() as session:
        fresh = await session.get_one(Account, account.id)
    assert people.check(fresh.password_hash, NEW)


async def test_a_new_password_needs_the_present_one_and_some_length(site: Site) -> None:
    await site.sign_in(Role.CLERK)

    assert await change(site, present="wrong") == 422
    assert await change(site, new="short", again="short") == 422
    assert await change(site, again="different") == 422
    assert await change(site) == 303


async def test_a_second_factor_is_kept_once_it_is_proved(site: Site) -> None:
    account = await site.sign_in(Role.CLERK)
    offer, secret = await offered(site)
    proof = {"offer": offer, "present": PASSWORD, "code": "000000"}

    wrong = await site.post("/account/second-factor", proof)
    assert wrong.status == 422
    assert secret in (await wrong.text()).replace(" ", "")
    code = pyotp.TOTP(secret).at(site.clock())
    right = await site.post("/account/second-factor", {**proof, "code": code})
    assert right.status == 303

    async with site.database.read() as session:
        fresh = await session.get_one(Account, account.id)
    assert people.totp_secret(fresh, keyring=site.keyring) == secret
    assert secret.encode() not in (fresh.totp_sealed or b"")


async def test_a_second_factor_is_not_kept_without_the_password(site: Site) -> None:
    account = await site.sign_in(Role.CLERK)
    offer, secret = await offered(site)
    code = pyotp.TOTP(secret).at(site.clock())

    response = await site.post(
        "/account/second-factor", {"offer": offer, "present": "wrong", "code": code}
    )

    assert response.status == 422
    async with site.database.read() as session:
        assert (await session.get_one(Account, account.id)).totp_sealed is None


async def test_an_offer_made_to_somebody_else_or_to_nobody_is_no_use(
    site: Site,
) -> None:
    await site.sign_in(Role.CLERK)
    offer, secret = await offered(site)
    await site.sign_in(Role.WARDEN)
    code = pyotp.TOTP(secret).at(site.clock())

    for sent in (offer, "AAAA", "not base64!", "", offer[:-8] + "AAAAAAA="):
        response = await site.post(
            "/account/second-factor",
            {"offer": sent, "present": PASSWORD, "code": code},
        )
        assert response.headers["Location"] == "/account/second-factor"


async def test_enrolling_opens_the_rest_of_an_unfinished_account(
    start_site: Start,
) -> None:
    settings = WebSettings(
        public_url="http://localhost",
        secure=False,
        require_totp=frozenset({Role.ADMINISTRATOR}),
    )
    site = await start_site(settings=settings)
    await site.sign_in(Role.ADMINISTRATOR)
    assert (await site.get("/staff")).headers["Location"] == "/account"
    offer, secret = await offered(site)

    code = pyotp.TOTP(secret).at(site.clock())
    await site.post(
        "/account/second-factor",
        {"offer": offer, "present": PASSWORD, "code": code},
    )

    assert (await site.get("/staff")).status == 200


async def offered(site: Site) -> tuple[str, str]:
    """The sealed offer in the form, and the secret that the page shows."""
    text = await (await site.get("/account/second-factor")).text()
    offer = re.search(r'name="offer" value="([^"]+)"', text)
    secret = re.search(r'<bdi dir="ltr">([A-Z2-7 ]+)</bdi>', text)
    assert offer is not None
    assert secret is not None
    return offer[1], secret[1].replace(" ", "")

"""Staff sign in and out: cookies, wrong answers, limits, the second factor."""

import html
import re
from datetime import timedelta

import pyotp
import pytest
from sqlmodel import col, select

from tests.web.conftest import PASSWORD, Site
from visitation import people
from visitation.audit import SYSTEM
from visitation.audit.tables import AuditEntry
from visitation.devices import LoginSession
from visitation.people import Account
from visitation.words import Role
from web.sessions import SESSION_COOKIE

WRONG = "نام کاربری، گذرواژه یا کد درست نیست"


async def enrol(site: Site, account: Account) -> pyotp.TOTP:
    secret = pyotp.random_base32()
    async with site.database.write() as session:
        known = await session.get_one(Account, account.id)
        await people.enrol_totp(
            session,
            known,
            secret=secret,
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )
    return pyotp.TOTP(secret)


def typed(code: str = "", **others: str) -> dict[str, str]:
    return {"username": "warden", "password": PASSWORD, "code": code, **others}


async def acts(site: Site) -> list[str]:
    async with site.database.read() as session:
        rows = await session.exec(
            select(AuditEntry.action).order_by(col(AuditEntry.id))
        )
        return [act for act in rows if act.startswith("sign_in")]


async def test_the_right_password_opens_a_session(site: Site) -> None:
    account = await site.add_account(Role.WARDEN)

    response = await site.post("/sign-in", typed(next="/account?x=1"))

    assert (response.status, response.headers["Location"]) == (303, "/account?x=1")
    cookie = response.cookies[SESSION_COOKIE]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")
    assert len(cookie.value) >= 43
    async with site.database.read() as session:
        login = (await session.exec(select(LoginSession))).one()
    assert login.account_id == account.id
    assert cookie.value not in login.fingerprint
    assert (await site.get("/staff")).status == 200
    assert await acts(site) == ["sign_in"]


async def test_a_username_may_be_typed_in_any_case(site: Site) -> None:
    await site.add_account(Role.WARDEN)

    response = await site.post("/sign-in", typed(username=" Warden "))

    assert response.status == 303


async def test_a_session_goes_nowhere_else(site: Site) -> None:
    await site.add_account(Role.WARDEN)

    for onward in ("https://evil.example/", "//evil.example", "/\\evil.example", "x"):
        response = await site.post("/sign-in", typed(next=onward))
        assert response.headers["Location"] == "/"


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "another password"},
        {"username": "nobody"},
        {"code": "123456", "password": "x"},
    ],
    ids=str,
)
async def test_whatever_is_wrong_gets_one_answer(
    site: Site, wrong: dict[str, str]
) -> None:
    await site.add_account(Role.WARDEN)

    response = await site.post("/sign-in", {**typed(), **wrong})

    assert response.status == 422
    text = await response.text()
    assert WRONG in text
    assert PASSWORD not in text
    assert SESSION_COOKIE not in site.cookies


async def test_a_disabled_account_is_as_if_it_were_not(site: Site) -> None:
    account = await site.sign_in(Role.WARDEN)
    async with site.database.write() as session:
        known = await session.get_one(Account, account.id)
        await people.disable_account(session, known, by=SYSTEM, now=site.clock())

    assert (await site.get("/staff")).headers["Location"] == "/sign-in?next=/staff"
    response = await site.post("/sign-in", typed())
    assert WRONG in await response.text()
    assert await acts(site) == ["sign_in", "sign_in_refused"]


async def test_empty_fields_are_named(site: Site) -> None:
    response = await site.post("/sign-in", {"username": "warden"})

    text = await response.text()
    assert response.status == 422
    assert '<a href="#password">گذرواژه: این را پر کنید.</a>' in text
    assert 'value="warden"' in text


async def test_signing_in_changes_the_token_and_ends_the_one_before(site: Site) -> None:
    await site.sign_in(Role.WARDEN)
    first = site.cookies[SESSION_COOKIE]

    await site.post("/sign-in", typed())
    second = site.cookies[SESSION_COOKIE]
    site.cookies[SESSION_COOKIE] = first

    assert first != second
    assert (await site.get("/staff")).status == 303


async def test_signing_out_ends_the_session_on_the_server(site: Site) -> None:
    await site.sign_in(Role.WARDEN)
    token = site.cookies[SESSION_COOKIE]

    response = await site.post("/sign-out")
    assert response.headers["Location"] == "/"
    assert SESSION_COOKIE not in site.cookies
    assert "از سامانه خارج شدید." in await (await site.get("/")).text()
    assert "از سامانه خارج شدید." not in await (await site.get("/")).text()
    site.cookies[SESSION_COOKIE] = token
    assert (await site.get("/staff")).status == 303


async def test_an_idle_session_ends_and_a_used_one_lives_to_its_fixed_end(
    site: Site,
) -> None:
    await site.sign_in(Role.WARDEN)

    for _hour in range(11):
        site.clock.forward(timedelta(hours=1))
        assert (await site.get("/staff")).status == 200
    site.clock.forward(timedelta(hours=1))
    assert (await site.get("/staff")).status == 303

    await site.post("/sign-in", typed())
    site.clock.forward(timedelta(hours=2))
    assert (await site.get("/staff")).status == 303


async def test_too_many_wrong_passwords_are_told_to_wait(site: Site) -> None:
    await site.add_account(Role.WARDEN)
    for _try in range(8):
        await site.post("/sign-in", typed(password="x"))

    response = await site.post("/sign-in", typed())

    assert response.status == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 675
    assert "دقیقه دوباره امتحان کنید" in await response.text()
    other = await site.post("/sign-in", typed(username="another"))
    assert other.status == 422


async def test_a_second_factor_is_asked_for_and_used_once(site: Site) -> None:
    account = await site.add_account(Role.WARDEN)
    totp = await enrol(site, account)

    assert (await site.post("/sign-in", typed())).status == 422
    assert (await site.post("/sign-in", typed(code="000000"))).status == 422
    code = totp.at(site.clock())
    assert (await site.post("/sign-in", typed(code=code))).status == 303
    replayed = await site.post("/sign-in", typed(code=code))
    assert replayed.status == 422
    assert WRONG in await replayed.text()
    site.clock.forward(timedelta(seconds=30))
    persian = totp.at(site.clock()).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert (await site.post("/sign-in", typed(code=persian))).status == 303


async def test_a_clock_may_be_off_by_one_step_only(site: Site) -> None:
    account = await site.add_account(Role.WARDEN)
    totp = await enrol(site, account)

    late = totp.at(site.clock() - timedelta(minutes=1))
    assert (await site.post("/sign-in", typed(code=late))).status == 422
    near = totp.at(site.clock() - timedelta(seconds=30))
    assert (await site.post("/sign-in", typed(code=near))).status == 303


async def test_what_one_typed_is_offered_to_nobody_else(site: Site) -> None:
    site.cookies["lang"] = "en"
    await site.sign_in(Role.SCHEDULER)
    await site.add_account(Role.CLERK)
    site.clock.forward(timedelta(days=3))
    page = await (await site.post("/sign-in/kept?to=/x", {"name": "سارا"})).text()
    kept = dict(re.findall(r'name="(kept|to|whose)" value="([^"]*)"', page))

    answer = await site.post("/sign-in", {**typed(), **kept, "username": "clerk"})

    assert (answer.status, answer.headers["Location"]) == (303, "/staff")
    told = await (await site.get("/staff")).text()
    assert "What somebody else had typed here was not sent, and is gone." in told


async def test_what_was_sent_after_a_session_ended_is_kept(site: Site) -> None:
    await site.add_account(Role.WARDEN)
    sent = {"name": "سارا & رضا", "note": "", "again": "a new password"}

    turned = await site.post("/prisoners/new?x=1", sent)
    asked = await site.post(turned.headers["Location"], sent)
    page = await asked.text()
    kept = re.search(r'name="kept" value="([^"]*)"', page)
    assert kept is not None
    onward = typed(kept=html.unescape(kept[1]), to="/prisoners/new?x=1")
    again = await (await site.post("/sign-in", onward)).text()

    assert (turned.status, asked.status) == (307, 200)
    assert "از سامانه خارج شده بودید." in page
    assert 'action="/prisoners/new?x=1"' in again
    assert 'name="name" value="سارا &amp; رضا"' in again
    assert 'name="note" value=""' in again
    assert "a new password" not in page + again
    assert (await site.get("/staff")).status == 200

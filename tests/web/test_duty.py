"""Handing a shared screen over by PIN: who may, who acts then, what a lock keeps."""

import pytest
from sqlmodel import col, select

from tests import make
from tests.make import World
from tests.web.conftest import PASSWORD, Site
from tests.web.day import booked
from visitation.audit.tables import AuditEntry
from visitation.people import Account
from visitation.visits import Participant
from visitation.words import Role

JSON = {"Accept": "application/json"}


@pytest.fixture
async def officers(site: Site, world: World) -> tuple[Account, Account]:
    """Two of one prison, each with a PIN; the second has just signed in."""
    first = await site.sign_in(Role.WARDEN, username="ahmadi", sites=[world.prison.id])
    assert (await _set_pin(site, "4862")) == 303
    second = await site.sign_in(Role.WARDEN, username="rezaei", sites=[world.prison.id])
    assert (await _set_pin(site, "7315")) == 303
    return first, second


async def _set_pin(site: Site, pin: str) -> int:
    typed = {"new_pin": pin, "present": PASSWORD}
    return (await site.post("/duty/pin", typed)).status


async def _take_over(site: Site, officer: str, pin: str) -> int:
    typed = {"officer": officer, "pin": pin}
    return (await site.post("/duty/take-over", typed)).status


async def _acts(site: Site, *names: str) -> list[tuple[str, str, str]]:
    async with site.database.read() as session:
        rows = await session.exec(
            select(AuditEntry)
            .where(col(AuditEntry.action).in_(names))
            .order_by(col(AuditEntry.id))
        )
        return [(one.actor, one.action, one.subject) for one in rows.all()]


async def test_whoever_took_over_is_who_acts(
    site: Site, world: World, officers: tuple[Account, Account]
) -> None:
    first, second = officers
    async with site.database.write() as session:
        made = await booked(session, world, site.keyring, starts_at=site.clock())

    answered = await _take_over(site, "ahmadi", "۴۸۶۲")
    await site.post(
        f"/warden/{made.visit.reference}/tick",
        {"participant": made.prisoner.reference, "state": "told"},
    )

    assert answered == 303
    assert await _acts(site, "take_over", "participant_told") == [
        (f"account:{second.id}", "take_over", f"account:{first.id}"),
        (
            f"account:{first.id}",
            "participant_told",
            f"participant:{made.prisoner.id}",
        ),
    ]


async def test_a_locked_screen_shows_and_does_nothing_until_it_is_opened(
    site: Site, world: World, officers: tuple[Account, Account]
) -> None:
    async with site.database.write() as session:
        made = await booked(session, world, site.keyring, starts_at=site.clock())
    path = f"/warden/{made.visit.reference}/tick"
    typed = {"participant": made.prisoner.reference, "state": "told"}

    locked = await site.post("/duty/lock")
    wall = await site.get("/warden")
    ticked = await site.post(path, typed)
    asked = await site.post(path, typed, headers=JSON)
    page = await site.get("/duty")
    opened = await _take_over(site, "rezaei", "7315")
    again = await site.get("/warden")

    assert locked.status == 303
    assert (wall.status, wall.headers["Location"]) == (303, "/duty?next=/warden")
    # What was typed waits for whoever signs in.
    assert ticked.status == 307
    assert asked.status == 401
    assert made.visit.reference not in await page.text()
    assert (opened, again.status) == (303, 200)
    async with site.database.read() as session:
        person = await session.get_one(Participant, made.prisoner.id)
    assert person.told_at is None


async def test_a_wrong_pin_is_refused_and_guessing_is_slowed(
    site: Site, officers: tuple[Account, Account]
) -> None:
    first, second = officers

    wrong = [await _take_over(site, "ahmadi", "9150") for _ in range(5)]
    right = await _take_over(site, "ahmadi", "4862")

    assert wrong == [422] * 5
    assert right == 429
    refused = (f"account:{second.id}", "take_over_refused", f"account:{first.id}")
    assert await _acts(site, "take_over", "take_over_refused") == [refused] * 5


async def test_only_a_colleague_of_the_same_prison_takes_over(
    site: Site, officers: tuple[Account, Account]
) -> None:
    async with site.database.write() as session:
        elsewhere = await make.prison(session, name="زندان دیگر")
    await site.sign_in(Role.WARDEN, username="stranger", sites=[elsewhere.id])
    await _set_pin(site, "2580")
    await site.sign_in(Role.CLERK, username="clerk")

    assert await _take_over(site, "ahmadi", "4862") == 404
    site.cookies.pop("__Host-session")
    await site.post("/sign-in", {"username": "rezaei", "password": PASSWORD})
    assert await _take_over(site, "stranger", "2580") == 422
    assert await _take_over(site, "clerk", "2580") == 422
    assert await _take_over(site, "nobody", "2580") == 422


async def test_a_session_by_pin_ends_with_the_one_it_follows(
    site: Site, officers: tuple[Account, Account]
) -> None:
    from web.keys import WebSettings

    life = WebSettings(public_url="http://localhost").life
    site.clock.forward(life.idle / 2)
    assert await _take_over(site, "ahmadi", "4862") == 303
    for _ in range(6):
        site.clock.forward(life.longest / 6 - life.idle / 12 + life.idle / 100)
        assert (await site.get("/duty")).status in {200, 303}

    site.clock.forward(life.idle / 2)
    assert (await site.get("/duty")).status == 303


@pytest.mark.parametrize("pin", ["123", "1111", "2345", "9876", "123456789", "abcd"])
async def test_a_pin_that_anybody_would_try_first_is_not_taken(
    site: Site, world: World, pin: str
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    assert await _set_pin(site, pin) == 422


async def test_a_pin_is_set_with_the_password_and_locking_wants_one(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    refused = await site.post("/duty/pin", {"new_pin": "4862", "present": "guess"})
    locked = await site.post("/duty/lock", headers=JSON)

    assert refused.status == 422
    assert locked.status == 409
    assert (await site.get("/warden")).status == 200

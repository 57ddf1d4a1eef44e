"""Licences of professionals over the API: listed, added, decided, by administrators."""

from datetime import date, timedelta
from typing import Any, get_args

from sqlmodel import select

from tests import make
from tests.make import World
from tests.visitation.professionals.practice import (
    UNTIL,
    asked,
    licensed,
    link,
    mandated,
)
from tests.web.api.conftest import Enrol, Program, told
from tests.web.conftest import Site
from visitation.messages import Message
from visitation.professionals import Licence
from visitation.professionals.groups import RIGHTS
from visitation.wording import Template
from visitation.words import ContactState, Role
from web.api.licences import NewLicence


def seen(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "visitor_id": world.visitor.id,
        "profession": "lawyer",
        "number": "۱۲-۳۴۵",
        "issuer": "کانون وکلای اصفهان",
        "province_id": world.prison.province_id,
        "valid_until": "2027-06-01",
    } | changes


async def test_a_licence_that_was_seen_is_added_verified(
    site: Site, keeper: Program, world: World
) -> None:
    added = await told(await keeper.post("/licences", seen(world), key="one"), 201)

    assert await told(await keeper.post("/licences", seen(world), key="one"), 201) == (
        added
    )
    assert added == {
        "reference": added["reference"],
        "visitor_id": world.visitor.id,
        "profession": "lawyer",
        "issuer": "کانون وکلای اصفهان",
        "province_id": world.prison.province_id,
        "state": "verified",
        "valid_until": "2027-06-01",
        "reason": "",
        "asked_at": added["asked_at"],
        "renewal_asked_at": None,
        "decided_at": added["asked_at"],
        "number": "12-345",
    }
    assert await told(await keeper.get(f"/licences/{added['reference']}")) == added
    async with site.database.read() as session:
        wrote = (await session.exec(select(Message.template))).all()
    assert wrote == [Template.LICENCE_VERIFIED]


async def test_what_cannot_be_added_says_why(keeper: Program, world: World) -> None:
    await told(await keeper.post("/licences", seen(world)), 201)
    for changes, field, code in (
        ({"number": "99"}, "profession", "licence_there"),
        ({"profession": "expert", "number": "--"}, "number", "licence_number_needed"),
        (
            {"profession": "expert", "valid_until": "2026-11-01"},
            "valid_until",
            "licence_day_over",
        ),
        (
            {"profession": "expert", "valid_until": "2035-11-01"},
            "valid_until",
            "licence_too_long",
        ),
        ({"profession": "graduate"}, "profession", "literal_error"),
    ):
        answer = await keeper.post("/licences", seen(world, **changes))
        errors = (await told(answer, 422))["errors"]
        assert [(e["field"], e["code"]) for e in errors] == [(field, code)]
    await told(await keeper.post("/licences", seen(world, visitor_id=2**31 - 1)), 404)
    listed = (await told(await keeper.get("/licences")))["items"]
    assert [one["profession"] for one in listed] == ["lawyer"]


def test_whatever_comes_by_no_roster_can_be_added() -> None:
    offered = get_args(NewLicence.model_fields["profession"].annotation)
    by_itself = {one.value for one, right in RIGHTS.items() if not right.by_roster}
    assert set(offered) == by_itself


async def test_one_that_was_asked_for_is_verified_once_and_extended(
    site: Site, keeper: Program, world: World
) -> None:
    async with site.database.write() as session:
        licence = await asked(session, world, site.keyring, now=site.clock())
    path = f"/licences/{licence.reference}"

    verified = await told(
        await keeper.post(f"{path}/verify", {"valid_until": "2027-01-01"})
    )
    await told(await keeper.post(f"{path}/verify", {"valid_until": "2027-02-01"}), 409)
    await told(await keeper.post(f"{path}/refuse", {"reason": "x"}), 409)
    later = await told(
        await keeper.post(f"{path}/extend", {"valid_until": "2027-03-01"})
    )

    assert (verified["state"], verified["valid_until"]) == ("verified", "2027-01-01")
    assert (later["state"], later["valid_until"]) == ("verified", "2027-03-01")


async def test_revoking_takes_what_rests_on_it_and_says_why(
    site: Site, keeper: Program, world: World
) -> None:
    async with site.database.write() as session:
        licence = await licensed(session, world, site.keyring)
        mandate = await mandated(session, licence, world.prisoner, site.keyring)
    path = f"/licences/{licence.reference}"
    await told(await keeper.post(f"{path}/revoke", {"reason": " "}), 422)

    revoked = await told(await keeper.post(f"{path}/revoke", {"reason": "حکم"}))

    assert (revoked["state"], revoked["reason"]) == ("revoked", "حکم")
    async with site.database.read() as session:
        contact = await link(session, mandate)
    assert contact is not None
    assert contact.state is ContactState.SUSPENDED
    await told(await keeper.post(f"{path}/revoke", {"reason": "حکم"}), 409)


async def test_the_list_is_of_one_state_or_person_and_goes_on(
    site: Site, keeper: Program, world: World
) -> None:
    async with site.database.write() as session:
        waits = await asked(session, world, site.keyring, number="1")
        held = await licensed(session, world, site.keyring, number="2")
        over = await licensed(session, world, site.keyring, number="3")
        over.valid_until = site.clock().date() - timedelta(days=1)
        session.add(over)

    async def found(**query: Any) -> list[str]:
        page = await told(await keeper.get("/licences", **query))
        return [one["reference"] for one in page["items"]]

    assert await found(state="asked") == [waits.reference]
    assert await found(state="verified") == [held.reference]
    assert await found(state="expired") == [over.reference]
    assert await found(visitor=held.visitor_id) == [held.reference]
    first = await told(await keeper.get("/licences", limit=2))
    assert "number" not in first["items"][0]
    assert await found(cursor=first["next"]) == [over.reference]


async def test_another_province_and_other_roles_find_nothing(
    site: Site, keeper: Program, program: Program, program_of: Enrol, world: World
) -> None:
    async with site.database.write() as session:
        licence = await licensed(session, world, site.keyring)
        far = await make.province(session, name="فارس")
        account = await make.account(session, Role.ADMINISTRATOR, provinces=[far])
    stranger = await program_of(account)
    path, until = f"/licences/{licence.reference}", {"valid_until": str(date.max)}
    assert (await told(await stranger.get("/licences")))["items"] == []
    for other in (stranger, program):
        await told(await other.get(path), 404)
        await told(await other.post("/licences", seen(world)), 404)
        await told(await other.post(f"{path}/extend", until), 404)
        for act in ("verify", "refuse", "revoke"):
            await told(await other.post(f"{path}/{act}", {}), 404)
    await told(await program.get("/licences"), 404)
    elsewhere = seen(world, province_id=far.id)
    await told(await keeper.post("/licences", elsewhere), 404)
    async with site.database.read() as session:
        kept = (await session.exec(select(Licence))).all()
    assert [(one.id, one.valid_until) for one in kept] == [(licence.id, UNTIL)]

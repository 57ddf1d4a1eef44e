"""Requests of prisoners over the API: listed by change, raised once, decided once."""

from typing import Any

import pytest

from tests.make import World
from tests.web.api.conftest import Enrol, Program, told
from tests.web.conftest import Site
from visitation import cases
from visitation.audit import SYSTEM
from visitation.words import CaseKind, CaseSource, Role


@pytest.fixture
async def judge(program_of: Enrol, world: World) -> Program:
    return await program_of(world.official)


def asked(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "medical",
        "prisoner_id": world.prisoner.id,
        "visitor_id": world.visitor.id,
        "answers": {"what": "doctor", "urgent": True},
    } | changes


async def test_what_was_raised_is_read_and_listed(judge: Program, world: World) -> None:
    case = await told(await judge.post("/cases", asked(world)), 201)
    path = f"/cases/{case['reference']}"
    listing = await told(await judge.get("/cases", kind="medical", state="submitted"))

    assert case["answers"] == {"what": "doctor", "urgent": True}
    assert [one["action"] for one in case["steps"]] == ["raise"]
    assert await told(await judge.get(path)) == case
    known = {k: v for k, v in case.items() if k not in {"text", "answers", "steps"}}
    assert listing == {"items": [known], "next": None}


async def test_the_same_again_is_the_same_request(judge: Program, world: World) -> None:
    first = await told(await judge.post("/cases", asked(world)), 201)
    again = await told(await judge.post("/cases", asked(world)), 201)

    assert again["reference"] == first["reference"]


async def test_a_list_goes_on_where_it_ended(judge: Program, world: World) -> None:
    for kind in ("pardon", "release", "medical"):
        answers = {"what": "doctor"} if kind == "medical" else {}
        body = asked(world, kind=kind, answers=answers)
        await told(await judge.post("/cases", body), 201)
    first = await told(await judge.get("/cases", limit=2))
    rest = await told(await judge.get("/cases", limit=2, cursor=first["next"]))

    assert [one["kind"] for one in (*first["items"], *rest["items"])] == [
        "pardon",
        "release",
        "medical",
    ]
    assert rest["next"] is None
    wrong = await told(await judge.get("/cases", cursor="nonsense"), 422)
    assert wrong["code"] == "invalid"


async def test_it_is_decided_once(judge: Program, world: World) -> None:
    case = await told(await judge.post("/cases", asked(world)), 201)
    path = f"/cases/{case['reference']}/decision"
    body = {"outcome": "grant", "text": "پزشک او را می‌بیند."}
    granted = await told(await judge.post(path, body), 200)
    again = await told(await judge.post(path, {**body, "outcome": "deny"}), 409)

    assert granted["state"] == "granted"
    assert again["code"] == "conflict"
    assert "پیش از این پاسخ گرفته است" in again["detail"]


async def test_a_role_that_decides_no_such_kind_is_refused(
    site: Site, judge: Program, program_of: Enrol, world: World
) -> None:
    body = asked(world, kind="pardon", answers={})
    case = await told(await judge.post("/cases", body), 201)
    warden = await program_of(
        await site.add_account(Role.WARDEN, sites=[world.prison.id])
    )
    path = f"/cases/{case['reference']}/decision"
    sent = await warden.post(path, {"outcome": "grant", "text": "x"})

    assert sent.status == 404


async def test_orders_of_a_request_are_listed(judge: Program, world: World) -> None:
    case = await told(await judge.post("/cases", asked(world)), 201)

    orders = await told(await judge.get(f"/cases/{case['reference']}/orders"))
    assert orders == {"items": [], "next": None}


async def test_a_scheduler_reads_none(program: Program) -> None:
    assert (await program.get("/cases")).status == 404


async def test_a_prison_learns_nothing_by_asking_what_a_lawyer_asked(
    site: Site, judge: Program, program_of: Enrol, world: World
) -> None:
    async with site.database.write() as session:
        await cases.raise_case(
            session,
            kind=CaseKind.MEDICAL,
            prisoner_id=world.prisoner.id,
            source=CaseSource.PROFESSIONAL,
            text="secret of the defence",
            brief=True,
            visitor_id=world.visitor.id,
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )
    warden = await program_of(
        await site.add_account(Role.WARDEN, sites=[world.prison.id])
    )
    body = asked(world, kind="complaint", answers={"about": "food"}, text="food")

    for sent in (asked(world), body):
        answer = await warden.post("/cases", sent)
        assert (answer.status, "secret" in await answer.text()) == (404, False)
    [kept] = (await told(await judge.get("/cases")))["items"]
    assert kept["source"] == "professional"

"""Booking, moving, cancelling and listing visits as a program does."""

import pytest

from tests import make
from tests.make import World
from tests.visitation.test_boards import counted
from tests.web.api.conftest import Enrol, Program, told, wish
from tests.web.conftest import Site
from visitation import visits
from visitation.calls import losses
from visitation.lifecycle import MAY, Act
from visitation.words import Fault, Role


async def test_a_booking_is_answered_with_the_visit(
    program: Program, world: World
) -> None:
    visit = await told(
        await program.post("/visits", wish(world, note="روی ویلچر است")), 201
    )
    prisoner, visitor = visit.pop("participants")
    assert (visit["state"], visit["kind"], visit["version"]) == ("booked", "family", 1)
    assert visit["starts_at"] == "2026-11-24T06:30:00Z"
    assert visit["ends_at"] == "2026-11-24T06:55:00Z"
    assert visit["point_id"] == world.point.id
    assert visit["note"] == "روی ویلچر است"
    assert (prisoner["part"], prisoner["code"]) == ("prisoner", None)
    assert (visitor["part"], visitor["visitor_id"]) == ("visitor", world.visitor.id)
    assert len(visitor["code"]) == 6
    again = await told(await program.get(f"/visits/{visit['reference']}"))
    assert again == visit | {"participants": [prisoner, visitor]}


async def test_time_that_was_lost_is_told_with_what_is_owed(
    site: Site, program: Program, world: World
) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)
    assert visit["lost"] == {
        "seconds": {},
        "minutes_given_back": 0,
        "minutes_owed": 0,
    }
    async with site.database.write() as session:
        kept = await visits.by_reference(session, visit["reference"])
        await losses.add(session, kept.id, {Fault.PRISON: 170, Fault.SERVER: 20})
        kept.minutes_given_back = 2
        session.add(kept)
    lost = {
        "seconds": {"prison": 170, "server": 20},
        "minutes_given_back": 2,
        "minutes_owed": 2,
    }
    again = await told(await program.get(f"/visits/{visit['reference']}"))
    assert again["lost"] == lost
    assert (await told(await program.get("/visits")))["items"][0]["lost"] == lost


async def test_staff_book_over_a_rule_that_is_not_hard_with_a_reason(
    program: Program, world: World
) -> None:
    for hour in ("10", "11"):
        times = {
            "starts_at": f"2026-11-24T{hour}:00:00+03:30",
            "ends_at": f"2026-11-24T{hour}:25:00+03:30",
        }
        await told(await program.post("/visits", wish(world, **times)), 201)
    times = {
        "starts_at": "2026-11-24T12:00:00+03:30",
        "ends_at": "2026-11-24T12:25:00+03:30",
    }
    refused = await told(await program.post("/visits", wish(world, **times)), 409)
    assert [one["code"] for one in refused["reasons"]] == ["weekly_limit"]
    because = wish(world, **times, override_reason="مادر بیمار است")
    visit = await told(await program.post("/visits", because), 201)
    assert "مادر بیمار است" in visit["note"]


async def test_a_clash_is_refused_with_every_reason_and_the_next_free_slots(
    program: Program, world: World
) -> None:
    await told(await program.post("/visits", wish(world)), 201)
    refused = await told(await program.post("/visits", wish(world)), 409)
    assert refused["code"] == "refused"
    assert refused["type"] == "about:blank#refused"
    assert {reason["code"] for reason in refused["reasons"]} == {
        "terminal_taken",
        "kiosk_taken",
        "prisoner_busy",
        "visitor_busy",
    }
    assert all(reason["detail"] for reason in refused["reasons"])
    assert refused["next_free"][0] == {
        "terminal_id": world.terminal.id,
        "starts_at": "2026-11-24T07:00:00Z",
        "ends_at": "2026-11-24T07:25:00Z",
        "kinds": ["family", "legal", "official"],
        "state": "free",
        "visit": None,
        "reason": None,
    }


async def test_what_was_suggested_can_be_booked(program: Program, world: World) -> None:
    await told(await program.post("/visits", wish(world)), 201)
    refused = await told(await program.post("/visits", wish(world)), 409)
    slot = refused["next_free"][0]
    seat = {key: slot[key] for key in ("terminal_id", "starts_at", "ends_at")}
    await told(await program.post("/visits", wish(world, **seat)), 201)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {
                "starts_at": "2026-11-22T10:00:00+03:30",
                "ends_at": "2026-11-22T10:25:00+03:30",
            },
            "over",
        ),
        (
            {
                "starts_at": "2026-11-24T22:00:00+03:30",
                "ends_at": "2026-11-24T22:25:00+03:30",
            },
            "not_a_slot",
        ),
        ({"visitor_ids": []}, "nobody_visits"),
        ({"visitor_ids": [2_000_000_000]}, "not_approved"),
        ({"kind": "official"}, "official_missing"),
        ({"kind": "legal"}, "not_a_lawyer"),
    ],
)
async def test_a_rule_refuses_by_its_code(
    program: Program, world: World, changes: dict[str, object], reason: str
) -> None:
    refused = await told(await program.post("/visits", wish(world, **changes)), 409)
    assert reason in {reason["code"] for reason in refused["reasons"]}


async def test_a_visit_moves_to_another_slot_and_to_the_own_phone(
    program: Program, world: World
) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)
    seat = {
        "terminal_id": world.terminal.id,
        "starts_at": "2026-11-25T12:00:00+03:30",
        "ends_at": "2026-11-25T12:25:00+03:30",
    }
    moved = await told(await program.post(f"/visits/{visit['reference']}/move", seat))
    assert (moved["starts_at"], moved["kiosk_id"]) == ("2026-11-25T08:30:00Z", None)
    assert moved["version"] == 2
    codes = [[p["code"] for p in one["participants"]] for one in (visit, moved)]
    assert codes[0] == codes[1]


async def test_a_cancelled_visit_frees_its_slot_and_forgets_its_codes(
    program: Program, world: World
) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)
    path = f"/visits/{visit['reference']}/cancel"
    why = {"outcome": "cancelled_by_family", "reason": "بیماری"}
    cancelled = await told(await program.post(path, why))
    assert (cancelled["state"], cancelled["outcome"]) == (
        "cancelled",
        "cancelled_by_family",
    )
    assert [p["code"] for p in cancelled["participants"]] == [None, None]
    problem = await told(await program.post(path, why), 409)
    assert problem["code"] == "conflict"
    await told(await program.post("/visits", wish(world)), 201)


async def test_an_outcome_that_cancels_nothing_is_refused(
    program: Program, world: World
) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)
    problem = await told(
        await program.post(
            f"/visits/{visit['reference']}/cancel",
            {"outcome": "completed", "reason": "x"},
        ),
        422,
    )
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [
        ("outcome", "not_a_cancellation")
    ]


async def test_visits_are_listed_page_by_page(
    site: Site, program: Program, world: World
) -> None:
    async with site.database.write() as session:
        await make.policy(session, world.prison, visits_per_week=14)
    made = []
    for hour in ("10", "11", "12"):
        times = {
            "starts_at": f"2026-11-24T{hour}:00:00+03:30",
            "ends_at": f"2026-11-24T{hour}:25:00+03:30",
        }
        made.append(
            await told(await program.post("/visits", wish(world, **times)), 201)
        )
    first = await told(await program.get("/visits", limit=2))
    rest = await told(await program.get("/visits", limit=2, cursor=first["next"]))
    assert [*first["items"], *rest["items"]] == made
    assert rest["next"] is None


async def test_visits_are_filtered(program: Program, world: World) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)

    async def found(**query: object) -> list[str]:
        listing = await told(await program.get("/visits", **query))
        return [one["reference"] for one in listing["items"]]

    here = [visit["reference"]]
    assert await found(prison=world.prison.id, prisoner=world.prisoner.id) == here
    assert await found(point=world.point.id, state="booked") == here
    assert await found(state="cancelled") == []
    assert await found(**{"from": visit["starts_at"], "to": visit["ends_at"]}) == here
    assert await found(to=visit["starts_at"]) == []


async def test_another_provinces_program_sees_nothing_of_it(
    site: Site, program: Program, program_of: Enrol, world: World
) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)
    async with site.database.write() as session:
        elsewhere = await make.province(session, name="یزد")
        stranger = await make.account(session, Role.SCHEDULER, provinces=[elsewhere])
    other = await program_of(stranger)
    reference = visit["reference"]
    assert (await told(await other.get("/visits")))["items"] == []
    await told(await other.get(f"/visits/{reference}"), 404)
    await told(await other.post(f"/visits/{reference}/cancel", {}), 404)
    await told(await other.post("/visits", wish(world)), 404)


async def test_a_kiosk_or_an_official_out_of_reach_does_not_exist(
    site: Site, program: Program, world: World
) -> None:
    async with site.database.write() as session:
        elsewhere = await make.province(session, name="یزد")
        kiosk = await make.kiosk(session, await make.point(session, elsewhere))
        official = await make.account(session, Role.OFFICIAL, provinces=[elsewhere])
    await told(await program.post("/visits", wish(world, kiosk_id=kiosk.id)), 404)
    await told(await program.post("/visits", wish(world, official_id=official.id)), 404)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.FAMILY}))
async def test_roles_do_what_they_do_on_pages(
    site: Site, program: Program, program_of: Enrol, world: World, role: Role
) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)
    async with site.database.write() as session:
        account = await make.account(session, role, sites=[world.prison])
    other = await program_of(account)
    path = f"/visits/{visit['reference']}"
    reads = role in MAY[Act.READ_HISTORY]
    seen = await told(await other.get(path), 200 if reads else 404)
    if reads:
        shown = [p["code"] for p in seen["participants"] if p["code"]]
        assert len(shown) == (role in MAY[Act.READ_MESSAGES])
    move = await other.post(f"{path}/move", {})
    assert move.status == (422 if role in MAY[Act.MOVE] else 404)
    cancel = await other.post(f"{path}/cancel", {})
    assert cancel.status == (422 if role in MAY[Act.CANCEL] else 404)


async def test_a_longer_list_takes_no_more_queries(
    site: Site, program: Program, world: World
) -> None:
    async with site.database.write() as session:
        await make.policy(session, world.prison, visits_per_week=14)

    async def queries() -> int:
        with counted() as said:
            await told(await program.get("/visits"))
        return len(said)

    await told(await program.post("/visits", wish(world)), 201)
    one = await queries()
    for hour in ("11", "12", "13"):
        times = {
            "starts_at": f"2026-11-24T{hour}:00:00+03:30",
            "ends_at": f"2026-11-24T{hour}:25:00+03:30",
        }
        await told(await program.post("/visits", wish(world, **times)), 201)
    assert await queries() == one

"""Standing visits over the API."""

from tests import make
from tests.make import World
from tests.web.api.conftest import Enrol, Program, told, wish
from tests.web.conftest import Site
from visitation.words import Role


async def test_each_date_is_booked_or_says_why_not(
    site: Site, program: Program, world: World
) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)
    async with site.database.write() as session:
        other = await make.prisoner(session, world.prison)
        mother = await make.visitor(session)
        await make.contact(session, other, mother)
    taken = wish(
        world,
        starts_at="2026-12-08T10:00:00+03:30",
        ends_at="2026-12-08T10:25:00+03:30",
        prisoner_id=other.id,
        visitor_ids=[mother.id],
        kiosk_id=None,
    )
    await told(await program.post("/visits", taken), 201)
    path = f"/visits/{visit['reference']}/series"

    done = await told(await program.post(path, {"times": 3}))

    assert [(one["day"], bool(one["visit"])) for one in done["dates"]] == [
        ("2026-12-01", True),
        ("2026-12-08", False),
        ("2026-12-15", True),
    ]
    refused = done["dates"][1]
    assert [reason["code"] for reason in refused["reasons"]] == ["terminal_taken"]
    assert refused["next_free"]["starts_at"] == "2026-12-08T07:00:00Z"
    shown = await told(await program.get(path))
    assert (shown["reference"], shown["every_weeks"]) == (done["series"], 1)
    assert [one["starts_at"][:10] for one in shown["visits"]] == [
        "2026-11-24",
        "2026-12-01",
        "2026-12-15",
    ]


async def test_an_ended_series_cancels_what_is_to_come_from_a_visit_on(
    program: Program, world: World
) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)
    path = f"/visits/{visit['reference']}/series"
    done = await told(await program.post(path, {"times": 2, "every_weeks": 2}))
    later = done["dates"][0]["visit"]
    why = {"outcome": "cancelled_by_family", "reason": "سفر"}

    ended = await told(await program.post(f"/visits/{later}/series/end", why))

    assert ended["ended_at"] is not None
    assert [one["state"] for one in ended["visits"]] == [
        "booked",
        "cancelled",
        "cancelled",
    ]


async def test_what_cannot_be_repeated_is_refused_by_its_field(
    program: Program, world: World
) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)
    path = f"/visits/{visit['reference']}/series"
    for body, field, code in (
        ({}, "times", "times_or_day"),
        ({"times": 1, "until": "2026-12-24"}, "times", "times_or_day"),
        ({"times": 99}, "times", "less_than_equal"),
        ({"until": "20261224"}, "until", "day"),
    ):
        problem = await told(await program.post(path, body), 422)
        assert [(e["field"], e["code"]) for e in problem["errors"]] == [(field, code)]
    await told(await program.get(path), 404)


async def test_another_provinces_program_finds_no_series(
    site: Site, program: Program, program_of: Enrol, world: World
) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)
    path = f"/visits/{visit['reference']}/series"
    await told(await program.post(path, {"times": 1}))
    async with site.database.write() as session:
        elsewhere = await make.province(session, name="یزد")
        stranger = await make.account(session, Role.SCHEDULER, provinces=[elsewhere])
    other = await program_of(stranger)
    await told(await other.get(path), 404)
    await told(await other.post(path, {"times": 1}), 404)
    await told(await other.post(f"{path}/end", {}), 404)

"""Rows that another system sends."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from tests.make import World
from tests.web.api.conftest import Program, told
from visitation.people import Prisoner
from web.api.imports import AT_ONCE, MOST_ROWS

ID = "0013542419"


async def count(program: Program) -> int:
    body = await told(await program.get("/prisoners", limit=200))
    return len(body["items"])


async def test_each_row_is_reported_and_the_good_ones_go_in(
    program: Program, world: World
) -> None:
    before = await count(program)
    rows = [
        {"prison": str(world.prison.id), "number": "901", "name": "علی"},
        {"prison": "9999", "number": "902", "name": "رضا"},
        {
            "prison": world.prison.name,
            "number": "903",
            "name": "رضا",
            "national_id": "0013542418",
        },
    ]

    report = await told(await program.post("/imports/prisoners", {"rows": rows}))

    assert (report["created"], report["refused"]) == (1, 2)
    assert [(line["row"], line["field"]) for line in report["rows"]] == [
        (1, ""),
        (2, "prison"),
        (3, "national_id"),
    ]
    assert [r["code"] for line in report["rows"] for r in line["reasons"]] == [
        "import_unknown_prison",
        "wrong_national_id",
    ]
    assert "0013542418" not in str(report)
    assert await count(program) == before + 1


async def test_the_same_rows_again_change_nothing(
    program: Program, world: World
) -> None:
    body = {"rows": [{"prison": str(world.prison.id), "number": "1", "name": "علی"}]}
    tried = await told(
        await program.post("/imports/prisoners", body | {"dry_run": True})
    )
    first = await told(await program.post("/imports/prisoners", body, key="a"))
    replayed = await told(await program.post("/imports/prisoners", body, key="a"))
    again = await told(await program.post("/imports/prisoners", body))

    assert tried["created"] == first["created"] == replayed["created"] == 1
    assert (again["created"], again["unchanged"]) == (0, 1)


async def test_a_column_that_is_not_known_is_named(program: Program) -> None:
    body = {"rows": [{"prison": "1", "number": "1", "name": "x", "shoe": "44"}]}

    problem = await told(await program.post("/imports/prisoners", body), 422)

    assert problem["errors"][0]["field"] == "rows.0.shoe"


async def test_a_release_is_seen_on_the_prisoner(
    program: Program, world: World
) -> None:
    row = {"prison": str(world.prison.id), "number": world.prisoner.number}

    report = await told(await program.post("/imports/releases", {"rows": [row]}))

    async with program.site.database.read() as session:
        found = await session.get_one(Prisoner, world.prisoner.id)
    assert report["changed"] == 1
    assert found.released_at == program.site.clock()


async def test_visits_are_booked_by_the_rules(program: Program, world: World) -> None:
    row = {
        "prison": str(world.prison.id),
        "number": world.prisoner.number,
        "visitors": world.visitor.name,
        "day": "1405/09/05",
    }
    rows = [row | {"time": "10:00"}, row | {"time": "10:07"}]

    report = await told(await program.post("/imports/visits", {"rows": rows}))

    assert [line["outcome"] for line in report["rows"]] == ["created", "refused"]
    assert report["rows"][1]["reasons"][0]["code"] == "not_a_slot"


async def test_five_hundred_rows_go_in_some_at_a_time(
    program: Program, world: World
) -> None:
    prison = str(world.prison.id)
    rows = [
        {"prison": prison, "number": f"many-{number}", "name": f"علی {number}"}
        for number in range(MOST_ROWS)
    ]
    rows[400] = rows[3]
    with commits(program) as done:
        sent = await program.post("/imports/prisoners", {"rows": rows}, key="many")
        report = await told(sent)
    again = await program.post("/imports/prisoners", {"rows": rows}, key="many")

    assert (report["created"], report["refused"]) == (MOST_ROWS - 1, 1)
    assert [line["row"] for line in report["rows"]] == list(range(1, MOST_ROWS + 1))
    (refused,) = (one for one in report["rows"] if one["outcome"] == "refused")
    assert (refused["row"], refused["other_row"]) == (401, 4)
    assert len(done) >= MOST_ROWS / AT_ONCE
    assert await told(again) == report
    assert again.headers["Idempotency-Replayed"] == "true"


@contextmanager
def commits(program: Program) -> Iterator[list[object]]:
    """The transactions that are committed while inside."""
    done: list[object] = []
    note = done.append
    writer = program.site.database._writer.sync_engine
    event.listen(writer, "commit", note)
    yield done
    event.remove(writer, "commit", note)

"""The call list over the API: whom to ring, and what came of it."""

from sqlmodel import select

from scheduler import calling
from tests.make import World
from tests.web.api.conftest import Program, told, wish
from tests.web.conftest import Site
from visitation import visits
from visitation.messages import Message


async def test_a_program_lists_whom_to_ring_and_says_what_came_of_it(
    program: Program, site: Site, world: World
) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)
    assert await told(await program.get("/call-list"), 200) == {"items": []}
    async with site.database.write() as session:
        message = (await session.exec(select(Message))).one()
        booked = await visits.by_reference(session, visit["reference"])
        await calling.ask(session, message, booked, now=site.clock())
    (line,) = (await told(await program.get("/call-list"), 200))["items"]
    assert line == {
        "id": line["id"],
        "site_id": world.point.id,
        "visit": visit["reference"],
        "template": "visit_booked",
        "name": world.visitor.name,
        "phone": world.visitor.phone,
        "helper_phone": None,
        "due_by": visit["starts_at"],
        "tries": 0,
        "outcome": None,
        "done_at": None,
    }
    path = f"/call-list/{line['id']}/tick"
    tried = await told(await program.post(path, {"outcome": "no_answer"}), 200)
    assert (tried["tries"], tried["outcome"]) == (1, "no_answer")
    assert tried["done_at"] is None
    done = await told(await program.post(path, {"outcome": "told"}), 200)
    assert (done["tries"], done["outcome"]) == (2, "told")
    assert done["done_at"] is not None
    again = await program.post(path, {"outcome": "told"})
    assert again.status == 409
    wrong = await program.post(path, {"outcome": "too_late"})
    assert wrong.status == 422
    nobody = await program.post("/call-list/999/tick", {"outcome": "told"})
    assert nobody.status == 404

"""Events for programs that ask: in order, by scope, from where they stopped."""

from tests import make
from tests.make import World
from tests.web.api.conftest import Enrol, told
from tests.web.conftest import Site
from visitation.webhooks import events
from visitation.webhooks.events import Happening
from visitation.words import Role, Topic


async def _happen(site: Site, sequence: int, province: int | None) -> None:
    one = Happening(
        reference=f"evt_{sequence}",
        sequence=sequence,
        topic=Topic.CASE_STEP,
        key="case:one",
        number=sequence,
        province_id=province,
        at=site.clock(),
        body={"case": "one"},
    )
    async with site.database.write() as session:
        await events.put(session, [one], now=site.clock())


async def test_events_are_given_in_order_and_gone_on_with(
    site: Site, world: World, program_of: Enrol
) -> None:
    program = await program_of(await site.add_account(Role.AUDITOR))
    nothing = await told(await program.get("/events"))
    for sequence in (3, 5, 8):
        await _happen(site, sequence, None)

    first = await told(await program.get("/events", limit=2))
    second = await told(await program.get("/events", after=first["cursor"]))
    third = await told(await program.get("/events", after=second["cursor"]))
    await _happen(site, 9, None)
    fourth = await told(await program.get("/events", after=third["cursor"]))

    assert nothing == {"items": [], "cursor": None}
    pages = [
        [one["id"] for one in page["items"]] for page in (first, second, third, fourth)
    ]
    assert pages == [["evt_3", "evt_5"], ["evt_8"], [], ["evt_9"]]
    assert first["items"][0] == {
        "id": "evt_3",
        "type": "case.step",
        "timestamp": site.clock().isoformat().replace("+00:00", "Z"),
        "key": "case:one",
        "number": 3,
        "data": {"case": "one"},
    }


async def test_who_reaches_a_province_gets_its_events_only(
    site: Site, world: World, program_of: Enrol
) -> None:
    own = world.prison.province_id
    account = await site.add_account(Role.ADMINISTRATOR, provinces=[own])
    program = await program_of(account)
    async with site.database.write() as session:
        other = (await make.province(session, name="یزد")).id
    for sequence, province in ((1, own), (2, other), (3, None), (4, own)):
        await _happen(site, sequence, province)

    given = await told(await program.get("/events"))

    assert [one["id"] for one in given["items"]] == ["evt_1", "evt_4"]


async def test_others_are_given_none(
    site: Site, world: World, program_of: Enrol
) -> None:
    program = await program_of(world.scheduler)

    assert (await program.get("/events")).status == 404


async def test_what_is_no_cursor_is_refused(
    site: Site, world: World, program_of: Enrol
) -> None:
    program = await program_of(await site.add_account(Role.AUDITOR))

    assert (await program.get("/events", after="x")).status == 422

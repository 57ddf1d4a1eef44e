"""The warden's board: how visits stand, what is offered, and closing what was left."""

from datetime import timedelta

import pytest

from signaling.views import PersonView, RoomView
from signaling.words import Phase, Presence, Quality
from tests import make
from tests.make import World
from tests.web.conftest import Rooms, Site, Start
from tests.web.day import Booked, booked
from visitation.lifecycle import ParticipantState, VisitState
from visitation.visits import Participant, Visit
from visitation.words import Outcome, Part, Role, VisitKind


@pytest.fixture
async def today(site: Site, world: World) -> Booked:
    async with site.database.write() as session:
        return await booked(
            session, world, site.keyring, starts_at=site.clock() + timedelta(minutes=10)
        )


async def _change(site: Site, today: Booked, **columns: object) -> None:
    async with site.database.write() as session:
        visit = await session.get_one(Visit, today.visit.id)
        for name, value in columns.items():
            setattr(visit, name, value)


async def test_each_terminal_has_a_tile_with_now_and_next(
    site: Site, world: World, today: Booked
) -> None:
    async with site.database.write() as session:
        later = await booked(
            session, world, site.keyring, starts_at=site.clock() + timedelta(hours=3)
        )
        idle = await make.terminal(session, world.prison, name="کابین خالی")
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    page = await (await site.get("/warden")).text()

    assert idle.name in page
    assert world.prisoner.name in page
    assert world.visitor.name in page
    now, _, after = page.partition("پس از آن")
    assert f'action="/visits/{today.visit.reference}/start"' in now
    assert f'id="visit-{later.visit.reference}"' in after
    assert f'action="/visits/{later.visit.reference}/start"' not in page


async def test_the_prisoner_is_ticked_told_brought_and_identified(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    path = f"/warden/{today.visit.reference}/tick"

    for state in ("told", "arrived", "identified"):
        response = await site.post(
            path, {"participant": today.prisoner.reference, "state": state}
        )
        assert response.status == 303

    async with site.database.read() as session:
        seen = await session.get_one(Participant, today.prisoner.id)
    assert seen.state is ParticipantState.IDENTIFIED
    assert seen.told_at == seen.arrived_at == seen.identified_at == site.clock()


async def test_a_later_tick_stands_for_those_before_it(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    before = await (await site.get("/warden/board")).text()

    await site.post(
        f"/warden/{today.visit.reference}/tick",
        {"participant": today.prisoner.reference, "state": "arrived"},
    )

    after = await (await site.get("/warden/board")).text()
    offered = f'id="tick-{{}}-{today.prisoner.reference}"'
    assert all(offered.format(s) in before for s in ("told", "arrived", "identified"))
    assert offered.format("told") not in after
    assert offered.format("identified") in after


async def test_a_warden_does_not_tick_the_family(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    response = await site.post(
        f"/warden/{today.visit.reference}/tick",
        {"participant": today.visitor.reference, "state": "arrived"},
    )

    assert response.status == 404


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ((-60, VisitState.BOOKED), "ثبت‌شده"),
        ((0, VisitState.BOOKED), "اتاق انتظار باز است"),
        ((15, VisitState.BOOKED), "۵ دقیقه دیر شده"),
        ((41, VisitState.BOOKED), "زمانش گذشته است"),
        ((20, VisitState.LIVE), "در جریان؛ ۲۰ دقیقه مانده"),
        ((41, VisitState.LIVE), "در جریان؛ زمانش تمام شده"),
        ((60, VisitState.COMPLETED), "پایان‌یافته"),
    ],
)
async def test_how_a_visit_stands_is_said_in_words(
    site: Site, world: World, today: Booked, after: tuple[int, VisitState], words: str
) -> None:
    minutes, state = after
    await _change(site, today, state=state)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    site.clock.forward(timedelta(minutes=minutes))

    part = await (await site.get("/warden/board")).text()

    assert words in part
    assert "<html" not in part


async def test_a_family_that_waits_is_seen(
    site: Site, world: World, today: Booked
) -> None:
    async with site.database.write() as session:
        visitor = await session.get_one(Participant, today.visitor.id)
        visitor.state = ParticipantState.WAITING
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    assert "خانواده منتظر است" in await (await site.get("/warden")).text()


async def test_the_live_room_adds_pause_lines_and_who_is_outside(
    start_site: Start,
) -> None:
    rooms = Rooms()
    site = await start_site(live=rooms)
    async with site.database.write() as session:
        world = await make.world(session)
        today = await booked(
            session, world, site.keyring, starts_at=site.clock(), state=VisitState.LIVE
        )
    rooms.views[today.visit.reference] = RoomView(
        phase=Phase.PAUSED,
        people=(
            PersonView(
                reference=today.visitor.reference,
                part=Part.VISITOR,
                state=Presence.WAITING,
                quality=Quality.POOR,
                blocked=(),
                sends=(),
            ),
        ),
    )
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    part = await (await site.get("/warden/board")).text()

    assert "متوقف شده" in part
    assert "خط ضعیف" in part
    assert f'action="/visits/{today.visit.reference}/admit"' in part
    assert f'value="{today.visitor.reference}"' in part


async def test_a_live_visit_can_be_watched_and_ended(
    site: Site, world: World, today: Booked
) -> None:
    await _change(site, today, state=VisitState.LIVE)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    page = await (await site.get("/warden")).text()

    assert f'href="/call/{today.visit.reference}"' in page
    assert f'action="/visits/{today.visit.reference}/end"' in page
    assert f'action="/visits/{today.visit.reference}/start"' not in page


async def test_nobody_is_offered_to_watch_a_lawyers_visit(
    site: Site, world: World, today: Booked
) -> None:
    await _change(site, today, state=VisitState.LIVE, kind=VisitKind.LEGAL)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    page = await (await site.get("/warden")).text()

    assert "ملاقات وکیل" in page
    assert f'href="/call/{today.visit.reference}"' not in page


async def test_without_terminals_or_visits_the_board_says_so(site: Site) -> None:
    async with site.database.write() as session:
        empty = await make.prison(session)
    await site.sign_in(Role.WARDEN, sites=[empty.id])

    assert "هنوز هیچ زندانی" in await (await site.get("/warden")).text()

    async with site.database.write() as session:
        await make.terminal(session, empty)

    assert "در این روز نوبتی نیست" in await (await site.get("/warden")).text()


async def test_a_terminal_out_of_order_says_why(site: Site, world: World) -> None:
    async with site.database.write() as session:
        await make.terminal(session, world.prison, out_of_order="دوربین شکسته")
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    assert "خراب: دوربین شکسته" in await (await site.get("/warden")).text()


async def test_what_was_left_unclosed_is_closed_with_an_outcome(
    site: Site, world: World, today: Booked
) -> None:
    await _change(site, today, state=VisitState.UNCLOSED)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    path = f"/warden/{today.visit.reference}/close"

    board = await (await site.get("/warden")).text()
    listed = await (await site.get("/warden/unclosed")).text()
    response = await site.post(path, {"outcome": "completed", "reason": "برق رفت"})
    again = await site.post(path, {"outcome": "completed"})

    assert "۱ ملاقات بسته نشده مانده است" in board
    assert f'href="{path}"' in listed
    assert (response.status, response.headers["Location"]) == (303, "/warden/unclosed")
    assert again.status == 409
    async with site.database.read() as session:
        visit = await session.get_one(Visit, today.visit.id)
    assert (visit.state, visit.outcome, visit.outcome_reason) == (
        VisitState.COMPLETED,
        Outcome.COMPLETED,
        "برق رفت",
    )


async def test_closing_asks_what_happened_and_keeps_what_was_typed(
    site: Site, world: World, today: Booked
) -> None:
    await _change(site, today, state=VisitState.UNCLOSED)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    path = f"/warden/{today.visit.reference}/close"

    nothing = await site.post(path, {"reason": "برق رفت"})
    cancelled = await site.post(path, {"outcome": "cancelled_by_family"})

    assert nothing.status == 422
    assert 'value="برق رفت"' in await nothing.text()
    assert cancelled.status == 409
    assert 'id="outcome-error"' in await cancelled.text()


async def test_a_prisoner_who_will_not_come_is_recorded_when_the_door_is_open(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    path = f"/warden/{today.visit.reference}/close"
    site.clock.forward(timedelta(hours=-2))

    early = await site.post(path, {"outcome": "prisoner_refused"})
    site.clock.forward(timedelta(hours=2))
    response = await site.post(path, {"outcome": "prisoner_refused"})

    assert early.status == 409
    assert response.status == 303
    async with site.database.read() as session:
        visit = await session.get_one(Visit, today.visit.id)
    assert (visit.state, visit.outcome) == (
        VisitState.MISSED,
        Outcome.PRISONER_REFUSED,
    )
    site.clock.forward(timedelta(hours=1))
    listed = await (await site.get("/warden/unclosed")).text()
    assert "مددجو نخواست بیاید" in listed


async def test_the_visits_of_another_prison_do_not_exist(
    site: Site, today: Booked
) -> None:
    async with site.database.write() as session:
        elsewhere = await make.prison(session, name="زندان دیگر")
    await site.sign_in(Role.WARDEN, sites=[elsewhere.id])
    path = f"/warden/{today.visit.reference}"
    ticked = await site.post(
        f"{path}/tick", {"participant": today.prisoner.reference, "state": "told"}
    )

    assert today.visit.reference not in await (await site.get("/warden")).text()
    assert ticked.status == 404
    assert (await site.get(f"{path}/close")).status == 404


@pytest.mark.parametrize("role", [Role.CLERK, Role.OFFICIAL, Role.AUDITOR])
async def test_the_board_is_for_wardens(site: Site, today: Booked, role: Role) -> None:
    await site.sign_in(role)

    assert (await site.get("/warden")).status == 404
    assert (await site.get("/warden/unclosed")).status == 404


@pytest.mark.parametrize(
    ("state", "words", "sign"),
    [
        (VisitState.BOOKED, "این ملاقات منتظر ناظر است", "اتاق انتظار باز است"),
        (VisitState.LIVE, "تا وقتی کارکنان نظارت نکنند", "متوقف: کسی نظارت نمی‌کند"),
    ],
)
async def test_a_visit_that_has_to_be_watched_says_so_and_offers_to_watch(
    start_site: Start, state: VisitState, words: str, sign: str
) -> None:
    rooms = Rooms()
    site = await start_site(live=rooms)
    async with site.database.write() as session:
        world = await make.world(session)
        today = await booked(
            session, world, site.keyring, starts_at=site.clock(), state=state
        )
    rooms.views[today.visit.reference] = RoomView(
        phase=Phase.WAITING, people=(), unsupervised=True
    )
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    part = await (await site.get("/warden/board")).text()

    assert words in part
    assert sign in part
    assert f'href="/call/{today.visit.reference}"' in part

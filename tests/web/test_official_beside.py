"""What an official reads beside a visit, and what becomes of what they write."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select

from tests.make import World
from tests.web.conftest import PASSWORD, Site
from tests.web.day import Booked, booked
from tests.web.worlds import text
from visitation import audit, cases, rulings
from visitation.cases import written
from visitation.cases.written import Written
from visitation.lifecycle import VisitState
from visitation.messages import Message
from visitation.people import Account
from visitation.points import handing
from visitation.rulings.words import RulingKind
from visitation.visits import incidents
from visitation.waiting import WaitingEntry
from visitation.words import CaseKind, IncidentKind, Outcome, Role, VisitKind

pytestmark = pytest.mark.usefixtures("english")
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
async def me(site: Site, world: World) -> Account:
    return await site.sign_in(Role.OFFICIAL, sites=[world.prison.id], language="en")


async def _visit(
    site: Site, world: World, me: Account | None, start: datetime, **how: object
) -> Booked:
    async with site.database.write() as session:
        return await booked(
            session,
            world,
            site.keyring,
            starts_at=start,
            official=me,
            **how,  # type: ignore[arg-type]
        )


@pytest.fixture
async def now_on(site: Site, world: World, me: Account) -> Booked:
    return await _visit(site, world, me, site.clock() + timedelta(minutes=10))


async def _wish(site: Site, made: Booked, kind: CaseKind, words: str) -> str:
    async with site.database.write() as session:
        await cases.after.wish(
            session,
            participant_id=made.visitor.id,
            kind=kind,
            text=words,
            keyring=site.keyring,
            by=audit.Actor.participant(made.visitor.id),
            now=site.clock(),
        )
        found = await cases.after.wishes_of(session, visit_id=made.visit.id)
    return found[-1].reference


def _beside(made: Booked) -> str:
    return f"/official/{made.visit.reference}/beside"


async def _written(site: Site, made: Booked) -> list[Written]:
    async with site.database.read() as session:
        return list(await written.in_visit(session, visit_id=made.visit.id))


async def _sent(site: Site) -> list[Message]:
    async with site.database.read() as session:
        return list((await session.exec(select(Message))).all())


async def test_what_is_known_of_a_family_stands_beside_its_visit(
    site: Site, world: World, me: Account, now_on: Booked
) -> None:
    ago = timedelta(days=7)
    before = await _visit(
        site, world, None, now_on.visit.starts_at - ago, state=VisitState.COMPLETED
    )
    lawyers = await _visit(
        site,
        world,
        None,
        now_on.visit.starts_at - 2 * ago,
        state=VisitState.COMPLETED,
        kind=VisitKind.LEGAL,
    )
    await _wish(site, before, CaseKind.FURLOUGH, "برای عروسی خواهرش")
    async with site.database.write() as session:
        before.visit.outcome = Outcome.COMPLETED
        before.visitor.seconds_connected = 17 * 60
        session.add_all([before.visit, before.visitor])
        session.add(
            WaitingEntry(
                reference="w1",
                prison_id=world.prison.id,
                prisoner_id=world.prisoner.id,
                first_day=date(2026, 12, 1),
                last_day=date(2026, 12, 24),
                created_at=site.clock(),
                changed_at=site.clock(),
            )
        )
        await incidents.report(
            session,
            before.visit,
            kind=IncidentKind.RULES,
            text="A telephone was shown to the camera",
            keyring=site.keyring,
            by=audit.Actor.account(world.scheduler.id, Role.WARDEN),
            now=site.clock(),
        )
        await handing.hand(
            session,
            now_on.visit,
            text="شناسنامه را آورده است",
            by=audit.Actor.account(world.scheduler.id, Role.CLERK),
            now=site.clock(),
        )

    page = await text(await site.get(_beside(now_on)))

    assert "برای عروسی خواهرش" in page
    assert "Furlough" in page
    assert "from 2026-12-01 to 2026-12-24" in page
    assert "A telephone was shown to the camera" in page
    assert "شناسنامه را آورده است" in page
    assert "17 minutes" in page
    assert "Parent" in page
    assert 'Visits before <span class="beside__count">1</span>' in page
    assert lawyers.visit.reference not in page


async def test_a_text_is_filled_gone_over_read_back_and_sent(
    site: Site, world: World, now_on: Booked
) -> None:
    wish = await _wish(site, now_on, CaseKind.FURLOUGH, "عروسی")
    offered = await text(await site.get(f"{_beside(now_on)}?wish={wish}"))
    begun = await text(
        await site.get(f"{_beside(now_on)}?template=furlough_granted&wish={wish}")
    )
    typed = {
        "kind": "granted",
        "about": "furlough",
        "template": "furlough_granted",
        "wish": wish,
        "tell": "on",
    }
    blank = await site.post(_beside(now_on), typed | {"text": "Leave for … days"})
    typed |= {"text": "Three days of leave from 5 Azar"}
    typed |= {"order": "Prepare his papers", "due_days": "5"}
    read = await site.post(_beside(now_on), typed | {"step": "read"})
    nothing_yet = await _written(site, now_on)
    changed = await site.post(_beside(now_on), typed | {"step": "change"})
    sent = await site.post(_beside(now_on), typed | {"step": "send"})
    again = await site.post(_beside(now_on), typed | {"step": "send"})
    done = await text(await site.get(sent.headers["Location"]))

    assert f"template=furlough_granted&amp;wish={wish}" in offered
    assert "template=transfer_granted" not in offered
    assert f"Leave of … days from … is granted to {world.prisoner.name}." in begun
    assert blank.status == 422
    assert "There is still “…” in the text." in await blank.text()
    assert nothing_yet == []
    page = await text(read)
    assert "Read it once more" in page
    assert "Three days of leave from 5 Azar</blockquote>" in page
    assert "To the prison, within 5 working days:" in page
    assert "Three days of leave from 5 Azar</textarea>" in await changed.text()
    assert again.headers["Location"] == sent.headers["Location"]
    [said] = await _written(site, now_on)
    assert (said.kind, said.about, said.answered, said.reference) == (
        RulingKind.GRANTED,
        CaseKind.FURLOUGH,
        True,
        wish,
    )
    async with site.database.read() as session:
        case = await cases.by_reference(session, wish)
        code = cases.tracking.shown(case, keyring=site.keyring)
        entries = await audit.history(session, visit_id=now_on.visit.id)
        (order,) = await cases.orders_of(session, case)
    assert f"It has the number {code}" in done
    assert "Nothing is open." in done
    [_asked, message] = await _sent(site)
    assert message.template == "case_decided"
    assert message.variables == {"case": str(case.id), "decision": "موافقت شد"}
    assert message.phone == world.visitor.phone
    assert "case_grant" in [one.action for one in entries]
    assert (order.to, order.text) == (world.prison.name, "Prepare his papers")


async def test_a_request_is_decided_once(site: Site, now_on: Booked) -> None:
    wish = await _wish(site, now_on, CaseKind.TRANSFER, "")
    typed = {"about": "transfer", "wish": wish, "step": "send"}
    passed_on = {**typed, "kind": "referred", "text": "The council is asked."}
    await site.post(_beside(now_on), passed_on)
    still_open = await text(await site.get(_beside(now_on)))
    await site.post(_beside(now_on), {**typed, "kind": "denied", "text": "Not now."})
    late = await site.post(
        _beside(now_on), {**typed, "kind": "granted", "text": "To Isfahan, then."}
    )

    assert f"?wish={wish}" in still_open
    assert late.status == 409
    page = await text(late)
    assert "It has its answer already" in page
    assert "To Isfahan, then.</textarea>" in page
    assert [(one.kind, one.answered) for one in await _written(site, now_on)] == [
        (RulingKind.REFERRED, True),
        (RulingKind.DENIED, True),
    ]
    assert [one.template for one in await _sent(site)] == ["case_raised"]


async def test_a_note_is_never_sent_to_the_family(site: Site, now_on: Booked) -> None:
    await site.post(
        _beside(now_on),
        {"kind": "noted", "text": "Heard.", "tell": "on", "step": "send"},
    )

    assert [one.kind for one in await _written(site, now_on)] == [RulingKind.NOTED]
    assert await _sent(site) == []


async def test_staff_read_what_was_decided_on_the_page_of_the_visit(
    site: Site, now_on: Booked
) -> None:
    await site.post(
        _beside(now_on), {"kind": "noted", "text": "Papers come.", "step": "send"}
    )
    await site.sign_in(Role.CLERK, language="en")

    page = await text(await site.get(f"/visits/{now_on.visit.reference}"))

    assert "Papers come." in page
    assert "Decided, passed on or noted by an official" in page


async def test_another_officials_visit_is_none_of_ones_business(
    site: Site, world: World, me: Account
) -> None:
    other = await _visit(site, world, world.official, site.clock())

    assert (await site.get(_beside(other))).status == 404
    assert (await site.post(_beside(other), {"kind": "noted"})).status == 404


async def test_a_wish_of_another_prisoner_is_not_answered(
    site: Site, now_on: Booked
) -> None:
    response = await site.post(
        _beside(now_on),
        {"kind": "denied", "text": "No.", "wish": "x", "step": "send"},
    )

    assert response.status == 404
    assert await _written(site, now_on) == []


async def test_the_next_family_is_one_tap_away(
    site: Site, world: World, me: Account, now_on: Booked
) -> None:
    second = await _visit(site, world, me, now_on.visit.starts_at + HALF_AN_HOUR)
    third = await _visit(site, world, me, second.visit.starts_at + HALF_AN_HOUR)
    ways = [
        (await site.get(f"/official/{one.visit.reference}/next")).headers["Location"]
        for one in (now_on, second, third)
    ]
    site.clock.forward(timedelta(hours=3))
    await site.post("/sign-in", {"username": me.username, "password": PASSWORD})
    over = await site.get(f"/official/{third.visit.reference}/next")

    assert ways == [
        f"/call/{second.visit.reference}",
        f"/call/{third.visit.reference}",
        f"/call/{now_on.visit.reference}",
    ]
    assert over.headers["Location"] == "/official"


async def test_the_list_begins_with_what_comes_next(
    site: Site, world: World, me: Account, now_on: Booked
) -> None:
    later = await _visit(site, world, me, now_on.visit.starts_at + HALF_AN_HOUR)
    page = await text(await site.get("/official"))
    site.clock.forward(timedelta(minutes=41))
    async with site.database.write() as session:
        now_on.visit.state = VisitState.COMPLETED
        session.add(now_on.visit)
    after = await text(await site.get("/official"))

    def first(page: str) -> str:
        return page[page.index('id="next"') : page.index('id="next"') + 400]

    assert f"visit-{now_on.visit.reference}" in first(page)
    assert f'id="join-{now_on.visit.reference}"' in page
    assert f"{world.visitor.name}</bdi> with <bdi>{world.prisoner.name}" in page
    assert page.index('id="later"') < page.index(f"visit-{later.visit.reference}")
    assert f"visit-{later.visit.reference}" in first(after)
    assert after.index('id="over"') < after.index(f"visit-{now_on.visit.reference}")


async def test_the_panel_stands_in_the_call_of_officials_alone(
    site: Site, world: World, now_on: Booked
) -> None:
    assert rulings.LONGEST == 300
    page = await (await site.get(f"/call/{now_on.visit.reference}")).text()
    quiet = await (
        await site.get(f"/call/{now_on.visit.reference}?part=companion")
    ).text()
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    wardens = await (await site.get(f"/call/{now_on.visit.reference}")).text()

    assert f'data-url="{_beside(now_on)}"' in page
    assert f'data-url="{_beside(now_on)}"' in quiet
    assert "beside-desk" not in wardens

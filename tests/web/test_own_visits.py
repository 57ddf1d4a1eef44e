"""A visit on a family's own phone: code, slip, calendar file, another time, its end."""

import re
from datetime import timedelta

import pytest

from tests import make
from tests.web.conftest import Site
from tests.web.own import Phone, links, phone, wishes
from tests.web.reading import rows, sent_to
from visitation.audit.tables import AuditEntry
from visitation.lifecycle import VisitState
from visitation.messages import Message
from visitation.visits import AllowanceEntry, Visit
from visitation.wording import Template
from visitation.words import AllowanceChange, Approval, Outcome


@pytest.fixture
async def mine(site: Site) -> Phone:
    return await phone(site)


async def test_the_code_is_shown_when_asked_for_and_that_is_noted(mine: Phone) -> None:
    path = await mine.booked()
    before = await mine.page(path)

    page = await mine.page(f"{path}/code", post=True)

    assert not re.search(r'own__digits" dir="ltr">', before)
    assert re.search(r'own__digits" dir="ltr">\d{6}<', page)
    visit = await mine.visit()
    acts = await rows(mine.site, AuditEntry, AuditEntry.visit_id == visit.id)
    assert [one.action for one in acts][-1] == "show_code"


async def test_the_device_is_tried_before_the_day(mine: Phone) -> None:
    path = await mine.booked()
    assert links(await mine.page(path), "/check") == [f"{path}/check"]

    page = await mine.page(f"{path}/check")

    assert f'data-call="{path}"' in page
    assert set(links(page, path)) == {path}
    assert "waiting room" not in page
    assert "help-calls" not in page


async def test_the_slip_holds_ones_own_code_alone(mine: Phone) -> None:
    path = await mine.booked()

    page = await mine.page(f"{path}/slip")

    assert page.count('class="slip__digits"') == 1
    assert links(page, path) == [path]
    acts = await rows(mine.site, AuditEntry, AuditEntry.action == "print_slips")
    assert [one.actor for one in acts] == [f"visitor:{mine.world.visitor.id}"]


async def test_the_calendar_file_says_when_and_where_and_nobodys_name(
    mine: Phone,
) -> None:
    path = await mine.booked(str(mine.world.point.id))
    visit = await mine.visit()

    response = await mine.site.get(f"{path}/visit.ics")
    body = (await response.read()).decode()

    assert response.content_type == "text/calendar"
    assert all(len(line.encode()) <= 75 for line in body.split("\r\n"))
    whole = body.replace("\r\n ", "")
    lines = whole.split("\r\n")
    assert f"DTSTART:{visit.starts_at:%Y%m%dT%H%M%SZ}" in lines
    assert f"DTEND:{visit.ends_at:%Y%m%dT%H%M%SZ}" in lines
    assert f"LOCATION:{mine.world.point.name}" in lines
    assert "BEGIN:VALARM" in lines
    assert "TRIGGER:-PT60M" in lines
    for name in (mine.world.prisoner.name, mine.world.visitor.name, visit.reference):
        assert name not in whole


async def test_a_visit_is_moved_to_another_free_time(mine: Phone) -> None:
    path = await mine.booked()
    was = await mine.visit()
    days = await mine.page(f"{path}/move")
    assert "Your present time stays yours" in days
    times = wishes(await mine.page(links(days, "/times?")[0]))
    first, last = was.starts_at.timestamp() // 300, was.ends_at.timestamp() // 300
    assert f"{was.terminal_id}-{first:.0f}-{last:.0f}" not in times

    assert await sent_to(mine.site, f"{path}/move/times", {"wish": times[2]}) == path
    again = await sent_to(mine.site, f"{path}/move/times", {"wish": times[2]})

    assert again == path
    moved = await mine.visit()
    assert moved.starts_at > was.starts_at
    assert moved.version == 2
    told = await rows(mine.site, Message, Message.visit_id == moved.id)
    assert [one.template for one in told] == [Template.BOOKED, Template.MOVED]
    assert "The visit is moved." in await mine.page(path)


async def test_moving_to_a_time_that_went_changes_nothing(site: Site) -> None:
    mine = await phone(site, family_notice_minutes=24 * 60)
    path = await mine.booked()
    days = await mine.page(f"{path}/move")
    times = wishes(await mine.page(links(days, "/times?")[0]))
    site.clock.forward(timedelta(days=2))
    await mine.sign_in()

    page = await mine.page(f"{path}/move/times", typed={"wish": times[0]}, status=409)

    assert "The visit was not moved." in page
    assert "This time is already over." in page
    assert (await mine.visit()).version == 1


async def test_where_the_prison_looks_first_nobody_moves_by_themselves(
    site: Site,
) -> None:
    mine = await phone(site, approval=Approval.REQUIRED)
    path = await mine.booked()

    assert "Another time" not in await mine.page(path)
    page = await mine.page(f"{path}/move")

    assert "This prison looks at each visit first." in page


async def test_a_visit_is_cancelled_with_a_reason_and_given_back(mine: Phone) -> None:
    path = await mine.booked()
    asked = await mine.page(f"{path}/cancel")
    assert "The prisoner does not lose this visit" in asked
    missing = await mine.page(f"{path}/cancel", typed={}, post=True, status=422)
    assert "Fill this in." in missing

    for _ in range(2):
        assert await sent_to(mine.site, f"{path}/cancel", {"why": "ill"}) == path

    visit = await mine.visit()
    assert (visit.state, visit.outcome, visit.outcome_reason) == (
        VisitState.CANCELLED,
        Outcome.CANCELLED_BY_FAMILY,
        "Somebody is ill",
    )
    back = await rows(
        mine.site, AllowanceEntry, AllowanceEntry.change == AllowanceChange.REFUND
    )
    assert len(back) == 2  # of the week and of the month
    page = await mine.page(path)
    assert "This visit does not take place." in page
    assert "Cancelled by the family" in page
    assert path in await mine.page("/mine/past")
    assert path not in await mine.page("/mine")


async def test_cancelling_late_says_that_the_visit_is_spent(site: Site) -> None:
    mine = await phone(site, family_notice_minutes=0, cancel_minutes=7 * 24 * 60)
    path = await mine.booked()

    assert "The visit still counts" in await mine.page(f"{path}/cancel")
    await sent_to(site, f"{path}/cancel", {"why": "time"})

    back = await rows(
        site, AllowanceEntry, AllowanceEntry.change == AllowanceChange.REFUND
    )
    assert back == []


async def test_a_request_is_taken_back(site: Site) -> None:
    mine = await phone(site, approval=Approval.REQUIRED)
    path = await mine.booked()
    page = await mine.page(path)
    assert "Take the request back" in page
    assert "It needs to be checked." in page

    await sent_to(site, f"{path}/cancel", {"why": "else"})

    assert (await mine.visit()).state is VisitState.CANCELLED


async def test_a_visit_that_has_begun_is_not_cancelled(mine: Phone) -> None:
    path = await mine.booked()
    async with mine.site.database.write() as session:
        visit = await session.get_one(Visit, (await mine.visit()).id)
        visit.state = VisitState.LIVE
        session.add(visit)

    assert "cannot be cancelled any more" in await mine.page(f"{path}/cancel")
    await mine.page(f"{path}/cancel", typed={"why": "ill"}, status=409)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (VisitState.DECLINED, "The prison did not agree to this visit."),
        (VisitState.EXPIRED, "Nobody decided about this request in time."),
    ],
)
async def test_what_became_of_a_request_is_said(
    site: Site, state: VisitState, words: str
) -> None:
    mine = await phone(site, approval=Approval.REQUIRED)
    path = await mine.booked()
    (visit,) = await rows(site, Visit)
    async with site.database.write() as session:
        row = await session.get_one(Visit, visit.id)
        row.state = state
        session.add(row)

    assert words in await mine.page(path)
    assert path in await mine.page("/mine/past")


async def test_anothers_visit_does_not_exist(mine: Phone) -> None:
    path = await mine.booked()
    async with mine.site.database.write() as session:
        stranger = await make.visitor(session)
    await sent_to(mine.site, "/sign-out")
    await sent_to(mine.site, "/sign-in/phone", {"phone": stranger.phone})
    await mine.with_code()

    for suffix in ("", "/slip", "/visit.ics", "/move", "/cancel"):
        await mine.page(f"{path}{suffix}", status=404)
    for suffix in ("/code", "/cancel", "/move/times"):
        await mine.page(f"{path}{suffix}", post=True, status=404)

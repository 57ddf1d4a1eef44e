"""Text messages exactly as sent, found by day and state."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.make import World
from tests.web.conftest import SETTINGS, Site, Start
from tests.web.worlds import TEN, book, english, made, text
from visitation import messages, visits
from visitation.lifecycle import MessageState
from visitation.messages import Message
from visitation.persian import to_persian_digits
from visitation.words import Role
from web.keys import WebSettings
from web.pages.messages import PAGE


async def code_of(site: Site) -> str:
    async with site.database.read() as session:
        people = await session.exec(
            select(visits.Participant).where(
                visits.Participant.code_sealed.is_not(None)
            )
        )
    return visits.code_of(people.one(), keyring=site.keyring)


async def test_a_message_stands_as_it_was_sent(site: Site, world: World) -> None:
    await book(site, world)
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    page = await text(await site.get("/messages"))
    async with site.database.read() as session:
        (message,) = (await session.exec(select(Message))).all()
    code = await code_of(site)
    assert " ".join(messages.text_of(message, code=code).split()) in page
    assert world.visitor.phone not in page
    assert f"••• {world.visitor.phone[-4:]}" in page
    assert "To be sent" in page


async def test_an_old_message_says_only_that_it_went(site: Site, world: World) -> None:
    await book(site, world)
    async with site.database.write() as session:
        (message,) = (await session.exec(select(Message))).all()
        message.phone, message.variables = "", {}
        message.state, message.segments = MessageState.DELIVERED, 1
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    page = await text(await site.get("/messages"))
    assert "is not kept any more" in page
    assert "•••" not in page
    assert "Delivered" in page


async def test_a_link_is_shown_where_the_gateway_takes_one(
    start_site: Start,
) -> None:
    settings = WebSettings(
        public_url="http://localhost", secure=False, message_link="https://v.example"
    )
    site = await start_site(settings=settings)
    await book(site, await made(site))
    code = await code_of(site)
    await site.sign_in(Role.SCHEDULER)
    assert f"https://v.example/join#{code}" in await text(await site.get("/messages"))
    await site.sign_in(Role.AUDITOR)
    page = await text(await site.get("/messages"))
    assert "https://v.example/join" in page
    assert code not in page
    assert SETTINGS.message_link == ""


async def test_an_auditor_reads_messages_without_codes(
    site: Site, world: World
) -> None:
    await book(site, world)
    await site.sign_in(Role.AUDITOR)
    page = await text(await site.get("/messages"))
    assert messages.outbox.WIPED in page
    code = await code_of(site)
    assert code not in page
    assert to_persian_digits(code) not in page


async def test_messages_are_filtered_by_day_and_state(site: Site, world: World) -> None:
    await book(site, world)
    site.clock.forward(timedelta(days=1))
    await book(site, world, TEN + timedelta(days=2))
    async with site.database.write() as session:
        first = (await session.exec(select(Message).order_by(Message.id))).first()
        first.state = MessageState.ACCEPTED
        first.sent_at = site.clock()
    await site.sign_in(Role.SCHEDULER)
    await english(site)

    async def found(query: str) -> int:
        page = await text(await site.get(f"/messages?{query}"))
        return page.count('class="message-text"')

    assert await found("") == 2
    assert await found("state=accepted") == 1
    assert await found("state=failed") == 0
    assert await found("day=1405/09/02") == 1
    assert await found("day=2026-11-24&state=pending") == 1
    assert await found("day=2026-11-22") == 0
    page = await text(await site.get("/messages?state=failed"))
    assert "No message fits this" in page


async def test_older_messages_are_a_page_further(site: Site, world: World) -> None:
    visit = await book(site, world)
    async with site.database.write() as session:
        for number in range(PAGE + 4):
            await messages.put(
                session,
                "visit_cancelled",
                dedup_key=f"k{number}",
                phone="+989120000000",
                language="en",
                variables={"day": f"no {number}.", "time": "10:00"},
                now=site.clock(),
                expires_at=TEN,
                visit_id=visit.id,
            )
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    page = await text(await site.get("/messages"))
    assert page.count('class="message-text"') == PAGE
    older = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    rest = await text(await site.get(older))
    assert rest.count('class="message-text"') == 5
    assert 'rel="next"' not in rest


async def test_messages_about_other_places_are_not_there(
    site: Site, world: World
) -> None:
    await book(site, world)
    async with site.database.write() as session:
        elsewhere = await make.province(session)
    await site.sign_in(Role.SCHEDULER, provinces=[elsewhere.id])
    await english(site)
    assert "No message has been written yet" in await text(await site.get("/messages"))


@pytest.mark.parametrize("role", [Role.WARDEN, Role.OFFICIAL])
async def test_others_read_no_messages(site: Site, world: World, role: Role) -> None:
    await site.sign_in(role)
    assert (await site.get("/messages")).status == 404


async def test_a_filter_that_cannot_be_is_said_and_kept(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    response = await site.get("/messages?day=yesterday&state=gone")
    page = await text(response)
    assert response.status == 422
    assert 'value="yesterday"' in page

"""What messages say and cost, for those who answer for it."""

from datetime import timedelta

import pytest
from sqlmodel import update

from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.worlds import book, english, made, text
from visitation import wording
from visitation.messages import Message
from visitation.wording import Template
from visitation.words import Role
from web.keys import WebSettings

PRICED = WebSettings(
    public_url="http://localhost", secure=False, segment_price=1250, currency="ریال"
)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.SCHEDULER])
async def test_every_template_stands_there_in_every_language(
    site: Site, world: World, role: Role
) -> None:
    await site.sign_in(role)
    page = await text(await site.get("/messages/templates"))
    for template in Template:
        assert f'id="{template.value}"' in page
    assert "ملاقات دوشنبه ۲ آذر ۱۰:۳۰، دفتر خدمات قضایی" in page
    assert "Visit 23 Nov/2 Azar 10:30, Service office 2. Code: 482916" in page
    assert wording.said("482916", "fa") in page
    assert "هر بخش" not in page.partition("</h1>")[2].partition("<section")[0].replace(
        "هر بخش ۷۰", ""
    )


async def test_a_warden_does_not_read_them(site: Site, world: World) -> None:
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    assert (await site.get("/messages/templates")).status == 404


async def test_what_a_period_cost_is_said(start_site: Start) -> None:
    site = await start_site(settings=PRICED)
    await book(site, await made(site))
    async with site.database.write() as session:
        await session.exec(update(Message).values(sent_at=site.clock(), segments=2))
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    page = await text(await site.get("/messages"))
    assert (
        "In the last 30 days: 1 messages in 2 segments. They cost 2,500 ریال." in page
    )
    day = (site.clock() - timedelta(days=1)).date()
    page = await text(await site.get(f"/messages?day={day.isoformat()}"))
    assert "On this day: 0 messages in 0 segments." in page
    page = await text(await site.get("/messages/templates"))
    assert "One segment costs 1,250 ریال." in page

"""How long records are kept, as administrators choose and auditors read it."""

import html
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from scheduler import keeping
from tests.make import World
from tests.web.conftest import Site
from tests.web.day import booked
from tests.web.reading import sent_to, text
from visitation import retention
from visitation.audit.tables import AuditEntry
from visitation.calls.tables import ChatLine
from visitation.retention import Kept
from visitation.services.tables import ServiceRecord
from visitation.words import Role, ServiceChannel, ServiceKind
from web.retention_words import KINDS, UNTIL

pytestmark = pytest.mark.usefixtures("english")
DAY = timedelta(days=1)


@pytest.fixture
async def old_lines(site: Site, world: World) -> None:
    """Three lines of a chat, two of them half a year old."""
    async with site.database.write() as session:
        visit = await booked(session, world, site.keyring, starts_at=site.clock())
        session.add_all(
            ChatLine(
                visit_id=visit.visit.id,
                participant_id=visit.visitor.id,
                at=site.clock() - days * DAY,
                text="سلام",
            )
            for days in (1, 100, 150)
        )


async def chosen(site: Site) -> dict[Kept, int]:
    async with site.database.read() as session:
        return dict(await retention.chosen(session))


@pytest.mark.usefixtures("old_lines")
async def test_what_is_deleted_is_shown_before_it_is_chosen(
    administrator: Site,
) -> None:
    page = await text(administrator, "/retention", {"chat_lines": "90"})
    assert "180 days" in page
    assert "90 days" in page
    assert "2 records are deleted." in page
    assert "cannot be brought back" in page
    assert await chosen(administrator) == {}
    back = await text(
        administrator, "/retention", {"chat_lines": "90", "step": "change"}
    )
    assert 'value="90"' in back
    assert await chosen(administrator) == {}
    typed = {"chat_lines": "90", "step": "save"}
    assert await sent_to(administrator, "/retention", typed) == "/retention"
    assert await chosen(administrator) == {Kept.CHAT_LINES: 90}
    assert 'value="90"' in await text(administrator, "/retention")
    async with administrator.database.read() as session:
        rows = await session.exec(
            select(AuditEntry.facts).where(AuditEntry.action == "set_retention")
        )
        assert rows.all() == [{"days": {"chat_lines": [None, 90]}}]
    assert await sent_to(administrator, "/retention", typed) == "/retention"


async def test_of_remarks_it_says_that_only_the_text_goes(
    administrator: Site, world: World
) -> None:
    async with administrator.database.write() as session:
        session.add_all(
            ServiceRecord(
                reference=f"service-{days}",
                point_id=world.prison.id,
                day=(administrator.clock() - days * DAY).date(),
                kind=ServiceKind.PETITION,
                channel=ServiceChannel.STAFF,
                note=note,
                done_at=administrator.clock() - days * DAY,
                entered_at=administrator.clock(),
            )
            for days, note in ((40, "ماند تا فردا."), (50, ""), (60, "پیگیری شد."))
        )
    page = await text(administrator, "/retention", {"service_notes": "45"})
    assert "The text of 1 record is wiped." in page
    assert "deleted." not in page


async def test_too_few_days_are_refused_and_nothing_is_lost(
    administrator: Site,
) -> None:
    typed = {"chat_lines": "3", "feedback": "40", "step": "save"}
    page = await text(administrator, "/retention", typed, status=422)
    assert "Give 30 or more." in page
    assert 'value="40"' in page
    assert await chosen(administrator) == {}


async def test_every_kind_of_record_is_on_the_page_and_an_auditor_only_reads(
    site: Site,
) -> None:
    await site.sign_in(Role.AUDITOR)
    page = html.unescape(await text(site, "/retention"))
    for record in keeping.RECORDS:
        assert KINDS[record.name][0] in page
    assert KINDS.keys() == {one.name for one in keeping.RECORDS}
    unending = {one.name for one in keeping.FIXED if one.length is None}
    assert unending == UNTIL.keys()
    assert "See what it does" not in page
    assert re.search(r"Kept for good", page)
    await text(site, "/retention", {"chat_lines": "90"}, status=404)


async def test_an_administrator_of_one_province_chooses_for_nobody(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.ADMINISTRATOR, provinces=[world.prison.province_id])
    assert "See what it does" not in await text(site, "/retention")
    await text(site, "/retention", {"chat_lines": "90"}, status=404)
    assert await chosen(site) == {}

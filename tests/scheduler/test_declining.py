"""What a family is told of a request that was declined, in a few words."""

import pytest
from sqlmodel import col, select

from scheduler import deciding
from tests import make
from tests.conftest import NOON
from tests.scheduler.test_booking import BY
from tests.scheduler.test_requests import submit
from visitation import wording
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.messages import Message
from visitation.wording import Template
from visitation.words import DeclineReason


async def test_the_family_reads_why_and_nothing_that_was_written_for_staff(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await submit(session, world, keyring)
        await deciding.decline(
            session,
            visit,
            reason="شناسنامه فرزند نیست",
            told=DeclineReason.PAPERS,
            by=BY,
            now=NOON,
        )
    async with database.read() as session:
        rows = await session.exec(select(Message).order_by(col(Message.id)))
        sent = rows.all()[-1]
        noted = await session.exec(
            select(AuditEntry).where(AuditEntry.action == "visit_decline")
        )
        assert noted.one().facts["told"] == "papers"
    assert sent.template is Template.DECLINED
    text = wording.render(sent.template, sent.language, sent.variables)
    assert text == "ملاقات پنجشنبه ۵ آذر ۱۰:۰۰ پذیرفته نشد: مدارک کامل نیست."


@pytest.mark.parametrize("why", DeclineReason)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_reason_is_said_uncut(why: DeclineReason, language: str) -> None:
    said = wording.why(why, language)
    limit = wording.WORDINGS[Template.DECLINED].limits["why"]
    assert wording.shorten(said, limit) == said

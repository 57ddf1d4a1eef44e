"""Prisoners taken to another prison: when, why, and what is refused."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from visitation import audit, people
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import Invalid
from visitation.people import Prisoner
from visitation.words import TransferReason


async def test_a_transfer_says_when_and_why_and_can_go_back(database: Database) -> None:
    async with database.write() as session:
        here, there = await make.prison(session), await make.prison(session)
        prisoner = await make.prisoner(session, here, number="12", ward="3")
        again = {"by": audit.SYSTEM, "now": NOON}
        await people.transfer_prisoner(
            session,
            prisoner,
            to_site=there.id,
            number="۷",
            on=date(2026, 11, 20),
            reason=TransferReason.MEDICAL,
            **again,
        )
        for _twice in range(2):
            await people.transfer_prisoner(
                session, prisoner, to_site=here.id, number="12", **again
            )
    async with database.read() as session:
        kept = await session.get_one(Prisoner, prisoner.id)
        facts = (
            await session.exec(
                select(AuditEntry.facts).where(AuditEntry.action == "transfer_prisoner")
            )
        ).all()
    assert (kept.site_id, kept.number, kept.ward) == (here.id, "12", "")
    assert list(facts) == [
        {
            "from_site": here.id,
            "to_site": there.id,
            "on": "2026-11-20",
            "reason": "medical",
        },
        {
            "from_site": there.id,
            "to_site": here.id,
            "on": "2026-11-23",
            "reason": "other",
        },
    ]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"to_site": 999}, "to_site", "unknown_prison"),
        ({"on": date(2026, 11, 24)}, "on", "transfer_to_come"),
        ({"number": "taken"}, "number", "prisoner_known"),
    ],
)
async def test_a_transfer_that_cannot_be_is_refused_and_changes_nothing(
    database: Database, changes: dict[str, Any], field: str, reason: str
) -> None:
    async with database.write() as session:
        here, there = await make.prison(session), await make.prison(session)
        prisoner = await make.prisoner(session, here, number="12")
        await make.prisoner(session, there, number="taken")
        number = prisoner.id
        given = {"to_site": there.id, "number": "12"} | changes
        with pytest.raises(Invalid) as refused:
            await people.transfer_prisoner(
                session, prisoner, by=audit.SYSTEM, now=NOON, **given
            )
    assert (refused.value.field, refused.value.reason) == (field, reason)
    async with database.read() as session:
        kept = await session.get_one(Prisoner, number)
    assert (kept.site_id, kept.number) == (here.id, "12")

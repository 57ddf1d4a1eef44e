"""Provinces whose families a prison takes, on both databases."""

from datetime import date

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from visitation import audit, places
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.places import ProvinceGrant

AS = {"by": audit.SYSTEM, "now": NOON}
TODAY = NOON.date()


async def test_a_province_is_granted_until_its_last_day(
    database: Database,
) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        near = await make.province(session)
        await places.grant_province(
            session,
            prison=prison,
            province_id=near.id,
            reason=" سیل ",
            until=date(2026, 12, 1),
            **AS,
        )
    async with database.read() as session:
        ((grant, province),) = await places.grants_of(session, prison.id)
    assert (grant.reason, grant.until) == ("سیل", date(2026, 12, 1))
    assert province.id == near.id


async def test_a_grant_given_again_takes_the_place_of_the_first(
    database: Database,
) -> None:
    async with database.write() as session:
        prison, other = await make.prison(session), await make.province(session)
        give = {"prison": prison, "province_id": other.id, **AS}
        first = await places.grant_province(session, reason="سیل", until=TODAY, **give)
        again = await places.grant_province(session, reason="راه", until=None, **give)
        assert again.id == first.id
    async with database.read() as session:
        ((grant, _province),) = await places.grants_of(session, prison.id)
    assert (grant.reason, grant.until) == ("راه", None)


async def test_a_grant_is_taken_back_and_both_are_on_record(
    database: Database,
) -> None:
    async with database.write() as session:
        prison, other = await make.prison(session), await make.province(session)
        grant = await places.grant_province(
            session,
            prison=prison,
            province_id=other.id,
            reason="سیل",
            until=None,
            **AS,
        )
        await places.end_grant(session, grant, **AS)
    async with database.read() as session:
        assert await places.grants_of(session, prison.id) == []
        entries = (await session.exec(select(AuditEntry))).all()
    assert [(one.action, one.subject, one.facts) for one in entries] == [
        (
            "grant_province",
            f"site:{prison.id}",
            {"province": other.id, "reason": "سیل", "until": None},
        ),
        ("end_grant", f"site:{prison.id}", {"province": other.id}),
    ]


async def test_a_grant_that_makes_no_sense_is_refused(database: Database) -> None:
    async with database.write() as session:
        prison, other = await make.prison(session), await make.province(session)
        point = await make.point(session)
        good = {
            "prison": prison,
            "province_id": other.id,
            "reason": "سیل",
            "until": TODAY,
        }
        for change, wrong in (
            ({"province_id": prison.province_id}, "province: own_province"),
            ({"reason": "  "}, "reason: reason_needed"),
            ({"until": date(2026, 11, 21)}, "until: already_over"),
            ({"prison": point}, "site: not_a_prison"),
        ):
            with pytest.raises(Invalid, match=wrong):
                await places.grant_province(session, **(good | change), **AS)
        with pytest.raises(NotFound):
            await places.grant_province(session, **(good | {"province_id": 999}), **AS)
        assert (await session.exec(select(ProvinceGrant))).all() == []

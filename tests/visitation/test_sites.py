import pytest
from sqlmodel import true

from tests import make
from tests.conftest import NOON
from visitation import audit, places
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.words import SiteKind

BY = audit.SYSTEM


async def test_two_provinces_never_share_a_code(database: Database) -> None:
    async with database.write() as session:
        first = await places.add_province(
            session, code=" ۱۰ ", name=" اصفهان ", by=BY, now=NOON
        )
        assert (first.code, first.name) == ("10", "اصفهان")
        with pytest.raises(Invalid, match="code: province_code_taken"):
            await places.add_province(session, code="10", name="یزد", by=BY, now=NOON)
        other = await places.add_province(
            session, code="21", name="یزد", by=BY, now=NOON
        )
        with pytest.raises(Invalid, match="code: province_code_taken"):
            await places.edit_province(
                session, other, code="10", name="یزد", by=BY, now=NOON
            )
        await places.edit_province(
            session, other, code="22", name="استان یزد", by=BY, now=NOON
        )
    async with database.read() as session:
        found = [(one.code, one.name) for one in await places.provinces(session)]
    assert found == [("10", "اصفهان"), ("22", "استان یزد")]


async def test_a_site_keeps_what_was_said_of_it(database: Database) -> None:
    async with database.write() as session:
        province = await make.province(session)
        site = await places.add_site(
            session,
            province_id=province.id,
            kind=SiteKind.PRISON,
            name=" زندان مرکزی ",
            zone="Asia/Tehran",
            address=" خیابان اول ",
            phone="+983112345678",
            by=BY,
            now=NOON,
        )
        await places.edit_site(
            session,
            site,
            name="زندان مرکزی",
            zone="Europe/Berlin",
            address="",
            phone="",
            by=BY,
            now=NOON,
        )
    async with database.read() as session:
        ((found, of),) = await places.find_sites(session, within=true())
    assert (found.name, found.zone, found.address, found.phone) == (
        "زندان مرکزی",
        "Europe/Berlin",
        "",
        "",
    )
    assert of.id == province.id


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "", "../etc/passwd", "a" * 300])
async def test_an_unknown_time_zone_is_refused(database: Database, zone: str) -> None:
    async with database.write() as session:
        province = await make.province(session)
        with pytest.raises(Invalid, match="zone: unknown_zone"):
            await places.add_site(
                session,
                province_id=province.id,
                kind=SiteKind.VILLAGE,
                name="روستا",
                zone=zone,
                by=BY,
                now=NOON,
            )


async def test_a_province_has_one_site_of_a_name(database: Database) -> None:
    async with database.write() as session:
        here, there = await make.province(session), await make.province(session)
        add = {"kind": SiteKind.PRISON, "by": BY, "now": NOON}
        first = await places.add_site(
            session, province_id=here.id, name="زندان مرکزی", **add
        )
        with pytest.raises(Invalid, match="name: site_name_taken"):
            await places.add_site(
                session, province_id=here.id, name="زندان  مرکزي", **add
            )
        await places.add_site(session, province_id=there.id, name="زندان مرکزی", **add)
        other = await places.add_site(
            session, province_id=here.id, name="زندان زنان", **add
        )
        same = {"zone": "Asia/Tehran", "address": "", "phone": "", "by": BY}
        with pytest.raises(Invalid, match="name: site_name_taken"):
            await places.edit_site(session, other, name=first.name, now=NOON, **same)
        await places.edit_site(session, first, name="زندان مرکزی", now=NOON, **same)
        with pytest.raises(NotFound):
            await places.add_site(session, province_id=999, name="زندان", **add)


async def test_sites_are_listed_by_kind_and_reach(database: Database) -> None:
    async with database.write() as session:
        within = await make.province(session)
        prison = await make.prison(session, within, name="ب")
        point = await make.point(session, within, name="الف")
    async with database.read() as session:
        every = await places.find_sites(session, within=true())
        prisons = await places.find_sites(
            session, within=true(), kinds=[SiteKind.PRISON]
        )
    assert [site.id for site, _ in every] == [point.id, prison.id]
    assert [site.id for site, _ in prisons] == [prison.id]

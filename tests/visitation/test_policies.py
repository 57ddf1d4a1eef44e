"""Numbers chosen for the nation, a province or a prison; on both databases."""

import asyncio
from dataclasses import fields
from datetime import timedelta

import pytest
from sqlmodel import col, select

from tests import make
from tests.conftest import NOON
from tests.scheduler.queries import counted
from visitation import audit, places
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.places import NATION, Level, Origin, Policy, Unfit
from visitation.words import Approval, Asker, SiteKind, Supervision

BY = audit.SYSTEM
AS = {"by": BY, "now": NOON}


async def test_the_narrowest_choice_is_in_force(database: Database) -> None:
    async with database.write() as session:
        here, there = await make.province(session), await make.province(session)
        own = await make.prison(session, here, name="الف")
        near = await make.prison(session, here, name="ب")
        far = await make.prison(session, there, name="پ")
        site, province = (
            places.scope_of_site(own.id),
            places.scope_of_province(here.id),
        )
        await places.choose(session, scope=site, values={"max_party": 2}, **AS)
        await places.choose(
            session, scope=NATION, values={"max_party": 6, "adult_age": 16}, **AS
        )
        await places.choose(
            session, scope=province, values={"max_party": 5, "adult_age": 15}, **AS
        )
    async with database.read() as session:
        found = [await places.policy_of(session, one.id) for one in (own, near, far)]
    assert found == [
        Policy(max_party=2, adult_age=15),
        Policy(max_party=5, adult_age=15),
        Policy(max_party=6, adult_age=16),
    ]


async def test_a_number_returns_to_the_level_above(database: Database) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        site = places.scope_of_site(prison.id)
        chosen = {"approval": Approval.REQUIRED, "visits_per_week": 1}
        await places.choose(session, scope=NATION, values={"visits_per_week": 3}, **AS)
        await places.choose(session, scope=site, values=chosen, **AS)
        assert await places.policy_of(session, prison.id) == Policy(
            approval=Approval.REQUIRED, visits_per_week=1
        )
        back = dict.fromkeys(chosen)
        await places.choose(session, scope=site, values=back, **AS)
        assert await places.policy_of(session, prison.id) == Policy(visits_per_week=3)
        await places.choose(session, scope=NATION, values=back, **AS)
    async with database.read() as session:
        assert await places.policy_of(session, prison.id) == Policy()


async def test_a_new_prison_has_what_the_levels_above_chose(
    database: Database,
) -> None:
    async with database.write() as session:
        province = await make.province(session)
        add = {"province_id": province.id, "kind": SiteKind.PRISON, **AS}
        before = await places.add_site(session, name="الف", **add)
        scope = places.scope_of_province(province.id)
        await places.choose(session, scope=scope, values={"max_party": 7}, **AS)
        after = await places.add_site(session, name="ب", **add)
    async with database.read() as session:
        for prison in (before, after):
            assert await places.policy_of(session, prison.id) == Policy(max_party=7)


async def test_a_prison_added_while_its_nation_chooses_misses_nothing(
    database: Database,
) -> None:
    async with database.write() as session:
        province = await make.province(session)

    async def add(number: int) -> int:
        async with database.write() as session:
            site = await places.add_site(
                session,
                province_id=province.id,
                kind=SiteKind.PRISON,
                name=f"زندان {number}",
                **AS,
            )
            return site.id

    async def choose(scope: str, values: dict[str, int | str | None]) -> None:
        async with database.write() as session:
            await places.choose(session, scope=scope, values=values, **AS)

    of_province = places.scope_of_province(province.id)
    *added, _nation, _province = await asyncio.gather(
        *(add(number) for number in range(6)),
        choose(NATION, {"max_party": 6}),
        choose(of_province, {"adult_age": 16}),
    )
    async with database.read() as session:
        found = [await places.policy_of(session, one) for one in added]
    assert found == [Policy(max_party=6, adult_age=16)] * 6


async def test_each_number_says_where_it_comes_from(database: Database) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        province = places.scope_of_province(prison.province_id)
        site = places.scope_of_site(prison.id)
        for scope, values in (
            (NATION, {"max_party": 6, "adult_age": 16}),
            (province, {"adult_age": 15}),
            (site, {"adult_age": 17, "supervision": Supervision.REQUIRED}),
        ):
            await places.choose(session, scope=scope, values=values, **AS)
    async with database.read() as session:
        of_site = await places.origins(session, site)
        of_nation = await places.origins(session, NATION)
    assert of_site["max_party"] == Origin(own=None, above=6, level=Level.NATION)
    assert of_site["adult_age"] == Origin(own=17, above=15, level=Level.PROVINCE)
    assert of_site["early_minutes"] == Origin(own=None, above=30, level=Level.DEFAULT)
    assert of_site["supervision"] == Origin(
        own="required", above="none", level=Level.DEFAULT
    )
    assert of_site["adult_age"].value == 17
    assert of_site["max_party"].value == 6
    assert of_nation["adult_age"] == Origin(own=16, above=18, level=Level.DEFAULT)
    assert list(of_site) == [one.name for one in fields(Policy)]


async def test_setting_a_policy_chooses_only_what_differs(database: Database) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        site = places.scope_of_site(prison.id)
        await places.choose(session, scope=NATION, values={"max_party": 6}, **AS)
        wanted = Policy(max_party=6, early_minutes=0)
        await places.set_policy(session, site_id=prison.id, policy=wanted, **AS)
        own = {
            name: origin.own
            for name, origin in (await places.origins(session, site)).items()
            if origin.own is not None
        }
        assert own == {"early_minutes": 0}
        await places.choose(session, scope=NATION, values={"max_party": 8}, **AS)
        found = await places.policy_of(session, prison.id)
    assert found == Policy(max_party=8, early_minutes=0)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"max_party": 13}, "max_party: out_of_range"),
        ({"max_party": "4"}, "max_party: out_of_range"),
        ({"turnover_minutes": 7}, "turnover_minutes: whole_quanta"),
        ({"supervision": "sometimes"}, "supervision: unusable"),
        ({"colour": 1}, "colour: unusable"),
    ],
)
async def test_a_choice_that_makes_no_sense_changes_nothing(
    sqlite: Database, values: dict[str, int | str], wrong: str
) -> None:
    async with sqlite.write() as session:
        prison = await make.prison(session)
        with pytest.raises(Invalid, match=wrong):
            await places.choose(session, scope=NATION, values=values, **AS)
        assert await places.policy_of(session, prison.id) == Policy()


async def test_a_nations_turnover_swallows_no_prisons_slots(
    database: Database,
) -> None:
    async with database.write() as session:
        roomy, tight = await make.prison(session), await make.prison(session)
        await make.template(session, roomy, weekday=0, slot_minutes=30)
        await make.template(session, tight, weekday=0, slot_minutes=15)
        wish = {"scope": NATION, "values": {"turnover_minutes": 20}, **AS}
        with pytest.raises(Unfit, match="turnover_swallows_slots") as refused:
            await places.choose(session, **wish)
        assert refused.value.site_ids == (tight.id,)
        own = places.scope_of_site(tight.id)
        await places.choose(session, scope=own, values={"turnover_minutes": 5}, **AS)
        await places.choose(session, **wish)
    async with database.read() as session:
        assert (await places.policy_of(session, roomy.id)).turnover_minutes == 20
        assert (await places.policy_of(session, tight.id)).turnover_minutes == 5


async def test_a_notice_is_no_longer_than_its_horizon(database: Database) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        site = places.scope_of_site(prison.id)
        await places.choose(session, scope=site, values={"horizon_days": 3}, **AS)
        late = {"notice_minutes": 4 * 24 * 60}
        with pytest.raises(Unfit, match="notice_minutes: notice_beyond_h") as refused:
            await places.choose(session, scope=NATION, values=late, **AS)
        assert refused.value.site_ids == (prison.id,)
        nowhere = {"family_notice_minutes": 14 * 24 * 60, "family_horizon_days": 13}
        with pytest.raises(Unfit, match="family_notice_minutes: notice_beyond_horiz"):
            await places.choose(session, scope=NATION, values=nowhere, **AS)
        assert await places.policy_of(session, prison.id) == Policy(horizon_days=3)


async def test_what_is_chosen_again_is_not_put_on_record_again(
    database: Database,
) -> None:
    async with database.write() as session:
        await make.prison(session)
        for party in (5, 5, None, None):
            values = {"max_party": party}
            await places.choose(session, scope=NATION, values=values, **AS)
        entries = await session.exec(
            select(AuditEntry)
            .where(AuditEntry.action == "set_policy")
            .order_by(col(AuditEntry.id))
        )
        found = [(one.subject, one.facts) for one in entries]
    assert found == [
        ("nation", {"chosen": {"max_party": 5}, "before": {"max_party": None}}),
        ("nation", {"chosen": {"max_party": None}, "before": {"max_party": 5}}),
    ]


@pytest.mark.parametrize("scope", ["province:999", "site:999"])
async def test_nothing_is_chosen_for_what_does_not_exist(
    sqlite: Database, scope: str
) -> None:
    async with sqlite.write() as session:
        with pytest.raises(NotFound):
            await places.choose(session, scope=scope, values={"max_party": 5}, **AS)


async def test_a_service_point_has_no_policy(sqlite: Database) -> None:
    async with sqlite.write() as session:
        point = await make.point(session)
        with pytest.raises(Invalid, match="site: not_a_prison"):
            await places.origins(session, places.scope_of_site(point.id))


async def test_a_policy_is_read_by_one_query(database: Database) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        await places.choose(session, scope=NATION, values={"max_party": 5}, **AS)
    with counted(database) as seen:
        async with database.read() as session:
            await places.policy_of(session, prison.id)
    assert len(seen) == 1


async def test_a_nation_of_prisons_takes_no_more_queries_than_one(
    database: Database,
) -> None:
    sent = []
    for number, more in enumerate((1, 20)):
        async with database.write() as session:
            for _ in range(more):
                await make.prison(session)
        values = {"max_party": 5 + number}
        with counted(database) as seen:
            async with database.write() as session:
                await places.choose(session, scope=NATION, values=values, **AS)
        sent.append(len([one for one in seen if one.startswith("SELECT")]))
    assert sent[0] == sent[1]


def test_each_kind_of_asker_has_a_notice_and_a_horizon() -> None:
    policy = Policy(
        notice_minutes=5,
        horizon_days=1,
        family_notice_minutes=10,
        family_horizon_days=2,
        official_notice_minutes=15,
        official_horizon_days=3,
    )
    found = [(policy.notice(one), policy.horizon(one)) for one in Asker]
    assert found == [
        (timedelta(minutes=5), timedelta(days=1)),
        (timedelta(minutes=10), timedelta(days=2)),
        (timedelta(minutes=15), timedelta(days=3)),
    ]

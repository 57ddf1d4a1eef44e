"""Rules of each level, and grants, as administrators meet them."""

from datetime import timedelta

import pytest

from tests import make
from tests.make import World
from tests.web.conftest import Site as Browser
from tests.web.day import booked
from tests.web.reading import rows, sent_to, text
from visitation import places
from visitation.places import Level, Origin, Policy, ProvinceGrant
from visitation.words import Approval, Role
from web.present import isolated

pytestmark = pytest.mark.usefixtures("english")
#: What it does was seen.
SAVE = {"step": "save"}


async def policy_of(site: Browser, prison_id: int) -> Policy:
    async with site.database.read() as session:
        return await places.policy_of(session, prison_id)


async def test_a_number_is_chosen_at_each_level_and_given_back(
    administrator: Browser, world: World
) -> None:
    prison = world.prison.id
    site = f"/sites/{prison}/policy"
    province = f"/provinces/{world.prison.province_id}/policy"
    assert (
        await sent_to(administrator, "/policy", {"max_party": "6"} | SAVE)
        == "/provinces"
    )
    assert await policy_of(administrator, prison) == Policy(max_party=6)
    assert "Left empty: 6, as chosen for the nation." in await text(administrator, site)
    chosen = {"max_party": "۵", "approval": "required"} | SAVE
    assert await sent_to(administrator, province, chosen) == "/provinces"
    page = await text(administrator, site)
    assert "Left empty: 5, as chosen for the province." in page
    assert "Left empty: Looked at by staff first, as chosen for the province." in page
    own = {"max_party": "2", "early_minutes": "0", "approval": "none"} | SAVE
    assert await sent_to(administrator, site, own) == f"/sites/{prison}"
    assert await policy_of(administrator, prison) == Policy(
        max_party=2, early_minutes=0
    )
    assert 'name="early_minutes" type="text"\n' in await text(administrator, site)
    assert 'value="0"' in await text(administrator, site)
    assert await sent_to(administrator, site, SAVE) == f"/sites/{prison}"
    assert await policy_of(administrator, prison) == Policy(
        max_party=5, approval=Approval.REQUIRED
    )


async def test_what_a_level_has_chosen_survives_saving_its_page_unchanged(
    administrator: Browser, world: World
) -> None:
    administrator.cookies["lang"] = "fa"
    path = f"/sites/{world.prison.id}/policy"
    await sent_to(
        administrator, path, {"notice_minutes": "۰", "adult_age": "۱۵"} | SAVE
    )
    page = await text(administrator, path)
    assert 'value="۰"' in page
    assert 'value="۱۵"' in page
    async with administrator.database.read() as session:
        known = await places.origins(session, places.scope_of_site(world.prison.id))
    assert known["notice_minutes"] == Origin(own=0, above=60, level=Level.DEFAULT)


async def test_what_rules_do_is_shown_before_they_are_made(
    administrator: Browser, world: World
) -> None:
    async with administrator.database.write() as session:
        tomorrow = administrator.clock() + timedelta(days=1)
        soon = await booked(session, world, administrator.keyring, starts_at=tomorrow)
        far = await booked(
            session,
            world,
            administrator.keyring,
            starts_at=tomorrow + timedelta(days=30),
        )
    path = f"/sites/{world.prison.id}/policy"
    typed = {"horizon_days": "20", "chatting": "none", "approval": "required"}
    page = await text(administrator, path, typed)
    assert "1 visit to come does not fit it. It stays booked." in page
    assert f"/visits/{far.visit.reference}" in page
    assert f"/visits/{soon.visit.reference}" not in page
    assert "also for 2 visits that are arranged already" in page
    assert "It holds for what is booked or asked for from now on." in page
    assert "60" in page
    assert "Phrases" in page or "phrases" in page
    assert await policy_of(administrator, world.prison.id) == Policy()
    back = await text(administrator, path, typed | {"step": "change"})
    assert 'value="20"' in back
    assert await policy_of(administrator, world.prison.id) == Policy()
    assert await sent_to(administrator, path, typed | SAVE)
    assert (await policy_of(administrator, world.prison.id)).horizon_days == 20
    nation = await text(administrator, "/policy", {"horizon_days": "30"})
    assert "chose otherwise" in nation
    assert world.prison.name in nation
    assert "Every visit that is booked fits them." in nation


async def test_a_choice_that_does_not_fit_names_the_prisons_and_loses_nothing(
    administrator: Browser, world: World
) -> None:
    async with administrator.database.write() as session:
        tight = await make.prison(session, name="زندان تنگ")
        await make.template(session, tight, weekday=0, slot_minutes=15)
    typed = {"turnover_minutes": "20", "max_party": "7"}
    page = await text(administrator, "/policy", typed, status=409)
    assert "Slots of the weekly opening are no longer than that" in page
    assert f"It does not fit these prisons: {isolated('زندان تنگ')}." in page
    assert 'value="7"' in page
    late = {"notice_minutes": "7200", "horizon_days": "4"}
    page = await text(administrator, "/policy", late, status=409)
    assert "the notice is longer than the horizon" in page
    page = await text(administrator, "/policy", {"approval": "x"}, status=422)
    assert "Choose one from the list." in page
    assert await policy_of(administrator, tight.id) == Policy()


async def test_each_level_is_for_those_who_reach_all_of_it(
    site: Browser, world: World
) -> None:
    async with site.database.write() as session:
        other = await make.province(session)
    await site.sign_in(Role.ADMINISTRATOR, provinces=[world.prison.province_id])
    await text(site, f"/provinces/{world.prison.province_id}/policy")
    await text(site, f"/provinces/{other.id}/policy", status=404)
    await text(site, "/policy", status=404)
    await text(site, "/policy", {"max_party": "6"}, status=404)
    assert await policy_of(site, world.prison.id) == Policy()


async def test_a_scheduler_changes_no_rules(site: Browser, world: World) -> None:
    await site.sign_in(Role.SCHEDULER)
    for path in ("/policy", f"/sites/{world.prison.id}/policy"):
        await text(site, path, {"max_party": "6"}, status=404)
    assert await policy_of(site, world.prison.id) == Policy()


async def test_another_province_is_granted_and_the_grant_taken_back(
    administrator: Browser, world: World
) -> None:
    async with administrator.database.write() as session:
        other = await make.province(session, name="یزد")
    path = f"/sites/{world.prison.id}/grants"
    assert "No other province is granted" in await text(administrator, path)
    typed = {"province": str(other.id), "reason": "سیل", "until": "1405/09/30"}
    assert await sent_to(administrator, path, typed) == path
    page = await text(administrator, path)
    assert "<bdi>سیل</bdi>" in page
    assert "21 December 2026" in page
    (grant,) = await rows(administrator, ProvinceGrant)
    ending = f"/grants/{grant.id}/end"
    assert "Families of یزد can book here no more." in await text(administrator, ending)
    assert await sent_to(administrator, ending) == path
    assert await rows(administrator, ProvinceGrant) == []


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"reason": " "}, 422, "Fill this in."),
        ({"province": ""}, 422, "Fill this in."),
        ({"province": "999"}, 422, "Choose one from the list."),
        ({"until": "1405/09/01"}, 409, "already over"),
        ({"until": "soon"}, 422, "Give a day"),
    ],
)
async def test_a_grant_that_makes_no_sense_is_refused_and_nothing_is_lost(
    administrator: Browser,
    world: World,
    changes: dict[str, str],
    status: int,
    sentence: str,
) -> None:
    async with administrator.database.write() as session:
        other = await make.province(session)
    typed = {"province": str(other.id), "reason": "سیل", "until": "1405/09/30"}
    path = f"/sites/{world.prison.id}/grants"
    page = await text(administrator, path, typed | changes, status=status)
    assert sentence in page
    assert (typed | changes)["until"] in page
    assert await rows(administrator, ProvinceGrant) == []


async def test_grants_are_for_those_who_reach_the_prison(
    site: Browser, world: World
) -> None:
    async with site.database.write() as session:
        other = await make.province(session)
        grant = ProvinceGrant(
            prison_id=world.prison.id,
            province_id=other.id,
            reason="سیل",
            granted_at=site.clock(),
        )
        session.add(grant)
        await session.flush()
    await site.sign_in(Role.ADMINISTRATOR, provinces=[other.id])
    await text(site, f"/sites/{world.prison.id}/grants", status=404)
    await text(site, f"/grants/{grant.id}/end", post=True, status=404)
    await text(site, f"/sites/{world.point.id}/grants", status=404)
    assert len(await rows(site, ProvinceGrant)) == 1

"""What the call page asks and offers about recording, and for whom."""

import re

import pytest

from signaling.hub import Hub
from tests import make
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import Booked, become, booked
from tests.web.reading import text
from visitation import retention
from visitation.audit import SYSTEM
from visitation.lifecycle import VisitState
from visitation.places.tables import SitePolicy
from visitation.recordings import consenting
from visitation.retention import Kept
from visitation.visits import Visit
from visitation.words import Attendance, Recorded, Role, VisitKind
from web import i18n, live_recording_words

QUESTION = "May this visit be recorded?"
JSON = {"Accept": "application/json"}


@pytest.fixture
async def site(start_site: Start, hub: Hub) -> Site:
    site = await start_site(live=hub)
    site.cookies["lang"] = "en"
    return site


async def visit_now(site: Site, world: World, **columns: object) -> Booked:
    async with site.database.write() as session:
        await make.policy(session, world.prison, recorded=Recorded.CONSENT)
        return await booked(
            session,
            world,
            site.keyring,
            **({"starts_at": site.clock()} | columns),  # type: ignore[arg-type]
        )


async def at_terminal(site: Site, world: World, visit: Booked) -> str:
    await become(site, world.terminal)
    return await text(site, f"/call/{visit.visit.reference}")


async def test_who_waits_is_asked_and_told_what_it_means(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world)
    async with site.database.write() as session:
        days = {Kept.RECORDINGS_FAMILY: 40}
        await retention.choose(session, days, by=SYSTEM, now=site.clock())

    page = await at_terminal(site, world, visit)

    waiting, _, call = page.partition("<dialog")
    for part in (waiting, call):
        assert QUESTION in part
        assert "After 40 days it is deleted." in part
        assert "the visit takes place just the same" in part
        answers = re.findall(r'class="(\w+)" data-consent="(yes|no)"', part)
        assert answers == [
            ("consent__choice", "yes"),
            ("consent__choice", "no"),
            ("consent__choice", "no"),
        ]
    assert "call.consent" in page


@pytest.mark.parametrize(
    "columns",
    [{}, {"kind": VisitKind.LEGAL}],
    ids=["where the rules record nothing", "in a lawyer's visit"],
)
async def test_nobody_is_asked_where_nothing_is_recorded(
    site: Site, world: World, columns: dict[str, VisitKind]
) -> None:
    visit = await visit_now(site, world, **columns)
    if not columns:
        async with site.database.write() as session:
            policy = await session.get_one(SitePolicy, world.prison.id)
            policy.recorded = Recorded.NEVER

    page = await at_terminal(site, world, visit)

    assert QUESTION not in page
    assert 'data-part-of-call="recorded"' in page


async def test_staff_who_watch_and_who_sit_beside_see_the_sign(
    site: Site, world: World
) -> None:
    official = await site.sign_in(Role.OFFICIAL)
    visit = await visit_now(
        site, world, official=official, attendance=Attendance.VILLAGE
    )
    call = f"/call/{visit.visit.reference}"
    beside = await text(site, call)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])
    watching = await text(site, call)

    for page in (beside, watching):
        assert QUESTION not in page
        assert 'data-part-of-call="recorded"' in page
        assert 'data-part-of-call="watchers"' in page
    path = f"/visits/{visit.visit.reference}/recording"
    assert re.findall(rf'action="{path}/(\w+)"', watching) == [
        "pause",
        "resume",
        "stop",
    ]
    assert "data-confirm=" in watching
    assert path not in beside


@pytest.mark.parametrize("verb", ["pause", "resume", "stop"])
async def test_what_is_not_recorded_is_neither_paused_nor_stopped(
    site: Site, world: World, verb: str
) -> None:
    visit = await visit_now(site, world)
    await site.sign_in(Role.WARDEN, sites=[world.prison.id])

    answer = await site.post(
        f"/visits/{visit.visit.reference}/recording/{verb}", {}, headers=JSON
    )

    assert answer.status == 409
    assert (await answer.json())["reasons"] == [
        "The visit is not live, so there is nobody to tell."
    ]
    async with site.database.read() as session:
        stands = await session.get_one(Visit, visit.visit.id)
    assert stands.state is VisitState.BOOKED


@pytest.mark.parametrize("role", [Role.SCHEDULER, Role.CLERK, Role.AUDITOR])
async def test_only_the_prisons_staff_conduct_a_recording(
    site: Site, world: World, role: Role
) -> None:
    visit = await visit_now(site, world)
    await site.sign_in(role)

    answer = await site.post(f"/visits/{visit.visit.reference}/recording/stop", {})

    assert answer.status == 404


async def test_the_rules_say_that_nothing_can_be_recorded_here(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.ADMINISTRATOR)
    path = f"/sites/{world.prison.id}/policy"
    missing = "This installation has no place or no key for recordings yet"

    page = await text(site, path)
    asked = await (await site.post(path, {"recorded": "consent"})).text()

    assert missing in page
    assert missing in asked
    assert "Recorded where everybody agrees" in asked


def test_every_state_of_the_protocol_has_its_words() -> None:
    named = {
        name
        for name in live_recording_words.CONDUCTED
        if name.startswith("recording_is_")
    }

    assert named == {f"recording_is_{state}" for state in live_recording_words.STATES}
    assert len(named) == 7


async def test_the_history_of_a_visit_does_not_tell_who_said_no(
    site: Site, world: World
) -> None:
    visit = await visit_now(site, world)
    async with site.database.write() as session:
        for person, given in ((visit.visitor, True), (visit.prisoner, False)):
            await consenting.consent(
                session, person, given, by=SYSTEM, now=site.clock()
            )
    await site.sign_in(Role.WARDEN, sites=[world.prison.id], language="en")

    page = await text(site, f"/visits/{visit.visit.reference}")

    assert "agreed to be recorded" not in page
    assert "did not agree" not in page
    assert "Booked" in page


@pytest.mark.parametrize(
    "words", ["Pause", "Pause, and say why", "Pause the recording", "Play or pause"]
)
def test_persian_tells_a_pause_from_an_end(words: str) -> None:
    assert "توقف موقت" in i18n.load()["fa"].gettext(words)

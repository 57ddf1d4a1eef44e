"""For how many people the answer about recording is, as the page asks them."""

import pytest

from signaling.hub import Hub
from tests import make
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import Booked, become, booked
from tests.web.reading import text
from visitation.words import Recorded

FOR_ALL = "everyone who sits with you are kept: say yes only if all of you agree."
COUNTED = "people are booked to sit here. Ask each other first."


@pytest.fixture
async def site(start_site: Start, hub: Hub) -> Site:
    site = await start_site(live=hub)
    site.cookies["lang"] = "en"
    return site


async def three(site: Site, world: World) -> Booked:
    """A visit that may be recorded, of a visitor and two more of the family."""
    async with site.database.write() as session:
        await make.policy(session, world.prison, recorded=Recorded.CONSENT)
        more = [await make.visitor(session, name=name) for name in ("الف", "ب")]
        return await booked(
            session,
            world,
            site.keyring,
            starts_at=site.clock(),
            visitors=(world.visitor, *more),
        )


async def family(site: Site, visit: Booked, phone: str = "") -> str:
    await site.post("/join", {"code": visit.code, "phone": phone[-4:]})
    return await text(site, f"/call/{visit.visit.reference}")


async def test_several_at_one_kiosk_are_told_that_they_answer_for_each_other(
    site: Site, world: World
) -> None:
    visit = await three(site, world)
    await become(site, world.kiosk)

    page = await family(site, visit)

    assert FOR_ALL in page
    assert f"3 {COUNTED}" in page
    assert "call.consent_together" in page
    site.cookies["lang"] = "fa"
    persian = await text(site, f"/call/{visit.visit.reference}")
    assert "نوبت این‌جا برای ۳ نفر است" in persian


async def test_nobody_is_counted_on_a_phone_or_at_the_terminal(
    site: Site, world: World
) -> None:
    visit = await three(site, world)

    phone = await family(site, visit, phone=world.visitor.phone or "")
    await become(site, world.terminal)
    terminal = await text(site, f"/call/{visit.visit.reference}")

    for page in (phone, terminal):
        assert FOR_ALL in page
        assert COUNTED not in page
        assert "call.consent_together" not in page

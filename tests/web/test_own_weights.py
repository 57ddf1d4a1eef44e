"""What the pages for families weigh on a slow line: at most 60 KB without the font."""

import pytest

from signaling import conduct
from signaling.hub import Hub
from tests import make
from tests.web.conftest import Site, Start
from tests.web.day import become, booked
from tests.web.own import links, phone
from tests.web.reading import sent_to
from tests.web.weighing import MOST, table, weight
from visitation.audit import SYSTEM
from visitation.words import Recorded


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_no_page_weighs_more_than_sixty_kilobytes(
    site: Site, language: str
) -> None:
    mine = await phone(site)
    site.cookies["lang"] = language
    party, visit = mine.query(), await mine.booked()
    day = links(await mine.page(f"{mine.book}/days?{party}"), "/times?")[0]
    held = await mine.hold()
    other = links(await mine.page(f"{visit}/move"), "/times?")[0]
    pages = [
        "/mine",
        "/mine/past",
        mine.book,
        f"{mine.book}/days?{party}",
        day,
        held,
        visit,
        f"{visit}/slip",
        f"{visit}/move",
        other,
        f"{visit}/cancel",
        "/mine/waiting",
        f"/mine/waiting/new/{mine.world.contact.id}",
        "/mine/people",
        "/mine/people/new",
        "/mine/people/asked",
    ]
    weights = {page: await weight(site, page) for page in pages}
    done = await sent_to(site, held)
    weights[done] = await weight(site, done)
    await sent_to(site, "/sign-out")
    for page in ("/sign-in/phone", "/sign-in/phone/new"):
        weights[page] = await weight(site, page)

    print(table(weights))
    assert {page: sum(w) for page, w in weights.items() if sum(w) > MOST} == {}


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_no_page_of_a_visit_or_a_kiosk_weighs_more(
    start_site: Start, hub: Hub, language: str
) -> None:
    site = await start_site(live=hub)
    site.cookies["lang"] = language
    weights = {page: await weight(site, page) for page in ("/", "/join", "/pair")}
    async with site.database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, recorded=Recorded.CONSENT)
        visit = await booked(
            session, world, site.keyring, starts_at=site.clock(), own_phone=True
        )
    typed = {"code": visit.code, "phone": (world.visitor.phone or "")[-4:]}
    await site.post("/join", typed)
    call = f"/call/{visit.visit.reference}"
    for page in ("/check", call):
        weights[page] = await weight(site, page)
    await conduct.start(hub, visit.visit.reference, by=SYSTEM, now=site.clock())
    await conduct.end(hub, visit.visit.reference, by=SYSTEM, now=site.clock())
    weights["/after"] = await weight(site, "/after")
    site.cookies.clear()
    site.cookies["lang"] = language
    for station, pages in (
        (world.kiosk, ("/station", "/join", "/station/operator")),
        (world.terminal, ("/station", "/station/check")),
    ):
        await become(site, station)
        for page in pages:
            weights[f"{station.kind} {page}"] = await weight(site, page)

    print(table(weights))
    assert {page: sum(w) for page, w in weights.items() if sum(w) > MOST} == {}

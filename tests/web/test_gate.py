"""Every route has a rule, and the rule is kept for every kind of principal."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.web.conftest import SETTINGS, Start
from visitation import devices, people
from visitation.audit import SYSTEM, Actor
from visitation.database import Database
from visitation.people import Prisoner
from visitation.places.tables import Province, Station
from visitation.places.tables import Site as Place
from visitation.words import Role, SiteKind, StationKind
from web import gate, subjects
from web.keys import WebSettings
from web.principals import DevicePrincipal, Principal
from web.routes import ROUTES
from web.routing import FAMILY, PUBLIC, STAFF, TERMINAL, Door, Route
from web.sessions import DEVICE_COOKIE


async def page(request: web.Request) -> web.Response:
    return web.Response(text="in")


def routes(**rules: frozenset[Role | Door]) -> tuple[Route, ...]:
    return tuple(
        Route(method="GET", path=f"/{name}", page=page, allow=allow, name=name)
        for name, allow in rules.items()
    )


def test_every_route_says_who_may_come_in() -> None:
    assert [r for r in ROUTES if not r.allow] == []


def test_no_two_routes_have_one_name_or_one_place() -> None:
    names = [route.called for route in ROUTES]
    places = [(route.method, route.path) for route in ROUTES]

    assert len(set(names)) == len(names)
    assert len(set(places)) == len(places)


def test_only_plain_reading_pages_stand_in_the_navigation() -> None:
    wrong = [r.path for r in ROUTES if r.menu and (r.method != "GET" or "{" in r.path)]

    assert wrong == []


def test_routes_about_something_have_a_subject_or_are_public() -> None:
    bare = {
        route.path
        for route in ROUTES
        if "{" in route.path
        and route.subject is None
        and not route.allow & PUBLIC
        and not route.allow & TERMINAL
    }

    assert {path for path in bare if "{visit}" in path or "{prisoner}" in path} == set()


async def test_strangers_are_shown_the_way_in(start_site: Start) -> None:
    site = await start_site(
        extra=routes(
            s=frozenset({Role.WARDEN}),
            f=FAMILY,
            t=TERMINAL,
            both=FAMILY | TERMINAL,
            everyone=PUBLIC,
        )
    )

    answers = {}
    for name in ("s", "f", "t", "both", "everyone"):
        response = await site.get(f"/{name}?day=2")
        answers[name] = (response.status, response.headers.get("Location"))

    assert answers == {
        "s": (303, "/sign-in?next=/s?day%3D2"),
        "f": (303, "/join"),
        "t": (404, None),
        "both": (303, "/join"),
        "everyone": (200, None),
    }


async def test_a_program_without_a_token_is_told_so(start_site: Start) -> None:
    route = Route(method="GET", path="/api/v1/x", page=page, allow=STAFF)
    site = await start_site(extra=(route,))

    response = await site.get("/api/v1/x")

    assert response.status == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.content_type == "application/problem+json"
    assert (await response.json())["code"] == "unauthorized"


async def test_a_program_comes_in_with_its_token_and_a_browser_does_not(
    start_site: Start,
) -> None:
    async def who(request: web.Request) -> web.Response:
        return web.Response(text=gate.staff(request).actor.key)

    route = Route(method="GET", path="/api/v1/x", page=who, allow=STAFF)
    site = await start_site(extra=(route,))
    account = await site.sign_in(Role.SCHEDULER)
    async with site.database.write() as session:
        token = await people.issue_token(
            session,
            account,
            label="desk",
            expires_at=site.clock() + timedelta(days=1),
            keyring=site.keyring,
            by=Actor.account(account.id or 0, account.role),
            now=site.clock(),
        )
    bearer = {"Authorization": f"Bearer {token}"}

    assert (await site.get("/api/v1/x")).status == 401
    response = await site.get("/api/v1/x", headers=bearer)
    assert await response.text() == f"account:{account.id}"
    site.clock.forward(timedelta(days=2))
    assert (await site.get("/api/v1/x", headers=bearer)).status == 401


async def test_another_role_finds_nothing(start_site: Start) -> None:
    site = await start_site(
        extra=routes(w=frozenset({Role.WARDEN}), c=frozenset({Role.CLERK}))
    )
    await site.sign_in(Role.CLERK)

    assert (await site.get("/c")).status == 200
    assert (await site.get("/w")).status == 404


async def test_a_route_that_nobody_listed_is_closed(start_site: Start) -> None:
    site = await start_site()
    assert site.client.app is not None
    app = site.client.app
    app.router._frozen = False
    app.router.add_get("/unlisted", page)

    assert (await site.get("/unlisted")).status == 404


async def test_an_unfinished_account_sees_its_own_page_only(start_site: Start) -> None:
    settings = WebSettings(
        public_url=SETTINGS.public_url,
        secure=False,
        require_totp=frozenset({Role.ADMINISTRATOR}),
    )
    site = await start_site(settings=settings)
    await site.sign_in(Role.ADMINISTRATOR)

    response = await site.get("/staff")
    assert (response.status, response.headers["Location"]) == (303, "/account")
    assert (await site.get("/account")).status == 200
    assert (await site.get("/help")).status == 200


async def test_a_paired_station_is_known_until_it_is_unpaired(
    start_site: Start,
) -> None:
    async def where(request: web.Request) -> web.Response:
        return web.Response(text=gate.device(request).name)

    route = Route(method="GET", path="/t", page=where, allow=TERMINAL)
    site = await start_site(extra=(route,))
    places = await two_prisons(site.database)
    async with site.database.write() as session:
        code = await devices.issue_pairing_code(
            session,
            station_id=places["station"],
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )
        _device, token = await devices.pair(
            session, code, keyring=site.keyring, now=site.clock()
        )
    site.cookies[DEVICE_COOKIE] = token

    assert await (await site.get("/t")).text() == "Terminal 1"
    async with site.database.write() as session:
        await devices.unpair(
            session, station_id=places["station"], by=SYSTEM, now=site.clock()
        )
    assert (await site.get("/t")).status == 404


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        ({"everywhere": True}, {"near": 200, "far": 200}),
        ({"provinces": ["near_province"]}, {"near": 200, "far": 404}),
        ({"sites": ["far"]}, {"near": 404, "far": 200}),
        ({"sites": []}, {"near": 404, "far": 404}),
    ],
    ids=str,
)
async def test_what_is_out_of_reach_does_not_exist(
    start_site: Start, scope: dict[str, object], seen: dict[str, int]
) -> None:
    about = {
        "site": subjects.site,
        "station": subjects.station,
        "prisoner": subjects.prisoner,
    }
    site = await start_site(
        extra=tuple(
            Route(
                method="GET",
                path=f"/about/{name}/{{{name}}}",
                page=page,
                allow=STAFF,
                subject=finder,
                name=name,
            )
            for name, finder in about.items()
        )
    )
    places = await two_prisons(site.database)
    reach = {
        key: [places[str(name)] for name in value] if isinstance(value, list) else value
        for key, value in scope.items()
    }
    await site.sign_in(Role.WARDEN, **reach)

    for which, status in seen.items():
        at = f"/about/site/{places[which]}"
        assert (await site.get(at)).status == status, at
    assert (await site.get(f"/about/station/{places['station']}")).status == seen[
        "near"
    ]
    assert (await site.get(f"/about/prisoner/{places['prisoner']}")).status == seen[
        "far"
    ]
    for nothing in ("999999", "0", "x", "٣", "9" * 30):
        assert (await site.get(f"/about/site/{nothing}")).status == 404


async def test_the_subject_is_handed_to_the_page(start_site: Start) -> None:
    async def find(
        session: AsyncSession,
        parts: Mapping[str, str],
        principal: Principal | None,
        device: DevicePrincipal | None,
    ) -> str | None:
        return parts["word"] if parts["word"] != "none" else None

    async def say(request: web.Request) -> web.Response:
        return web.Response(text=gate.subject(request, str))

    route = Route(
        method="GET", path="/say/{word}", page=say, allow=PUBLIC, subject=find
    )
    site = await start_site(extra=(route,))

    assert await (await site.get("/say/hello")).text() == "hello"
    assert (await site.get("/say/none")).status == 404


async def two_prisons(database: Database) -> dict[str, int]:
    """A prison with a terminal in one province, one with a prisoner in another."""
    async with database.write() as session:
        provinces = [Province(code=c, name=c) for c in ("near", "far")]
        session.add_all(provinces)
        await session.flush()
        prisons = [
            Place(province_id=p.id, kind=SiteKind.PRISON, name=p.name)
            for p in provinces
        ]
        session.add_all(prisons)
        await session.flush()
        station = Station(
            site_id=prisons[0].id, kind=StationKind.TERMINAL, name="Terminal 1"
        )
        prisoner = Prisoner(
            site_id=prisons[1].id, number="7", name="Reza", name_folded="reza"
        )
        session.add_all([station, prisoner])
        await session.flush()
        return {
            "near_province": provinces[0].id or 0,
            "near": prisons[0].id or 0,
            "far": prisons[1].id or 0,
            "station": station.id or 0,
            "prisoner": prisoner.id or 0,
        }

"""Which exception becomes which answer, for people and for programs."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tests import make
from tests.web.conftest import SETTINGS, Start
from tests.web.day import become
from visitation.attempts import TooMany
from visitation.database import Database
from visitation.errors import Invalid, NotAllowed, NotFound, VisitationError
from web.routing import PUBLIC, Route
from web.sessions import SESSION_COOKIE


class Refused(VisitationError):
    reasons = ("some_reason",)


class Locked(Exception):
    sqlstate = "55P03"


ERRORS: dict[str, tuple[Exception, int]] = {
    "missing": (NotFound("x"), 404),
    "forbidden": (NotAllowed("x"), 404),
    "refused": (Refused(), 409),
    "invalid": (Invalid("name", "too_odd"), 422),
    "often": (TooMany(timedelta(seconds=90)), 429),
    "busy": (OperationalError("SELECT", {}, Locked()), 503),
    "wrong": (IntegrityError("INSERT", {}, ValueError("secret")), 500),
    "unforeseen": (ZeroDivisionError("secret"), 500),
    "http": (web.HTTPBadRequest(text="secret"), 400),
    "closed": (web.HTTPForbidden(text="secret"), 403),
    "away": (ConnectionRefusedError("secret"), 503),
    "pool": (PoolTimeout("secret"), 503),
    "lost": (InterfaceError("SELECT", {}, ValueError("secret")), 503),
}


WITH_PHONE = replace(SETTINGS, help_phone="+982112345678")


def route(prefix: str, name: str, error: Exception) -> Route:
    async def fail(request: web.Request) -> web.Response:
        raise error

    return Route(
        method="GET",
        path=f"{prefix}/{name}",
        page=fail,
        allow=PUBLIC,
        name=f"{prefix.strip('/').replace('/', '.')}.{name}",
    )


ROUTES = tuple(
    route(prefix, name, error)
    for prefix in ("/fail", "/api/fail")
    for name, (error, _) in ERRORS.items()
)


@pytest.mark.parametrize("name", ERRORS)
async def test_people_get_a_page_that_says_what_to_do(
    start_site: Start, name: str
) -> None:
    site = await start_site(extra=ROUTES, settings=WITH_PHONE)

    response = await site.get(f"/fail/{name}")

    text = await response.text()
    assert response.status == ERRORS[name][1]
    assert 'href="tel:+982112345678"' in text
    assert response.content_type == "text/html"
    assert '<p class="lead">' in text
    assert 'href="/"' in text
    assert "secret" not in text


@pytest.mark.parametrize("name", ERRORS)
async def test_programs_get_problem_details(start_site: Start, name: str) -> None:
    site = await start_site(extra=ROUTES)

    response = await site.get(f"/api/fail/{name}", headers={"Accept-Language": "en"})

    problem = await response.json()
    assert response.status == problem["status"] == ERRORS[name][1]
    assert response.content_type == "application/problem+json"
    assert {"title", "detail", "code", "reasons", "request"} <= problem.keys()
    assert "secret" not in str(problem)


async def test_the_wait_and_the_reasons_are_said(start_site: Start) -> None:
    site = await start_site(extra=ROUTES)
    site.cookies["lang"] = "en"

    often = await site.get("/fail/often")
    assert often.headers["Retry-After"] == "90"
    assert "Try again in 2 minutes." in await often.text()
    assert "some_reason" in await (await site.get("/fail/refused")).text()
    assert (await site.get("/fail/busy")).headers["Retry-After"] == "30"


async def test_a_method_that_is_not_there_names_those_that_are(
    start_site: Start,
) -> None:
    site = await start_site()

    response = await site.post("/help")

    assert response.status == 405
    assert response.headers["Allow"] == "GET,HEAD"


@pytest.mark.parametrize(
    "url", ["sqlite:///{folder}/not/there.db", "postgresql://u:p@127.0.0.1:1/none"]
)
async def test_without_a_database_people_are_told_to_wait(
    start_site: Start, tmp_path: Path, url: str
) -> None:
    gone = Database(url.format(folder=tmp_path))
    site = await start_site(database=gone, settings=WITH_PHONE)
    site.cookies = {"lang": "en", SESSION_COOKIE: "x"}

    page = await site.get("/")
    await gone.close()

    text = await page.text()
    assert page.status == 503
    assert page.headers["Retry-After"] == "30"
    assert "The service cannot reach its records just now" in text
    assert 'href="tel:+982112345678"' in text


async def test_a_kiosk_gives_the_number_of_its_own_office(start_site: Start) -> None:
    site = await start_site(settings=WITH_PHONE)
    async with site.database.write() as session:
        world = await make.world(session)
        world.point.phone = "+983112345678"
        session.add(world.point)
    await become(site, world.kiosk)

    text = await (await site.get("/no-such-page")).text()

    assert 'href="tel:+983112345678"' in text
    assert "+982112345678" not in text

"""The first pages, languages, static files, and what machines ask."""

from pathlib import Path

import pytest

from tests.web.conftest import Site, Start
from visitation.database import Database
from visitation.words import STAFF, Role
from web import assets
from web.keys import WebSettings
from web.routes import ROUTES

FONTS = assets.STATIC_FOLDER / "fonts"


async def test_the_first_page_is_persian_and_leads_to_the_visit(site: Site) -> None:
    response = await site.get("/")

    text = await response.text()
    assert response.status == 200
    assert response.headers["Content-Language"] == "fa"
    assert '<html lang="fa" dir="rtl"' in text
    assert 'href="/join"' in text
    assert 'href="#main"' in text


@pytest.mark.parametrize(
    ("role", "leads_to"), [(None, "/mine"), (Role.WARDEN, "/sign-in/phone")]
)
async def test_what_is_ones_own_opens_for_whoever_presses_it(
    site: Site, role: Role | None, leads_to: str
) -> None:
    if role is not None:
        await site.sign_in(role)

    text = await (await site.get("/")).text()

    assert f'id="door-mine" href="{leads_to}"' in text
    assert (await site.get(leads_to)).status in {200, 303}


async def test_the_help_page_gives_the_number_to_call(start_site: Start) -> None:
    settings = WebSettings(
        public_url="http://localhost", secure=False, help_phone="+982112345678"
    )
    site = await start_site(settings=settings)

    assert 'href="tel:+982112345678"' in await (await site.get("/help")).text()


async def test_a_demonstration_says_so_on_every_page(start_site: Start) -> None:
    demo = WebSettings(public_url="http://localhost", secure=False, demo=True)

    shown = await start_site(settings=demo)
    real = await start_site()

    assert "نمایش آزمایشی" in await (await shown.get("/nowhere")).text()
    assert "نمایش آزمایشی" not in await (await real.get("/nowhere")).text()


async def test_a_language_is_chosen_and_kept(site: Site) -> None:
    response = await site.post("/language", {"language": "en", "back": "/help?a=1"})

    assert (response.status, response.headers["Location"]) == (303, "/help?a=1")
    text = await (await site.get("/help")).text()
    assert '<html lang="en" dir="ltr"' in text
    assert "How a visit goes" in text


@pytest.mark.parametrize("back", ["https://evil.example", "//evil", "/\\evil", ""])
async def test_choosing_a_language_never_leads_away(site: Site, back: str) -> None:
    response = await site.post("/language", {"language": "xx", "back": back})

    assert response.headers["Location"] == "/"
    assert "lang" not in site.cookies


async def test_staff_get_their_own_language_unless_the_browser_chose(
    site: Site,
) -> None:
    await site.sign_in(Role.AUDITOR, language="en")

    assert "Hello, <bdi>The auditor</bdi>" in await (await site.get("/staff")).text()
    await site.post("/language", {"language": "fa"})
    assert "سلام، <bdi>The auditor</bdi>" in await (await site.get("/staff")).text()


async def test_one_visitors_language_is_not_anothers(site: Site) -> None:
    site.cookies["lang"] = "en"
    assert 'lang="en"' in await (await site.get("/")).text()
    site.cookies.clear()
    assert '<html lang="fa"' in await (await site.get("/")).text()


@pytest.mark.parametrize("role", sorted(STAFF))
async def test_every_place_in_the_navigation_opens_for_its_roles(
    site: Site, role: Role
) -> None:
    await site.sign_in(role)

    for route in ROUTES:
        if route.menu and role in route.allow:
            assert (await site.get(route.path)).status == 200, route.path


async def test_health_is_told(start_site: Start, tmp_path: Path) -> None:
    site = await start_site()
    lost = Database(f"sqlite:///{tmp_path}/no/such/folder/visits.db")
    cut_off = await start_site(database=lost)

    assert await (await site.get("/healthz")).text() == "ok\n"
    assert await (await site.get("/readyz")).text() == "ready\n"
    assert (await cut_off.get("/healthz")).status == 200
    assert (await cut_off.get("/readyz")).status == 503
    await lost.close()


async def test_search_engines_are_kept_out(site: Site) -> None:
    assert "Disallow: /" in await (await site.get("/robots.txt")).text()
    assert (await site.get("/favicon.ico")).content_type == "image/svg+xml"


async def test_static_files_are_kept_for_a_year_under_their_version(
    site: Site,
) -> None:
    known = assets.load()
    path = known.url("css/app.css")

    response = await site.get(path, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.content_type == "text/css"
    etag = response.headers["ETag"]
    again = await site.get(path, headers={"If-None-Match": etag})
    assert again.status == 304
    old = await site.get("/static/old/css/app.css")
    assert (old.status, old.headers["Cache-Control"]) == (200, "no-cache")
    for outside in ("../keys.py", "%2e%2e/keys.py", "css/", "css/none.css"):
        url = f"/static/{known.version}/{outside}"
        assert (await site.get(url)).status == 404


def test_the_font_is_the_one_whose_licence_lies_beside_it() -> None:
    line = (FONTS / "SHA256SUMS").read_text(encoding="ascii").split()
    found = assets.hashlib.sha256((FONTS / line[1]).read_bytes()).hexdigest()

    assert found == line[0]
    licence = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL Open Font License" in licence


def test_family_pages_are_small() -> None:
    files = assets.load().files
    always = ["css/app.css", "js/main.js", "favicon.svg"]

    assert sum(len(files[name].packed or b"") for name in always) < 12_000

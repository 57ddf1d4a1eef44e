"""Pages, redirects, notices and what a template is given."""

from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from jinja2 import DictLoader, UndefinedError

from tests.web.conftest import Site, Start
from web import i18n
from web.render import TEMPLATES, environment, local_path, redirect, render
from web.routing import PUBLIC, Route

TEHRAN = ZoneInfo("Asia/Tehran")
SHOWN = "{{ lang }} {{ dir }} {{ here }} {{ flash }} {{ url('say', word='a b') }}"


async def show(request: web.Request) -> web.Response:
    return render(request, "shown.html")


async def go(request: web.Request) -> web.Response:
    return redirect(
        request, "say", word="x y", query={"day": "2"}, flash="«نام» <b> 100 %"
    )


ROUTES = (
    Route(method="GET", path="/say/{word}", page=show, allow=PUBLIC, name="say"),
    Route(method="GET", path="/go", page=go, allow=PUBLIC, name="go"),
)


@pytest.fixture
async def shown(start_site: Start) -> AsyncIterator[Site]:
    site = await start_site(extra=ROUTES)
    assert site.client.app is not None
    templates = site.client.app[TEMPLATES]
    every = templates.loader
    templates.loader = DictLoader({"shown.html": SHOWN})
    yield site
    templates.loader = every


async def test_a_template_knows_the_language_and_where_it_is(shown: Site) -> None:
    text = await (await shown.get("/say/hello?a=1&b=2")).text()

    assert text == "fa rtl /say/hello?a=1&amp;b=2 None /say/a%20b"


async def test_a_notice_is_shown_once_after_a_redirect(shown: Site) -> None:
    response = await shown.get("/go")
    assert (response.status, response.headers["Location"]) == (303, "/say/x%20y?day=2")

    assert "«نام» &lt;b&gt; 100 %" in await (await shown.get("/say/x")).text()
    assert " None " in await (await shown.get("/say/x")).text()


async def test_a_notice_that_is_not_ours_is_ignored(shown: Site) -> None:
    for cookie in ("%", "[1]", "x" * 200):
        shown.cookies["flash"] = cookie
        assert " None " in await (await shown.get("/say/x")).text()


def test_a_name_that_a_template_does_not_know_is_an_error() -> None:
    made = environment(TEHRAN)

    with pytest.raises(UndefinedError):
        made.from_string("{{ nothing }}").render()


def test_names_in_sentences_cannot_bring_markup() -> None:
    made = environment(TEHRAN)
    page = made.from_string("""{{ _("Hello, %(name)s", name=name) }}""")

    assert page.render(name="<b>") == "Hello, &lt;b&gt;"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/a?b=c", "/a?b=c"),
        ("/a%20b", "/a%20b"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/a\nSet-Cookie: x", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_a_path_of_ours_is_kept_and_nothing_else(path: str, kept: str) -> None:
    assert local_path(path) == kept


def test_what_stands_in_a_template_is_written_anew_for_each_reader() -> None:
    made = environment(TEHRAN)
    page = made.from_string("{{ 366|digits }}")
    spoken = i18n.load()
    with i18n.speaking(spoken, "fa"):
        assert page.render() == "۳۶۶"
    with i18n.speaking(spoken, "en"):
        assert page.render() == "366"

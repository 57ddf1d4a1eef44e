"""The demonstration on a Saturday morning, and how a page of it is asked for."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp import web
from jinja2 import Environment, Template

from config import opening, recordings, seed
from config.program import running
from tests.browser.conftest import PASSWORD, settings_of
from tests.fakes import Clock
from tests.pages import kept, scene
from visitation.database import Database, migrate
from visitation.keyring import Keyring
from web.render import TEMPLATES

#: The first working day of a week, a minute after ten in Tehran. It never passes, so
#: that pages say the same in every run and nothing on them runs out.
MORNING = datetime(2026, 10, 3, 6, 31, tzinfo=UTC)
_LEADS = {301, 302, 303, 307, 308}
_MOST_STEPS = 5


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Address:
    """One page in one state, as one door's people come to it.

    Attributes:
        door: whose cookies, a name in `doors.DOORS`.
        kind: the path of the route, then what the query or the state is called.
        path: where it is on this stage, with its query.
        posted: the names and values of the form that is sent there; None to look only.
        status: what the page answers.
        template: what the page was made of when it was found.
        title: what it was called then, in Persian; empty for the answer to a form.
        foreign: whether another site's page sends the form.
    """

    door: str
    kind: str
    path: str
    posted: tuple[tuple[str, str], ...] | None = None
    status: int = 200
    template: str = ""
    title: str = ""
    foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: where one ended up, by what method, and what stands there.

    Attributes:
        template: what the page was made of; empty for no page.
    """

    method: str
    path: str
    status: int
    html: str
    content_type: str
    template: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The running service, and the cookies of everybody who has a door.

    Attributes:
        visit: the reference of the visit that is live.
        marks: the references of other rows that pages are about, by what they show.
        shown: the names of the templates that pages were made of, one after another.
        cookies: by door, by the cookie's name.
    """

    app: web.Application
    port: int
    database: Database
    keyring: Keyring
    clock: Clock
    visit: str
    marks: dict[str, str]
    client: aiohttp.ClientSession
    shown: list[str] = field(default_factory=list)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def url(self, door: str, path: str) -> str:
        """An address at which one browser keeps one door's session."""
        return f"http://{door}.localhost:{self.port}{path}"

    async def read(self, address: Address, *, language: str = "fa") -> Answer:
        """A page as a program reads it; forms are posted as its own page would."""
        if address.posted is None:
            return await self.get(address.door, address.path, language=language)
        return await self.post(
            address.door,
            address.path,
            address.posted,
            language=language,
            foreign=address.foreign,
        )

    async def get(self, door: str, path: str, *, language: str = "fa") -> Answer:
        """Where a path leads in the end."""
        for _ in range(_MOST_STEPS):
            answer, leads = await self._ask("GET", door, path, language)
            if leads is None:
                return answer
            path = leads
        raise AssertionError(f"{door} is led in a circle at {path}")

    async def post(
        self,
        door: str,
        path: str,
        typed: tuple[tuple[str, str], ...] = (),
        *,
        language: str = "fa",
        foreign: bool = False,
    ) -> Answer:
        """The page that a form leads to."""
        answer, leads = await self._ask(
            "POST", door, path, language, typed, foreign=foreign
        )
        if leads is None:
            return answer
        return await self.get(door, leads, language=language)

    async def _ask(
        self,
        method: str,
        door: str,
        path: str,
        language: str,
        typed: tuple[tuple[str, str], ...] = (),
        *,
        foreign: bool = False,
    ) -> tuple[Answer, str | None]:
        """One request; browsers find *.localhost by themselves, programs do not."""
        host = f"{door}.localhost:{self.port}"
        cookies = {"lang": language, **self.cookies.get(door, {})}
        headers = {"Host": host, "Accept": "text/html"}
        headers["Origin"] = "null" if foreign else f"http://{host}"
        headers["Cookie"] = "; ".join(f"{name}={cookies[name]}" for name in cookies)
        before = len(self.shown)
        async with self.client.request(
            method,
            f"http://127.0.0.1:{self.port}{path}",
            headers=headers,
            data=list(typed) if method == "POST" else None,
            allow_redirects=False,
        ) as response:
            body = await response.read()
            self._keep(door, response)
            leads = response.headers.get("Location")
            answer = Answer(
                method=method,
                path=path,
                status=response.status,
                html=body.decode(errors="replace"),
                content_type=response.content_type,
                template=next(reversed(self.shown[before:]), ""),
            )
        if response.status not in _LEADS or leads is None:
            return answer, None
        return answer, _within(path, leads)

    def _keep(self, door: str, response: aiohttp.ClientResponse) -> None:
        kept = self.cookies.setdefault(door, {})
        for name, morsel in response.cookies.items():
            if morsel.value and morsel["max-age"] != "0":
                kept[name] = morsel.coded_value
            else:
                kept.pop(name, None)


@asynccontextmanager
async def raised(folder: Path) -> AsyncIterator[Stage]:
    """The whole service, filled, for as long as the block lasts."""
    url = f"sqlite:///{folder}/pages.db"
    told = {"recordings": kept.section(folder)}
    settings, clock = settings_of(url, folder).model_copy(update=told), Clock(MORNING)
    migrate(url)
    database, keyring = Database(url), opening.keyring(settings)
    await seed.fill(database, keyring, password=PASSWORD, now=clock())
    visit, _ = await seed.open_visit(database, keyring, now=clock())
    marks = await scene.fill(database, keyring, now=clock())
    shelf = recordings.shelf(settings)
    marks |= await kept.fill(database, keyring, shelf, now=clock())
    jar = aiohttp.DummyCookieJar()
    async with (
        running(settings, database, clock=clock) as app,
        aiohttp.ClientSession(cookie_jar=jar) as client,
    ):
        stage = Stage(
            app=app,
            port=settings.web.port,
            database=database,
            keyring=keyring,
            clock=clock,
            visit=visit,
            marks={"live": visit, **marks},
            client=client,
        )
        with _telling(app[TEMPLATES], stage.shown):
            yield stage


@contextmanager
def _telling(templates: Environment, shown: list[str]) -> Iterator[None]:
    """Write the name of each template down as it becomes a page."""

    class Telling(Template):
        def render(self, *given: object, **values: object) -> str:
            shown.append(self.name or "")
            return super().render(*given, **values)

    before, templates.template_class = templates.template_class, Telling
    templates.cache.clear()
    yield
    templates.template_class = before
    templates.cache.clear()


def _within(path: str, leads: str) -> str:
    """The path and query of where an answer leads, without what the browser keeps."""
    parts = urlsplit(urljoin(f"http://here{path}", leads))
    return parts.path + (f"?{parts.query}" if parts.query else "")

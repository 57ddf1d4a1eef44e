"""Going wherever a door's people can go, by links and by forms that change nothing."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from aiohttp import web
from yarl import URL

from tests.pages.reading import Form, Page, Values
from tests.pages.stage import Address, Answer, Stage

#: What is no page, though a link leads there.
_ELSEWHERE = ("/static/", "/api/")
#: A prison, an office and a village; somebody who is one and somebody else.
_MANY_LOOKS = {"/sites/{site}": 8, "/accounts/{account}": 8, "/visits/{visit}": 8}
HTML = "text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form that posts: the path of the route it goes to, where that is, the form."""

    action: str
    path: str
    form: Form


@dataclass(slots=True, kw_only=True)
class Crawl:
    """What one door's people have come upon so far.

    Attributes:
        found: the pages, by their kind and by where they lead.
        asked: how often each kind was asked for, with what led on to another.
        forms: what can be posted from each page.
        avoids: where it does not go.
        states: what is unlike others of its kind, by path.
    """

    stage: Stage
    door: str
    found: dict[tuple[str, frozenset[str]], Address] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    forms: dict[Address, list[Sent]] = field(default_factory=dict)
    avoids: tuple[str, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    _paths: set[str] = field(default_factory=set)

    @property
    def pages(self) -> list[Address]:
        """In the order they were found."""
        return list(self.found.values())

    def of(self, kind: str) -> Address:
        """The last page of a kind; the first, where a query is not named."""
        looked = (one for one in self.pages if one.posted is None)
        exact = (one for one in reversed(self.pages) if one.kind == kind)
        alike = (one for one in looked if one.kind.split(" ")[0] == kind)
        found = next(exact, None) or next(alike, None)
        assert found is not None, f"{self.door} has found no {kind}"
        return found

    async def again(self, kind: str) -> None:
        """Look at a page once more, and follow what is new on it."""
        page = self.of(kind)
        self._paths.discard(page.path)
        self.asked[page.kind.split(" #")[0]] = 0
        await self.go(page.path)

    async def go(self, *begins: str, onward: bool = True) -> None:
        """Look at these paths, and follow everything from there on.

        A kind that looks different in another place (a prison and an office, say:
        other things lead on from it) is kept once for each look.
        """
        waiting = deque(begins)
        while waiting:
            path = waiting.popleft()
            kind = kind_of(self.stage.app, path)
            if kind is None or path in self._paths or path in self.avoids:
                continue
            if self.asked[kind] >= _tries(kind):
                continue
            self.asked[kind] += 1
            answer = await self.stage.get(self.door, path)
            self._paths |= {path, answer.path}
            leads = self.keep(answer)
            waiting.extend(leads if onward else ())

    def keep(self, answer: Answer) -> list[str]:
        """Write a page down, if it is new; where it leads."""
        if answer.content_type != HTML:
            return []
        shown = Page(answer.html)
        leads = list(_leads(self.stage.url(self.door, answer.path), shown))
        if answer.method == "POST":
            return leads
        kind = kind_of(self.stage.app, answer.path) or answer.path
        if answer.path in self.states:
            kind = f"{kind} {self.states[answer.path]}"
        look = frozenset(kind_of(self.stage.app, one) or one for one in leads)
        if (kind, look) not in self.found:
            before = sum(known == kind for known, _ in self.found)
            page = Address(
                door=self.door,
                kind=f"{kind} #{before + 1}" if before else kind,
                path=answer.path,
                status=answer.status,
                template=answer.template,
                title=shown.title or "",
            )
            self.found[kind, look] = page
            self.forms[page] = list(posting(self.stage, answer))
        return leads

    def keep_posted(
        self,
        kind: str,
        path: str,
        sent: Values,
        answer: Answer,
        *,
        foreign: bool = False,
    ) -> None:
        """Write down a page that a form was answered with."""
        page = Address(
            door=self.door,
            kind=kind,
            path=path,
            posted=sent,
            status=answer.status,
            template=answer.template,
            foreign=foreign,
        )
        self.found[kind, frozenset()] = page
        self.forms[page] = list(posting(self.stage, answer))


def kind_of(app: web.Application, path: str) -> str | None:
    """The route's path and the names in the query; None for what is no page of ours."""
    parts = urlsplit(path)
    if parts.path.startswith(_ELSEWHERE):
        return None
    route = route_of(app, parts.path)
    if route is None:
        return None
    names = sorted({name for name, value in parse_qsl(parts.query) if value})
    return route + (f" ?{','.join(names)}" if names else "")


def route_of(app: web.Application, path: str, method: str = "GET") -> str | None:
    """The path of the route that answers there, with its places in braces."""
    bare = URL(path, encoded=True).path
    for resource in app.router.resources():
        named = resource.get_info().get("formatter", resource.canonical)
        if resource._match(bare) is not None and any(
            one.method == method for one in resource
        ):
            return str(named)
    return None


def _tries(kind: str) -> int:
    """How many of a kind are opened to see whether they look different."""
    if "?" in kind:
        return 1
    return _MANY_LOOKS.get(kind, 3 if "{" in kind else 1)


def _leads(here: str, page: Page) -> Iterator[str]:
    for link in page.links:
        yield from _within(here, link)
    for form in page.forms:
        if form.method == "get":
            for sent in dict.fromkeys((form.as_it_stands, form.with_first_choices)):
                target = urlsplit(urljoin(here, form.action or here))
                yield from _within(here, f"{target.path}?{urlencode(sent)}")


def posting(stage: Stage, answer: Answer) -> Iterator[Sent]:
    """The forms of a page that post."""
    for form in Page(answer.html).forms:
        if form.method == "post":
            parts = urlsplit(urljoin(f"http://here{answer.path}", form.action))
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            action = route_of(stage.app, parts.path, "POST") or path
            yield Sent(action=action, path=path, form=form)


def _within(here: str, link: str) -> Iterator[str]:
    parts, own = urlsplit(urljoin(here, link)), urlsplit(here)
    if parts.scheme in {"http", "https"} and (
        parts.hostname in {own.hostname, "localhost"}
    ):
        yield parts.path + (f"?{parts.query}" if parts.query else "")

"""A family's own phone for tests: signed in, with a prison to book at."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.reading import rows, sent_to, text
from visitation.devices import Challenge, challenges
from visitation.lifecycle import VisitState
from visitation.places import Site as Place
from visitation.visits import Visit
from visitation.words import SiteKind


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A browser on a phone, and the world around it."""

    site: Site
    world: World

    async def code(self) -> str:
        async with self.site.database.read() as session:
            found = await session.exec(
                select(Challenge).order_by(col(Challenge.id).desc())
            )
            code = challenges.code_of(found.first(), keyring=self.site.keyring)
        assert code is not None
        return code

    async def sign_in(self) -> str:
        """Sign in with a code; where that leads."""
        await sent_to(self.site, "/sign-in/phone", {"phone": self.world.visitor.phone})
        return await self.with_code()

    async def again(self) -> str:
        """Sign in once more, a while later, in a browser that knows nobody."""
        self.site.cookies.clear()
        self.site.cookies["lang"] = "en"
        self.site.clock.forward(timedelta(minutes=2))
        return await self.sign_in()

    async def with_code(self) -> str:
        typed = {"code": await self.code()}
        return await sent_to(self.site, "/sign-in/phone/code", typed)

    async def page(self, path: str, **options: Any) -> str:
        """A page with every run of white space as one space."""
        return " ".join((await text(self.site, path, **options)).split())

    @property
    def book(self) -> str:
        return f"/mine/book/{self.world.contact.id}"

    def party(self, place: str = "own") -> dict[str, str]:
        return {"visitors": str(self.world.visitor.id), "place": place}

    def query(self, place: str = "own") -> str:
        return "&".join(f"{k}={v}" for k, v in self.party(place).items())

    async def day(self, place: str = "own") -> str:
        """The page of times of the first day that has any."""
        page = await self.page(f"{self.book}/days?{self.query(place)}")
        return links(page, "/times?")[0]

    async def times(self, place: str = "own") -> list[str]:
        return wishes(await self.page(await self.day(place)))

    async def hold(self, place: str = "own") -> str:
        """Hold the first time there is; where that leads."""
        wish = (await self.times(place))[0]
        return await sent_to(
            self.site, f"{self.book}/times", self.party(place) | {"wish": wish}
        )

    async def booked(self, place: str = "own") -> str:
        """Book the first time there is; the page that it has."""
        held = await self.hold(place)
        done = await sent_to(self.site, held)
        return links(await self.page(done), "/mine/visits/")[0]

    async def visit(self) -> Visit:
        (found,) = await rows(self.site, Visit, col(Visit.state) != VisitState.EXPIRED)
        return found


def links(page: str, part: str) -> list[str]:
    """The addresses on a page that have a part in them."""
    found = re.findall(r'href="([^"]*)"', page)
    return [one.replace("&amp;", "&") for one in found if part in one]


def wishes(page: str) -> list[str]:
    return re.findall(r'name="wish" value="([^"]*)"', page)


async def phone(site: Site, **policy: Any) -> Phone:
    """The mother's phone, signed in, in English; her point stays where it is."""
    async with site.database.write() as session:
        world = await make.world(session)
        point = await session.get_one(Place, world.point.id)
        point.kind = SiteKind.OFFICE
        session.add(point)
        if policy:
            await make.policy(session, world.prison, **policy)
    site.cookies["lang"] = "en"
    mine = Phone(site=site, world=world)
    assert await mine.sign_in() == "/mine"
    return mine

"""The booking rules for everybody: of the service, and of each prison.

The rules are the scheduler's own and the numbers those in force; nobody signs in.
"""

from aiohttp import web
from sqlmodel import col

from visitation import places
from visitation.errors import NotFound
from visitation.places import NATION, Site
from visitation.words import SiteKind
from web import rule_sentences, subjects
from web.keys import DATABASE
from web.render import render
from web.routing import PUBLIC, Route


async def index(request: web.Request) -> web.Response:
    """The rules that hold unless a prison has others, and the way to each prison's."""
    async with request.app[DATABASE].read() as session:
        policy = await places.policy_at(session, NATION)
        found = await places.find_sites(
            session, within=col(Site.closed_at).is_(None), kinds=[SiteKind.PRISON]
        )
    return render(
        request,
        "public/rules.html",
        prison=None,
        rules=rule_sentences.published(policy),
        prisons=[
            {"id": site.id, "name": site.name, "province": province.name}
            for site, province in found
        ],
    )


async def show(request: web.Request) -> web.Response:
    """The rules of one prison."""
    async with request.app[DATABASE].read() as session:
        site = await subjects.by_id(session, Site, request.match_info["prison"])
        if site is None or site.kind is not SiteKind.PRISON or site.closed_at:
            raise NotFound("prison")
        policy = await places.policy_of(session, site.id)
    return render(
        request,
        "public/rules.html",
        prison={"name": site.name},
        rules=rule_sentences.published(policy),
        prisons=[],
    )


ROUTES = (
    Route(method="GET", path="/rules", page=index, allow=PUBLIC),
    Route(method="GET", path="/rules/{prison}", page=show, allow=PUBLIC),
)

"""Things that stand, for each part of a path that names one."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests import make
from tests.make import World
from tests.visitation.professionals import practice
from tests.web.api.conftest import Program, told, wish
from visitation import audit, places
from visitation.words import SiteKind


async def known(program: Program, world: World, path: str) -> dict[str, object]:
    """Values for fields and parts of a path that name what exists."""
    found = wish(world) | {
        "site": world.prison.id,
        "site_id": world.prison.id,
        "prison": world.prison.id,
        "province": world.prison.province_id,
        "province_id": world.prison.province_id,
        "prisoner": world.prisoner.id,
        "visitor": world.visitor.id,
        "visitor_id": world.visitor.id,
        "contact": world.contact.id,
        "account": world.official.id,
        "official_id": world.official.id,
        "office_id": world.point.id,
    }
    for part, made in MAKERS.items():
        if f"{{{part}}}" in path:
            found |= {part: await made(program, world)}
    return found


async def _posted(program: Program, path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = await program.post(path, body)
    done: dict[str, Any] = await told(response, 201)
    return done


async def visit(program: Program, world: World) -> Any:
    return (await _posted(program, "/visits", wish(world)))["reference"]


async def entry(program: Program, world: World) -> Any:
    body = {
        "prisoner_id": world.prisoner.id,
        "visitor_ids": [world.visitor.id],
        "first_day": "2026-11-24",
        "last_day": "2026-11-30",
        "own_phone": True,
    }
    return (await _posted(program, "/waiting", body))["reference"]


async def plan(program: Program, world: World) -> Any:
    await entry(program, world)
    days = {"first_day": "2026-11-24", "last_day": "2026-11-26"}
    body = {"prison_id": world.prison.id} | days
    return (await _posted(program, "/plans", body))["reference"]


async def cover(program: Program, world: World) -> Any:
    body = {
        "official_id": world.official.id,
        "prison_id": world.prison.id,
        "starts_at": "2026-11-24T08:00:00+03:30",
        "ends_at": "2026-11-24T12:00:00+03:30",
        "attendance": "desk",
    }
    return (await _posted(program, "/covers", body))["reference"]


async def mobile(program: Program, world: World) -> Any:
    async with program.site.database.write() as session:
        province = await session.get_one(make.Province, world.prison.province_id)
        village = await make.point(session, province, kind=SiteKind.VILLAGE)
    stop = {
        "village_id": village.id,
        "starts_at": "2026-12-01T09:00:00+03:30",
        "ends_at": "2026-12-01T12:00:00+03:30",
    }
    body = {"office_id": world.point.id, "day": "2026-12-01", "stops": [stop]}
    return (await _posted(program, "/mobile-days", body))["reference"]


async def holiday(program: Program, world: World) -> Any:
    where = {"province_id": world.prison.province_id}
    body = {"day": "2026-12-01", "name": "روز استان"} | where
    return (await _posted(program, "/holidays", body))["id"]


async def bar(program: Program, world: World) -> Any:
    body = {
        "starts_at": "2026-11-24T00:00:00+03:30",
        "order_number": "1",
        "judge": "x",
    }
    path = f"/prisoners/{world.prisoner.id}/bars"
    return (await _posted(program, path, body))["id"]


async def pair(program: Program, world: World) -> Any:
    async with program.site.database.write() as session:
        other = await make.prisoner(session, world.prison)
    path = f"/prisoners/{world.prisoner.id}/kept-apart"
    return (await _posted(program, path, {"other_id": other.id, "reason": "x"}))["id"]


async def appointment(program: Program, world: World) -> Any:
    body = {
        "kind": "court",
        "starts_at": "2026-11-24T09:00:00+03:30",
        "ends_at": "2026-11-24T11:00:00+03:30",
    }
    path = f"/prisoners/{world.prisoner.id}/appointments"
    return (await _posted(program, path, body))["id"]


async def hours(program: Program, world: World) -> Any:
    body = {
        "weekday": "tuesday",
        "starts": "09:00",
        "ends": "12:30",
        "attendance": "desk",
        "valid_from": "2026-11-24",
    }
    path = f"/officials/{world.official.id}/hours"
    return (await _posted(program, path, body))["id"]


async def grant(program: Program, world: World) -> Any:
    site = program.site
    async with site.database.write() as session:
        granted = await places.grant_province(
            session,
            prison=await session.get_one(make.Site, world.prison.id),
            province_id=(await make.province(session, name="یزد")).id,
            reason="x",
            until=None,
            by=audit.SYSTEM,
            now=site.clock(),
        )
    return granted.id


async def licence(program: Program, world: World) -> Any:
    site = program.site
    async with site.database.write() as session:
        asked = await practice.asked(session, world, site.keyring)
    return asked.reference


#: By the name of the part of a path.
MAKERS: dict[str, Callable[[Program, World], Awaitable[Any]]] = {
    made.__name__: made
    for made in (
        visit,
        entry,
        plan,
        cover,
        mobile,
        holiday,
        bar,
        pair,
        appointment,
        hours,
        grant,
        licence,
    )
}

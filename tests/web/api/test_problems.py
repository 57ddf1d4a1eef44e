"""Whatever is wrong with a request is said as a problem, never with a 500."""

import json
from datetime import timedelta

import pytest

from tests.make import World
from tests.web.api.conftest import PREFIX, Program, told, wish
from tests.web.conftest import Site
from web.api.endpoint import PACE
from web.throttle import THROTTLE


async def test_without_a_token_nothing_is_told(site: Site) -> None:
    response = await site.client.get(f"{PREFIX}/sites")
    problem = await told(response, 401)
    assert response.content_type == "application/problem+json"
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert problem["code"] == "unauthorized"


async def test_a_cookie_is_no_token(site: Site, world: World) -> None:
    response = await site.client.get(
        f"{PREFIX}/sites", cookies={"__Host-session": "anything"}
    )
    await told(response, 401)


async def test_unknown_fields_are_refused(program: Program, world: World) -> None:
    problem = await told(await program.post("/visits", wish(world, colour=1)), 422)
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [
        ("colour", "extra_forbidden")
    ]
    problem = await told(await program.get("/visits", colour="red"), 422)
    assert [e["field"] for e in problem["errors"]] == ["colour"]


async def test_every_mistake_is_named(program: Program, world: World) -> None:
    wrong = wish(world, visitor_ids=[0, "x"], starts_at="2026-11-24T10:00:00")
    del wrong["prisoner_id"]
    problem = await told(await program.post("/visits", wrong), 422)
    assert {(e["field"], e["code"]) for e in problem["errors"]} == {
        ("visitor_ids.0", "greater_than_equal"),
        ("visitor_ids.1", "int_type"),
        ("starts_at", "timezone_aware"),
        ("prisoner_id", "missing"),
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"a":' * 200_000,
        b"[" * 100_000,
    ],
)
async def test_what_is_no_json_object_is_refused(
    program: Program, world: World, body: bytes
) -> None:
    response = await program.request(
        "POST", "/visits", data=body, headers={"Content-Type": "application/json"}
    )
    assert response.status in {413, 422}
    problem = await response.json(content_type="application/problem+json")
    assert problem["code"] in {"invalid", "too_large"}


async def test_a_form_is_not_taken_for_json(program: Program, world: World) -> None:
    response = await program.request("POST", "/visits", data={"prison_id": "1"})
    assert (await told(response, 415))["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    "instant",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-24T10:00:00"],
)
async def test_an_instant_that_cannot_be_kept_is_refused(
    program: Program, world: World, instant: str
) -> None:
    await told(await program.get("/visits", **{"from": instant}), 422)
    await told(await program.post("/visits", wish(world, starts_at=instant)), 422)


async def test_a_visit_that_ends_before_it_starts_is_refused(
    program: Program, world: World
) -> None:
    backwards = wish(world, ends_at="2026-11-24T09:00:00+03:30")
    problem = await told(await program.post("/visits", backwards), 422)
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [
        ("ends_at", "ends_before_start")
    ]


@pytest.mark.parametrize("text", ["a\x00b", "a\u202eb", "\ud800"])
async def test_text_that_cannot_be_seen_is_refused(
    program: Program, world: World, text: str
) -> None:
    await told(await program.post("/visits", wish(world, note=text)), 422)
    raw = json.dumps(wish(world)).replace(
        '"prison_id"', '"note": "\\ud800", "prison_id"'
    )
    response = await program.request(
        "POST", "/visits", data=raw, headers={"Content-Type": "application/json"}
    )
    await told(response, 422)


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "bnVsbA", "WzFd", "WyJ4IiwxXQ", "é", "[" * 200]
)
async def test_a_cursor_we_did_not_write_is_refused(
    program: Program, world: World, cursor: str
) -> None:
    problem = await told(await program.get("/visits", cursor=cursor), 422)
    assert problem["errors"][0]["field"] == "cursor"


async def test_a_parameter_given_twice_is_refused(
    program: Program, world: World
) -> None:
    response = await program.request("GET", "/visits?limit=1&limit=2")
    assert (await told(response, 422))["errors"][0]["code"] == "repeated"


@pytest.mark.parametrize(
    "path",
    ["/visits/nobody", "/sites/0", "/sites/99999999999999999999", "/sites/%00", "/x"],
)
async def test_what_does_not_exist_is_not_found(
    program: Program, world: World, path: str
) -> None:
    assert (await told(await program.get(path), 404))["code"] == "not_found"


async def test_another_method_is_not_allowed(program: Program, world: World) -> None:
    response = await program.request("DELETE", "/sites")
    assert (await told(response, 405))["code"] == "method_not_allowed"
    assert "GET" in response.headers["Allow"]


async def test_requests_are_paced(program: Program, world: World) -> None:
    throttle = program.site.client.app[THROTTLE]
    for _ in range(PACE.amount):
        await throttle.hit(PACE, "api", str(world.scheduler.id))
    response = await program.get("/sites")
    problem = await told(response, 429)
    assert problem["code"] == "too_many"
    assert 0 < int(response.headers["Retry-After"]) <= timedelta(minutes=1).seconds

"""Services done at a point: posted one by one, sent in batches, taken back."""

from datetime import timedelta
from typing import Any

import pytest

from tests import make
from tests.make import World
from tests.web.conftest import Site
from visitation.points import queue
from visitation.services import counting
from visitation.services.counting import Done
from visitation.words import Role, ServiceKind

KEY = "a-key-of-this-page"


@pytest.fixture
async def clerk(site: Site, world: World) -> Site:
    site.owner = (await site.sign_in(Role.CLERK, sites=[world.point.id])).id
    return site


async def _done(site: Site, world: World) -> tuple[Done, ...]:
    async with site.database.read() as session:
        day = queue.day_of(world.point, site.clock())
        return await counting.by_kind(session, point_id=world.point.id, day=day)


async def _tap(site: Site, world: World, **typed: str) -> int:
    typed = {"kind": "sana", "people": "۲", "key": KEY} | typed
    return (await site.post(f"/points/{world.point.id}/services", typed)).status


def _entry(site: Site, world: World, **said: Any) -> dict[str, Any]:
    return {
        "reference": "0123456789abcdef",
        "point": world.point.id,
        "kind": "petition",
        "done_at": site.clock().isoformat(),
    } | said


async def _send(site: Site, *entries: Any, **said: Any) -> tuple[int, Any]:
    whole = {
        "owner": str(site.owner),
        "sent_at": site.clock().isoformat(),
        "entries": entries,
    } | said
    response = await site.request(
        "POST",
        "/services/batch",
        json=whole,
        headers={"Origin": site.origin, "Accept": "application/json"},
    )
    return response.status, await response.json()


def _answer(became: str, words: str = "") -> tuple[int, Any]:
    named = {"reference": "0123456789abcdef", "became": became, "words": words}
    return 200, {"answers": [named]}


async def test_a_tap_without_scripts_is_kept_once(clerk: Site, world: World) -> None:
    for _twice in range(2):
        assert await _tap(clerk, world) == 303

    page = await (await clerk.get("/services")).text()
    assert await _done(clerk, world) == (
        Done(kind=ServiceKind.SANA, times=1, people=2),
    )
    assert 'id="services-times">۱<' in page


async def test_a_tap_that_cannot_be_read_says_why(clerk: Site, world: World) -> None:
    assert await _tap(clerk, world, people="هفتاد") == 422
    assert await _tap(clerk, world, people="70") == 422
    await _tap(clerk, world)
    assert await _tap(clerk, world, people="3") == 409
    assert await _done(clerk, world) == (
        Done(kind=ServiceKind.SANA, times=1, people=2),
    )


async def test_a_batch_says_of_each_entry_what_became_of_it(
    clerk: Site, world: World
) -> None:
    entry = _entry(clerk, world)

    assert await _send(clerk, entry) == _answer("kept")
    assert await _send(clerk, entry) == _answer("already")
    _status, told = await _send(clerk, entry | {"people": 4}, {"reference": 7})
    assert [one["became"] for one in told["answers"]] == ["refused"]
    assert "چیز دیگری" in told["answers"][0]["words"]


async def test_an_entry_that_makes_no_sense_stops_no_other(
    clerk: Site, world: World
) -> None:
    bad = _entry(clerk, world, reference="not-a-service", kind="magic")

    _status, told = await _send(clerk, bad, _entry(clerk, world))

    assert {one["reference"]: one["became"] for one in told["answers"]} == {
        "0123456789abcdef": "kept",
        "not-a-service": "refused",
    }


async def test_a_browser_whose_clock_is_wrong_is_put_right(
    clerk: Site, world: World
) -> None:
    theirs = clerk.clock() + timedelta(days=400)
    entry = _entry(clerk, world, done_at=(theirs - timedelta(hours=1)).isoformat())

    answer = await _send(clerk, entry, sent_at=theirs.isoformat())

    async with clerk.database.read() as session:
        day = queue.day_of(world.point, clerk.clock())
        (row,) = await counting.of_day(session, point_id=world.point.id, day=day)
    assert answer == _answer("kept")
    assert row.done_at == clerk.clock() - timedelta(hours=1)


async def test_nobody_sends_what_somebody_else_wrote(clerk: Site, world: World) -> None:
    status, _told = await _send(clerk, _entry(clerk, world), owner="999")

    assert (status, await _done(clerk, world)) == (409, ())


async def test_a_point_out_of_reach_takes_nothing(clerk: Site, world: World) -> None:
    async with clerk.database.write() as session:
        other = await make.point(session, name="روستای بالا")

    _status, told = await _send(clerk, _entry(clerk, world, point=other.id))
    posted = await clerk.post(
        f"/points/{other.id}/services", {"kind": "sana", "people": "1", "key": KEY}
    )

    assert told["answers"][0]["became"] == "refused"
    assert posted.status == 404


@pytest.mark.parametrize("sent", ["[]", "{", '{"owner": "1"}'])
async def test_what_is_no_batch_is_refused(clerk: Site, sent: str) -> None:
    response = await clerk.request(
        "POST",
        "/services/batch",
        data=sent,
        headers={"Origin": clerk.origin, "Content-Type": "application/json"},
    )

    assert response.status == 400


async def test_another_site_sends_nothing(clerk: Site, world: World) -> None:
    response = await clerk.request(
        "POST", "/services/batch", json={}, headers={"Origin": "https://evil.example"}
    )

    assert response.status == 403


async def test_whose_session_is_over_is_told_so(site: Site, world: World) -> None:
    site.owner = 1

    status, _told = await _send(site, _entry(site, world))

    assert status == 401


async def test_a_service_is_taken_back_and_counts_no_more(
    clerk: Site, world: World
) -> None:
    await _tap(clerk, world)

    await clerk.post(f"/services/{KEY}/withdraw")

    page = await (await clerk.get("/services")).text()
    assert await _done(clerk, world) == ()
    assert "پس گرفته شد" in page


async def test_a_service_out_of_reach_is_not_there(clerk: Site, world: World) -> None:
    await _tap(clerk, world)
    async with clerk.database.write() as session:
        other = await make.point(session, name="روستای بالا")
    await clerk.sign_in(Role.CLERK, username="other", sites=[other.id])

    sent = await clerk.post(f"/services/{KEY}/withdraw")

    assert sent.status == 404


async def test_the_shell_has_nobody_in_it(clerk: Site, world: World) -> None:
    shell = await (await clerk.get("/services/shell")).text()

    assert "The clerk" not in shell
    assert world.point.name not in shell
    assert 'data-owner=""' in shell


async def test_the_worker_reaches_the_page_of_services_only(clerk: Site) -> None:
    worker = await clerk.get("/services/worker.js")

    assert worker.headers["Service-Worker-Allowed"] == "/services"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.content_type == "text/javascript"
    assert '"shell": "/services/shell"' in await worker.text()


async def test_signing_out_clears_the_browser_unless_services_wait_in_it(
    clerk: Site,
) -> None:
    kept = await clerk.post("/sign-out", {"keep": "services"})
    await clerk.sign_in(Role.CLERK, username="again")
    cleared = await clerk.post("/sign-out")

    assert "Clear-Site-Data" not in kept.headers
    assert cleared.headers["Clear-Site-Data"] == '"storage"'

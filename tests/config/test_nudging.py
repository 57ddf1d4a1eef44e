"""Messages leave as soon as the request that caused them is answered."""

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from config.program import nudging
from scheduler.timetable import SENDING, TIMETABLE


async def answer(request: web.Request) -> web.Response:
    return web.Response(status=int(request.query["status"]))


async def test_what_changed_something_has_messages_sent_at_once() -> None:
    nudged: list[str] = []
    app = web.Application()
    app.router.add_route("*", "/", answer)
    app.on_response_prepare.append(nudging(nudged.append))
    seen = []
    async with TestClient(TestServer(app)) as client:
        for method, status in (
            ("GET", 200),
            ("HEAD", 200),
            ("POST", 422),
            ("POST", 500),
            ("POST", 200),
            ("POST", 303),
            ("DELETE", 204),
        ):
            before = len(nudged)
            await client.request(
                method, "/", params={"status": str(status)}, allow_redirects=False
            )
            seen.append((method, status, len(nudged) - before))
    assert [one[:2] for one in seen if one[2]] == [
        ("POST", 200),
        ("POST", 303),
        ("DELETE", 204),
    ]
    assert set(nudged) == {SENDING} <= {job.name for job in TIMETABLE}

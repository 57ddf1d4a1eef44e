"""A privileged visit that everybody tries to watch, to record and to write down.

Its picture and sound travel in the clear for the service here: nothing but the service
itself keeps it from them. What they are made of is searched for afterwards.
"""

import re
import sqlite3
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from aiohttp import ClientSession
from playwright.async_api import Browser, BrowserContext, Page
from sqlalchemy import make_url
from sqlmodel import select

from config.settings import MetricsSection, RecordingsSection, Settings
from signaling import conduct, recording_conduct, tickets
from signaling.hub import Hub
from signaling.media.engine import Privileged
from signaling.media.forwarder import Forwarder
from signaling.seats import Guest
from signaling.supervised import PrivilegedRoom
from signaling.tickets import Ticket
from signaling.views import Welcome
from tests.browser import conftest
from tests.browser.confidential import UNABLE, at_level, begun
from tests.browser.conftest import STAFF, Installation, settings_of
from tests.browser.people import open_page, sees_and_hears
from tests.signaling.media.overheard import SOUND, Overheard
from visitation.audit import SYSTEM
from visitation.errors import NotAllowed, VisitationError
from visitation.places.tables import SitePolicy
from visitation.recordings import beginning
from visitation.recordings.refusing import Privileged as NeverRecorded
from visitation.recordings.tables import Recording, RecordingConsent
from visitation.visits import Participant, Visit
from visitation.words import Part, Recorded, Role
from web.keys import LIVE

pytestmark = pytest.mark.browser

#: Written and said by whoever tries; it may stand nowhere afterwards.
MARKER = "rosewater-and-saffron"
#: What ends the visit or what a test needs, and not what could be seen or kept of it.
SPARED = re.compile(r"/(end|cancel|close|move|take-out|decline|take|sign-out|start)$")
#: As the page itself would ask, and with whatever any form wants.
ASK = """async ([method, path, fields]) => {
  const body = method === "GET" ? undefined : new URLSearchParams(fields);
  const answer = await fetch(path, {method, body, redirect: "manual"});
  return [answer.status, answer.redirected ? "" : await answer.text().catch(() => "")];
}"""


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    keys = {"first": {"secret": "a key of its own, of more than 32 bytes"}}
    section = RecordingsSection.model_validate(
        {"directory": tmp_path / "recordings", "key_id": "first", "keys": keys}
    )
    port = conftest._free_port(conftest.socket.SOCK_STREAM)
    metrics = MetricsSection.model_validate({"port": port})
    plain = settings_of(sqlite_url, tmp_path)
    return plain.model_copy(update={"recordings": section, "metrics": metrics})


async def test_nothing_of_it_is_seen_heard_or_kept_by_anybody_else(
    service: Installation,
    browser: Browser,
    settings: Settings,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    async with service.database.write() as session:
        policy = (await session.exec(select(SitePolicy))).one()
        policy.recorded = Recorded.CONSENT
    context = await browser.new_context()
    lawyer, terminal, visit = await begun(
        context, service, lawyer_lacks=UNABLE, prisoner_lacks=UNABLE
    )
    await at_level(lawyer, "transport")
    await sees_and_hears(lawyer, "prisoner")
    hub: Hub = service.app[LIVE]
    live = hub.live(visit.reference)
    assert live is not None
    engine = hub.engine
    assert isinstance(engine, Forwarder)
    people = [place.id for place in live.room.here]
    overheard = [Overheard.on(engine._routes.publications[who]) for who in people]

    answers = await _by_every_route(context, service, visit, people[0])
    await _by_the_socket(lawyer)
    await _directly(hub, service, visit, people, tmp_path)
    await sees_and_hears(terminal, "visitor")
    async with ClientSession() as client:
        url = f"http://127.0.0.1:{settings.metrics.port}/metrics"
        metrics = await (await client.get(url)).text()
    assert "visitation" in metrics
    await conduct.end(hub, visit.reference, by=SYSTEM, now=service.clock())
    await hub.settled()

    taken = list(_taken(overheard))
    assert len(taken) >= 60
    said = capfd.readouterr()
    logs = (said.out + said.err + metrics + "".join(answers)).encode()
    kept = {path: path.read_bytes() for path in _files(settings, tmp_path)}
    assert not any(path.suffix in {".journal", ".sealed"} for path in kept)
    assert not any(data.startswith(b"VSF1") for data in kept.values())
    database = _database(settings)
    assert visit.reference.encode() in database
    assert visit.reference.encode() in logs
    for data in (*kept.values(), logs, database):
        assert not any(piece in data for piece in taken)
        assert not any(piece.hex().encode() in data for piece in taken)
        assert MARKER.encode() not in data
    async with service.database.read() as session:
        assert (await session.exec(select(Recording))).all() == []
        assert (await session.exec(select(RecordingConsent))).all() == []


async def _by_every_route(
    context: BrowserContext, service: Installation, visit: Visit, person: str
) -> list[str]:
    """Every role asks for everything there is about a visit; returns what it got."""
    answers = []
    fields = {
        "participant": person,
        "kind": "audio",
        "code": "",
        "given": "true",
        "reason": "complaint",
        "paused": "",
        "note": MARKER,
        "next": "/",
    }
    for role in STAFF:
        page = await open_page(context, service, f"{role.value}-tries")
        await _signed_in(page, service, role)
        for method, path in _asked(service, visit, person):
            status, text = await page.evaluate(ASK, [method, path, fields])
            assert status < 500, (role, method, path, text[:300])
            assert 'id="call"' not in text or role is Role.OFFICIAL, (role, path)
            if "recording/" in path:
                assert status in {0, 303, 400, 403, 404, 409, 422}, (role, path, status)
            answers.append(text if method == "GET" else "")
        await page.close()
    return [one for one in answers if MARKER in one]


async def _signed_in(page: Page, service: Installation, role: Role) -> None:
    host = f"{role.value}-tries"
    await page.goto(service.url(host, "/sign-in"))
    await page.get_by_label("Username").fill(role.value)
    await page.get_by_label("Password").fill(conftest.PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/staff")


def _asked(
    service: Installation, visit: Visit, person: str
) -> Iterator[tuple[str, str]]:
    """Each route that has to do with a visit or a recording, generated ones too."""
    seen = set()
    for route in service.app.router.routes():
        pattern = route.resource.canonical if route.resource else ""
        about = "{visit}" in pattern or "recording" in pattern or "wall" in pattern
        if not about or route.method not in {"GET", "POST"} or SPARED.search(pattern):
            continue
        path = pattern.replace("{visit}", visit.reference)
        path = path.replace("{recording}", visit.reference)
        path = re.sub(r"\{participant[^}]*\}", person, path)
        path = re.sub(r"\{[^}]*\}", "1", path)
        if (route.method, path) not in seen:
            seen.add((route.method, path))
            yield route.method, path


async def _by_the_socket(page: Page) -> None:
    """Somebody in the call writes, agrees to a recording, and confides the marker."""
    await page.evaluate(
        """async (marker) => {
          const send = WebSocket.prototype.send;
          const found = await new Promise((done) => {
            WebSocket.prototype.send = function (given) {
              WebSocket.prototype.send = send;
              done(this);
              return send.call(this, given);
            };
          });
          const say = (message) => found.send(JSON.stringify(message));
          say({type: "say", code: "", text: marker});
          say({type: "consent", given: true});
          say({type: "confide", to: "", body: marker});
        }""",
        MARKER,
    )
    await page.wait_for_timeout(500)


async def _directly(
    hub: Hub, service: Installation, visit: Visit, people: list[str], folder: Path
) -> None:
    """Whoever has the service in their hands calls its parts themselves."""
    room, now = hub.live(visit.reference).room, service.clock()  # type: ignore[union-attr]
    assert isinstance(room, PrivilegedRoom)
    for name in ("watch", "write", "consent", "taping", "stop_recording"):
        assert not hasattr(room, name)
    watcher = Guest(id="spy", part=Part.MONITOR, name="", known=True)
    with pytest.raises(NotAllowed):
        room.enter(watcher, Welcome(resume=""), now=now)
    for person in people:
        with pytest.raises(Privileged):
            hub.engine.record(person, str(folder / "spy.journal"), "A" * 44)  # type: ignore[attr-defined]
    for order in (recording_conduct.stop_recording,):
        with pytest.raises(VisitationError):
            await order(hub, visit.reference, by=SYSTEM, now=now)
    with pytest.raises(NeverRecorded):
        async with service.database.write() as session:
            row = await session.get_one(Visit, visit.id)
            await beginning.begin(session, row, reference="spy", by=SYSTEM, now=now)
    await _with_a_forged_ticket(service, visit)


async def _with_a_forged_ticket(service: Installation, visit: Visit) -> None:
    """Somebody wrote themselves into the visit to watch it, and signed for it."""
    now = service.clock()
    async with service.database.write() as session:
        spy = Participant(
            reference="spy", visit_id=visit.id, part=Part.MONITOR, account_id=1
        )
        session.add(spy)
        await session.flush()
        ticket = tickets.issue(
            service.keyring, visit=visit.reference, participant_id=spy.id or 0, now=now
        )
    assert isinstance(tickets.read(service.keyring, ticket, now=now), Ticket)
    address = f"http://localhost:{service.port}"
    async with (
        ClientSession() as client,
        client.ws_connect(
            f"{address}/call/socket", headers={"Origin": address}
        ) as socket,
    ):
        await socket.send_json({"type": "join", "version": 1, "ticket": ticket})
        denied = await socket.receive_json()
    assert (denied["type"], denied["reason"]) == ("deny", "privileged")


def _taken(overheard: list[Overheard]) -> Iterator[bytes]:
    """Some of the middle of packets of sound and of picture, of both."""
    for heard in overheard:
        for kind in (SOUND, heard.picture):
            packets = (
                packet.payload[20:44]
                for packet in heard.packets
                if packet.payload_type == kind and len(packet.payload) > 60
            )
            yield from islice((one for one in packets if len(set(one)) > 8), 40)


def _files(settings: Settings, folder: Path) -> list[Path]:
    places = {folder, Path(settings.data_dir), settings.recordings.directory or folder}
    return [path for place in places for path in place.rglob("*") if path.is_file()]


def _database(settings: Settings) -> bytes:
    """The database with its write-ahead log, as they are on the disk, and its text."""
    path = Path(make_url(settings.database.url).database or "")
    files = [path, path.with_name(f"{path.name}-wal")]
    raw = b"".join(one.read_bytes() for one in files if one.exists())
    with sqlite3.connect(path) as database:
        return raw + "\n".join(database.iterdump()).encode()

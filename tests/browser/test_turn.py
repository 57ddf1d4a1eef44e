"""A call whose family reaches the service through the relay alone."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page

from config.program import running
from tests.browser.appointment import booked, both_wait
from tests.browser.chromium import FEWER_PICTURES, chromium
from tests.browser.conftest import (
    SECRET,
    Installation,
    MorningClock,
    populate,
    settings_of,
)
from tests.browser.people import inspect, let_in, open_page, sees_and_hears
from tests.relay import coturn
from tests.relay.coturn import Relay
from tests.remembering import opened
from visitation.keyring import Keyring
from web.keys import LIVE

pytestmark = pytest.mark.browser

#: A network that lets nothing out but one way to the relay.
ONE_WAY_OUT = """
  const url = URL_OF_THE_WAY;
  const Direct = window.RTCPeerConnection;
  window.legs = [];
  window.RTCPeerConnection = class extends Direct {
    constructor(given) {
      const iceServers = (given?.iceServers ?? [])
        .filter((server) => [server.urls].flat().includes(url))
        .map((server) => ({...server, urls: url}));
      super({...given, iceServers, iceTransportPolicy: "relay"});
      window.legs.push(this);
    }
  };
"""
#: What the pair that each living leg has chosen says of how it goes.
PAIRS = """async () => {
  const found = [];
  for (const leg of window.legs) {
    const reports = await leg.getStats();
    for (const report of reports.values()) {
      if (report.type !== "transport" || report.dtlsState !== "connected") continue;
      const pair = reports.get(report.selectedCandidatePairId);
      const {candidateType, relayProtocol} = reports.get(pair.localCandidateId);
      found.push(`${candidateType} over ${relayProtocol}`);
    }
  }
  return found;
}"""


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Relay]:
    async with coturn.relaying(tmp_path, coturn.own_address()) as relay:
        yield relay


@pytest.fixture
async def service(
    sqlite_url: str, tmp_path: Path, relay: Relay
) -> AsyncIterator[Installation]:
    plain = settings_of(sqlite_url, tmp_path)
    turn = plain.turn.model_validate(
        {"urls": tuple(relay.urls.values()), "secret": coturn.SECRET}
    )
    settings = plain.model_copy(update={"turn": turn})
    clock, keyring = MorningClock(), Keyring(SECRET.encode())
    # The relay knows no clock but the real one: by that, no visit may be over.
    clock.forward(timedelta(days=1))
    database = opened(sqlite_url)
    await populate(database, clock())
    async with running(settings, database, clock=clock) as app:
        yield Installation(
            port=settings.web.port,
            database=database,
            keyring=keyring,
            clock=clock,
            app=app,
        )


@pytest.mark.parametrize("way", ["udp", "tcp", "tls"])
async def test_a_call_goes_through_the_relay_alone(
    service: Installation, relay: Relay, tmp_path: Path, way: str
) -> None:
    visit, code = await booked(service)
    home = coturn.trusting_home(tmp_path, relay.authority)
    async with chromium(home, more=FEWER_PICTURES) as browser:
        context = await browser.new_context()
        family = await open_page(context, service, "family")
        url = json.dumps(relay.urls[way])
        await family.add_init_script(ONE_WAY_OUT.replace("URL_OF_THE_WAY", url))
        terminal = await open_page(context, service, "terminal")
        warden = await open_page(context, service, "warden")
        await both_wait(family, terminal, service, visit, code)
        await let_in(warden, service)

        await sees_and_hears(family, "prisoner")
        await sees_and_hears(terminal, "visitor")

        assert await ways(family) == [f"relay over {way}"] * 2
        # What forwards in a process of its own says how it stands once a second.
        await family.wait_for_timeout(1500)
        me = (await inspect(family))["me"]
        legs = service.app[LIVE].engine.statistics(me)
        assert (legs.publisher.relayed, legs.subscriber.relayed) == (True, True)


async def ways(page: Page) -> list[str]:
    """How each connected leg of the page goes."""
    return await page.evaluate(PAIRS)

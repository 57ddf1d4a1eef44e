"""Three people in a call, through our own forwarder, in real Chromium."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.appointment import booked, both_wait
from tests.browser.conftest import Installation
from tests.browser.people import (
    in_state,
    inspect,
    let_in,
    open_page,
    sees_and_hears,
    sign_in,
)
from visitation.words import Role

pytestmark = pytest.mark.browser

#: Somebody who reads the browser's question before allowing the camera.
LATE_TO_ALLOW = """
  const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (ask) navigator.mediaDevices.getUserMedia = async (what) => {
    await new Promise((done) => setTimeout(done, 6000));
    const stream = await ask(what);
    window.allowed = true;
    return stream;
  };
"""


async def test_a_call_outlives_a_lost_socket_and_a_reload(
    service: Installation, browser: Browser
) -> None:
    visit, code = await booked(service)
    context = await browser.new_context()
    family = await open_page(context, service, "family")
    terminal = await open_page(context, service, "terminal")
    official = await open_page(context, service, "official")
    warden = await open_page(context, service, "warden")

    await both_wait(family, terminal, service, visit, code)
    await official.add_init_script(LATE_TO_ALLOW)
    await sign_in(official, service, Role.OFFICIAL)
    await official.goto(service.url("official", f"/call/{visit.reference}"))

    await let_in(warden, service)
    for page in (family, terminal, official):
        await in_state(page, "live")
    await sees_and_hears(family, "prisoner", "official")
    await sees_and_hears(terminal, "visitor", "official")
    # The sound that came before the camera was allowed needs no button after it.
    await official.wait_for_function("() => window.allowed")
    await sees_and_hears(official, "visitor", "prisoner")
    await expect(official.get_by_role("button", name="Start the sound")).to_be_hidden()

    service.lose_sockets(visit.reference)
    for page in (family, terminal, official):
        await in_state(page, "live")
    await sees_and_hears(family, "prisoner", "official")

    await family.reload()
    await in_state(family, "live")
    await sees_and_hears(family, "prisoner", "official")
    await sees_and_hears(terminal, "visitor", "official")
    assert (await inspect(family))["part"] == "visitor"

"""A device that fails, a pause, many people: what the call page says, and where."""

import pytest
from playwright.async_api import Browser, expect

from signaling import conduct
from signaling.hub import Hub
from tests.browser.appointment import booked
from tests.browser.conftest import PHONE, Installation
from tests.browser.people import PATIENCE_MS, in_state, join_by_code, open_page
from visitation.audit import SYSTEM
from visitation.words import PauseReason
from web.keys import LIVE

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)

#: A device without a loudspeaker, whose owner may take a permission back.
POOR_DEVICE = """
  const list = navigator.mediaDevices?.enumerateDevices.bind(navigator.mediaDevices);
  if (list) navigator.mediaDevices.enumerateDevices = async () =>
    (await list()).filter((one) => one.kind !== "audiooutput");
  const query = navigator.permissions.query.bind(navigator.permissions);
  navigator.permissions.query = async (what) =>
    window.withdrawn ? { state: "denied" } : query(what);
"""
WITHDRAW = """() => {
  window.withdrawn = true;
  const picture = document.querySelector('[data-part-of-call="own"]');
  const [track] = picture.srcObject.getVideoTracks();
  track.stop();
  track.dispatchEvent(new Event("ended"));
}"""

#: A phone upright and lying, a tablet and a desk.
SIZES = ((375, 667), (667, 375), (1024, 768), (1280, 720))
NAME = "مریم سادات حسینی طباطبایی"
#: Puts two to four people on the page, in both directions; names those that one's own
#: picture stands on.
COVERED = """name => {
  const page = document.documentElement;
  const stage = document.querySelector('[data-part-of-call="stage"]');
  const own = document.querySelector('[data-part-of-call="own-seat"]');
  const found = [];
  page.dataset.callState = 'live';
  own.dataset.state = 'on';
  for (const dir of ['ltr', 'rtl']) for (const people of [1, 2, 3, 4]) {
    page.dir = dir;
    stage.dataset.people = String(people);
    stage.innerHTML = Array.from({ length: people }, (_, at) =>
      `<figure class="tile${at ? '' : ' tile--first'}">` +
      `<figcaption class="tile__caption"><bdi>${name}</bdi></figcaption></figure>`
    ).join('');
    const mine = own.getBoundingClientRect();
    for (const label of stage.querySelectorAll('.tile__caption')) {
      const it = label.getBoundingClientRect();
      const covers = it.left < mine.right && mine.left < it.right
        && it.top < mine.bottom && mine.top < it.bottom;
      const cut = it.left < 0 || it.right > innerWidth;
      if (covers || cut || !mine.width) found.push([dir, people]);
    }
  }
  return found;
}"""


async def test_what_fails_is_explained_and_no_name_is_covered(
    service: Installation, browser: Browser
) -> None:
    visit, code = await booked(service, attendance=None)
    hub = service.app[LIVE]
    assert isinstance(hub, Hub)
    page = await open_page(await browser.new_context(), service, "family")
    await page.add_init_script(POOR_DEVICE)
    await join_by_code(page, service, code, PHONE)
    await page.goto(service.url("family", f"/call/{visit.reference}"))
    await in_state(page, "waiting")

    await expect(page.get_by_text("No loudspeaker is connected")).to_be_visible()

    await page.evaluate(WITHDRAW)
    told = page.locator('[data-part-of-call="trouble"]')
    await expect(told).to_contain_text("The others hear you, but do not see you.")
    await expect(told).to_contain_text("The browser does not allow it any more.")
    await page.evaluate("window.withdrawn = false")
    await told.get_by_role("button", name="Try again").click()
    await expect(told).to_be_hidden()

    by = {"by": SYSTEM, "now": service.clock()}
    await conduct.start(hub, visit.reference, **by)
    for why, then in (
        (PauseReason.IDENTITY, "Please look into the camera and wait."),
        (PauseReason.LINE, "You need do nothing."),
    ):
        await conduct.pause(hub, visit.reference, paused=True, reason=why, **by)
        await in_state(page, "paused")
        await expect(page.locator("[data-why]:visible")).to_have_attribute(
            "data-why", why
        )
        await expect(page.get_by_text(then)).to_be_visible()
        await conduct.pause(hub, visit.reference, paused=False, **by)
        await expect(page.get_by_text(then)).to_be_hidden()

    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert (width, height, await page.evaluate(COVERED, NAME)) == (
            width,
            height,
            [],
        )

"""Privileged visits for stories: a lawyer and a prisoner, and what protects them."""

from typing import Any

from playwright.async_api import BrowserContext, Page

from tests.browser.appointment import booked, both_wait
from tests.browser.conftest import Installation
from tests.browser.people import PATIENCE_MS, inspect, let_in, open_page
from visitation.visits import Visit
from visitation.words import Attendance, VisitKind

#: A browser from before frames could be led through a worker.
UNABLE = "delete window.RTCRtpScriptTransform;"
#: As when the browser takes a worker's memory away.
LOSE_WORKER = """() => {
  const made = window.workers.at(-1);
  made.terminate();
  made.onerror(new Event("error"));
}"""
#: As when the service wants a leg to send on made anew.
REBUILD = """() => window.sockets.at(-1).dispatchEvent(new MessageEvent("message", {
  data: JSON.stringify({ type: "renegotiate", target: "publisher", rebuild: true }),
}))"""
#: Has a page keep its workers and sockets where a test finds them.
NOTED = """
  const Socket = window.WebSocket;
  window.sockets = [];
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      window.sockets.push(this);
    }
  };
  const Made = window.Worker;
  window.workers = [];
  window.Worker = class extends Made {
    constructor(...given) {
      super(...given);
      window.workers.push(this);
    }
  };
"""


async def confidential(
    service: Installation, *, attendance: Attendance | None = None
) -> tuple[Visit, str]:
    """A legal visit that can begin, and the lawyer's code."""
    visit, code = await booked(service, attendance=attendance)
    async with service.database.write() as session:
        row = await session.get_one(Visit, visit.id)
        row.kind = VisitKind.LEGAL
        session.add(row)
    return visit, code


async def begun(
    context: BrowserContext,
    service: Installation,
    *,
    lawyer_lacks: str = "",
    prisoner_lacks: str = "",
    attendance: Attendance | None = None,
) -> tuple[Page, Page, Visit]:
    """The lawyer's and the prisoner's pages, once the warden has started the visit."""
    visit, code = await confidential(service, attendance=attendance)
    lawyer = await open_page(context, service, "family")
    terminal = await open_page(context, service, "terminal")
    warden = await open_page(context, service, "warden")
    for page, lacks in ((lawyer, lawyer_lacks), (terminal, prisoner_lacks)):
        if lacks:
            await page.add_init_script(lacks)
    await both_wait(lawyer, terminal, service, visit, code)
    await let_in(warden, service)
    return lawyer, terminal, visit


async def protection(page: Page) -> dict[str, Any]:
    """What the page says of its protection, and what its worker has done."""
    return await page.evaluate("window.visitation.protection()")


async def at_level(page: Page, level: str, *, within: int = PATIENCE_MS) -> None:
    """Wait until the page's badge stands at a level."""
    badge = page.locator(f'[data-part-of-private="open"][data-level="{level}"]')
    await badge.wait_for(state="visible", timeout=within)


async def same_words(*pages: Page, after: list[int] | None = None) -> list[int]:
    """The words that all pages show, once they are the same, and not those before."""
    shown: list[list[int]] = []
    for _ in range(PATIENCE_MS // 250):
        shown = [(await protection(page)).get("phrase", []) for page in pages]
        if shown[0] not in ([], after) and all(one == shown[0] for one in shown):
            return shown[0]
        await pages[0].wait_for_timeout(250)
    raise AssertionError(f"the words differ: {shown}")


async def hears(page: Page, clip: str) -> None:
    """Wait until the page has begun to say a clip."""
    await page.wait_for_function(
        """clip => performance.getEntriesByType("resource")
          .some(({ name }) => name.endsWith(`/${clip}.opus`))""",
        arg=clip,
    )


async def nothing_comes(page: Page) -> None:
    """Neither a picture nor a sound of the one other arrives from now on."""
    before, now = await _arrived(page), (0, 0)
    for _ in range(3):
        await page.wait_for_timeout(700)
        before, now = now, await _arrived(page)
    assert before == now


async def _arrived(page: Page) -> tuple[int, int]:
    [one] = (await inspect(page))["people"]
    return one["frames"], one["packets"]

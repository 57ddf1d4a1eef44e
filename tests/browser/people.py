"""What people do in front of a screen, as one verb each."""

from typing import Any

from playwright.async_api import BrowserContext, Page

from tests.browser.conftest import PASSWORD, Installation
from visitation.words import Role

#: A call on a loaded test machine may take its time; a broken one takes for ever.
PATIENCE_MS = 30_000


async def open_page(context: BrowserContext, service: Installation, host: str) -> Page:
    """A tab of its own host, in English, which notes what goes wrong in it."""
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await context.add_cookies(
        [{"name": "lang", "value": "en", "url": service.url(host, "/")}]
    )
    return page


async def sign_in(page: Page, service: Installation, role: Role) -> None:
    """Sign a member of staff in."""
    await page.goto(service.url(role.value, "/sign-in"))
    await page.get_by_label("Username").fill(role.value)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/staff")


async def let_in(warden: Page, service: Installation) -> None:
    """Sign the warden in, who starts the one visit that can begin."""
    await sign_in(warden, service, Role.WARDEN)
    await warden.goto(service.url("warden", "/warden"))
    await warden.get_by_role("button", name="Let in and start").click()


async def join_by_code(
    page: Page, service: Installation, code: str, phone: str, *, host: str = "family"
) -> None:
    """Open the service on a phone of one's own and go on to the waiting room."""
    await page.goto(service.url(host, "/join"))
    await page.get_by_label("Code of the visit").fill(code)
    await page.get_by_label("Last four digits of your phone").fill(phone[-4:])
    await page.get_by_role("button", name="Go on").click()
    await page.wait_for_url("**/check*")


async def in_state(page: Page, state: str) -> None:
    """Wait until the call page says it is in a state."""
    await page.wait_for_function(
        "state => document.documentElement.dataset.callState === state", arg=state
    )


async def inspect(page: Page) -> dict[str, Any]:
    """What the call page measures: frames decoded and sound heard, per person."""
    return await page.evaluate("window.visitation.inspect()")


async def sees_and_hears(page: Page, *parts: str, within: int = PATIENCE_MS) -> None:
    """Wait until picture and sound of each of these parts grow, from now on.

    It asks again and again itself: Playwright takes the promise of an asynchronous
    predicate for a yes.
    """
    before = _measured(await inspect(page))
    now = before
    for _ in range(within // 250):
        await page.wait_for_timeout(250)
        now = _measured(await inspect(page))
        if all(_grew(before.get(part, (0, 0.0)), now.get(part)) for part in parts):
            return
    raise AssertionError(f"{parts} are not seen and heard: {before} then {now}")


def _measured(inspected: dict[str, Any]) -> dict[str, tuple[int, float]]:
    return {one["part"]: (one["frames"], one["energy"]) for one in inspected["people"]}


def _grew(before: tuple[int, float], now: tuple[int, float] | None) -> bool:
    """Whether more frames were decoded and more sound was heard.

    Counts that fell belong to a leg that was built anew; it has to earn its own.
    """
    if now is None:
        return False
    frames, energy = before if now[0] >= before[0] else (0, 0.0)
    return now[0] > frames + 5 and now[1] > energy

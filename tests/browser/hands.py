"""Somebody who has a keyboard and nothing else."""

from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import PASSWORD, Installation
from tests.browser.people import open_page
from visitation.words import Role

#: More than the longest page has places to stop at.
STOPS = 120
FOCUSED = "one => one === document.activeElement"
#: Whether the focus is on the link that leads past the menu.
SKIPS = "document.activeElement.matches('a.skip')"
#: A fragment is where Tab goes on from, as long as nothing has the focus.
WHERE = """one => {
  let from = document.activeElement;
  if (from === document.body) from = document.getElementById(location.hash.slice(1));
  if (from === null) return one.closest("main") ? "past the menu" : "ahead";
  const behind = Node.DOCUMENT_POSITION_PRECEDING;
  return from.compareDocumentPosition(one) & behind ? "behind" : "ahead";
}"""


class Hands:
    """Reaches a place by Tab and does there what its keys do."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def to(self, place: Locator) -> None:
        """Go on with Tab, or back to what lies behind, until it has the focus."""
        wanted = place.first
        await expect(wanted).to_be_visible()
        # Nothing can be asked of a page without scripts before it is there as a whole.
        await self.page.wait_for_load_state()
        where = await wanted.evaluate(WHERE)
        if where == "past the menu":
            await self.page.keyboard.press("Tab")
            # At the top; below what was pressed and is gone, Tab goes on from there.
            if await self.page.evaluate(SKIPS):
                await self.page.keyboard.press("Enter")
        key = "Shift+Tab" if where == "behind" else "Tab"
        for _ in range(STOPS):
            if await wanted.evaluate(FOCUSED):
                return
            await self.page.keyboard.press(key)
        raise AssertionError(f"{place} cannot be reached by Tab")

    async def enter(self, place: Locator) -> None:
        await self.to(place)
        await self.page.keyboard.press("Enter")

    async def follow(self, place: Locator) -> None:
        await self.to(place)
        before = self.page.url
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(lambda url: url != before)

    async def press(self, place: Locator) -> None:
        """Press a button, and say yes where that is asked."""
        await self.enter(place)
        yes = self.page.get_by_role("button", name="Yes, do it")
        if await yes.count():
            await self.enter(yes)
        await self.page.wait_for_load_state()

    async def type(self, place: Locator, text: str) -> None:
        await self.to(place)
        await self.page.keyboard.type(text)

    async def tick(self, box: Locator) -> None:
        """Tick a box, unless the page has done it."""
        await self.to(box)
        if not await box.is_checked():
            await self.page.keyboard.press("Space")
        await expect(box).to_be_checked()

    async def choose(self, wanted: Locator) -> None:
        """Choose one of several by arrows, from the one that is on."""
        group = f"input[name={await wanted.get_attribute('name')}]"
        on = self.page.locator(f"{group}:checked")
        await self.to(on if await on.count() else self.page.locator(group))
        await self.page.keyboard.press("Space")
        for _ in range(STOPS):
            if await wanted.is_checked():
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{wanted} cannot be chosen by arrows")

    async def sign_in(self, service: Installation, role: Role) -> None:
        """Sign a member of staff in."""
        await self.page.goto(service.url(role.value, "/sign-in"))
        await self.type(self.page.get_by_label("Username"), role.value)
        await self.type(self.page.get_by_label("Password"), PASSWORD)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url("**/staff")


async def signed_in(
    browser: Browser, service: Installation, role: Role, *, scripts: bool
) -> Hands:
    """A member of staff in a browser of their own, signed in by keyboard."""
    context = await browser.new_context(java_script_enabled=scripts)
    hands = Hands(await open_page(context, service, role.value))
    await hands.sign_in(service, role)
    return hands

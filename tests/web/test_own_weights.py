"""What the pages of a family's own phone weigh on a slow line.

Markup, styles and scripts as they travel, compressed; the font is asked for by the
style sheet, shown late, and kept by the browser.
"""

import gzip
import re

import pytest

from tests.web.conftest import Site
from tests.web.own import links, phone
from tests.web.reading import sent_to

#: As much as a page may weigh, in bytes (60 KB).
MOST = 60 * 1024
_IMPORT = re.compile(r"""(?:import|from)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""")
_SHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
_SCRIPT = re.compile(r'<script[^>]* src="([^"]+)"')
_MODULE = re.compile(r'data-module="([^"]+)"')


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_no_page_weighs_more_than_sixty_kilobytes(
    site: Site, language: str
) -> None:
    mine = await phone(site)
    site.cookies["lang"] = language
    party, visit = mine.query(), await mine.booked()
    day = links(await mine.page(f"{mine.book}/days?{party}"), "/times?")[0]
    held = await mine.hold()
    other = links(await mine.page(f"{visit}/move"), "/times?")[0]
    pages = [
        "/mine",
        "/mine/past",
        mine.book,
        f"{mine.book}/days?{party}",
        day,
        held,
        visit,
        f"{visit}/slip",
        f"{visit}/move",
        other,
        f"{visit}/cancel",
        "/mine/waiting",
        f"/mine/waiting/new/{mine.world.contact.id}",
        "/mine/people",
        "/mine/people/new",
        "/mine/people/asked",
    ]
    weights = {page: await weight(site, page) for page in pages}
    done = await sent_to(site, held)
    weights[done] = await weight(site, done)
    await sent_to(site, "/sign-out")
    for page in ("/sign-in/phone", "/sign-in/phone/new"):
        weights[page] = await weight(site, page)

    assert {page: sum(w) for page, w in weights.items() if sum(w) > MOST} == {}


async def weight(site: Site, page: str) -> tuple[int, int, int]:
    """The bytes of markup, styles and scripts that a page asks for."""
    response = await site.get(page)
    assert response.status == 200, page
    markup = await response.text()
    sheets = [await _packed(site, one) for one in _SHEET.findall(markup)]
    begun = _SCRIPT.findall(markup)
    root = next(one for one in begun if one.endswith("/js/main.js"))
    for modules in _MODULE.findall(markup):
        begun += [
            root.replace("main.js", f"components/{one}.js") for one in modules.split()
        ]
    scripts: dict[str, int] = {}
    while begun:
        address = begun.pop()
        if address in scripts:
            continue
        text = await (await site.get(address)).text()
        scripts[address] = _bytes(text)
        begun += [_beside(address, found) for found in _IMPORT.findall(text)]
    return _bytes(markup), sum(sheets), sum(scripts.values())


async def _packed(site: Site, address: str) -> int:
    response = await site.get(address)
    assert response.status == 200, address
    return _bytes(await response.text())


def _bytes(text: str) -> int:
    return len(gzip.compress(text.encode(), 6))


def _beside(address: str, found: str) -> str:
    folder = address.rsplit("/", 1)[0]
    for step in found.split("/"):
        if step == "..":
            folder = folder.rsplit("/", 1)[0]
        elif step != ".":
            folder = f"{folder}/{step}"
    return folder

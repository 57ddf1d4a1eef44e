"""What a page weighs: markup, styles and scripts as they travel, compressed.

The font is asked for by the style sheet, shown late, and kept by the browser.
"""

import gzip
import re
from collections.abc import Mapping

from tests.web.conftest import Site

#: As much as a page for families may weigh, in bytes (60 KB).
MOST = 60 * 1024
#: What is fetched at once; `import(…)` waits until it is wanted.
_IMPORT = re.compile(r"""(?:import|from)\s*["'](\.{1,2}/[^"']+)["']""")
_SHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
_SCRIPT = re.compile(r'<script[^>]* src="([^"]+)"')
_MODULE = re.compile(r'data-module="([^"]+)"')


def table(weights: Mapping[str, tuple[int, int, int]]) -> str:
    """Pages with their bytes, as `pytest -s` shows them."""
    rows = [
        f"{page:44}" + "".join(f"{part:8}" for part in (*parts, sum(parts)))
        for page, parts in sorted(weights.items())
    ]
    heads = ("markup", "styles", "scripts", "bytes")
    return "\n".join(("", " " * 44 + "".join(f"{one:>8}" for one in heads), *rows))


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

"""`make screenshots`: docs/gallery and docs/gallery.md, made anew.

`ARGS=folder` puts the pictures elsewhere, to compare: the index too.
"""

import asyncio
import shutil
import sys
import tempfile
from itertools import groupby
from pathlib import Path

import structlog
from playwright.async_api import Browser

from tests.browser.chromium import chromium
from tests.gallery import calls, camera, index, life, shots, stories
from tests.gallery.shots import LANGUAGES, Shot
from tests.pages import browsing, doors, registry, stage
from tests.pages.stage import Stage

DOCS = Path(__file__).parents[2] / "docs"


async def main(docs: Path) -> None:
    """Raise the stage, find every page, take its pictures, and list them."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    folder = docs / "gallery"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    titles: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as kept:
        async with (
            stage.raised(Path(kept)) as raised,
            chromium(more=calls.FLAGS) as browser,
        ):
            await life.fill(raised.database, raised.keyring, now=raised.clock())
            await doors.open_all(raised)
            await calls.asked(browser, raised, folder)
            for language in LANGUAGES:
                await calls.taken(browser, raised, language, folder)
                titles |= await stories.taken(browser, raised, language, folder)
            await stories.let_go(raised)
            addresses = await registry.known(raised)
            full = {one: len((await raised.read(one)).html) for one in addresses}
            taken = shots.chosen(full)
            for language in LANGUAGES:
                titles |= await _pages(browser, raised, taken, language, folder)
    (docs / "gallery.md").write_text(index.written(taken, titles), encoding="utf-8")
    weight = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{len(taken)} pages, {weight / 1e6:.1f} MB in {folder}")


async def _pages(
    browser: Browser, raised: Stage, taken: list[Shot], language: str, folder: Path
) -> dict[str, str]:
    """Take every shot in a language; the titles of the pages, by shot."""
    titles: dict[str, str] = {}
    by_door = sorted(taken, key=lambda shot: shot.address.door)
    for door, some in groupby(by_door, key=lambda shot: shot.address.door):
        async with browsing.entered(
            browser, raised, door, language=language, timezone_id="Asia/Tehran"
        ) as page:
            for shot in some:
                await browsing.show(page, raised, shot.address)
                titles[shot.name] = (await page.title()).split(" – ")[0]
                for size in shot.sizes:
                    file = folder / f"{shot.name}.{language}.{size}.webp"
                    await camera.take(page, file, size)
    return titles


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS))

"""`make prove-accessible`: every page and state, at every look, without a barrier.

Each address that anybody comes to, in both languages, by day and by night, at a desk
and on a phone; axe, and what does not fit or shows no focus. Prints what is in the way
behind each door, then a row for each; ends with 1 if anything was.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import structlog
from playwright.async_api import Browser
from rich.console import Console
from rich.table import Table

from tests.browser.chromium import chromium
from tests.pages import registry, shut, stage
from tests.pages.barriers import LOOKS, found_behind, look_of
from tests.pages.stage import Address, Stage


async def main(doors: frozenset[str], *, quick: bool) -> int:
    """Look at everything; how many barriers there are."""
    with tempfile.TemporaryDirectory() as folder:
        async with stage.raised(Path(folder)) as raised, chromium() as browser:
            known = _chosen(await registry.known(raised), doors)
            found = await _found(browser, raised, known, quick=quick)
            async with shut.for_work(raised):
                then = _chosen(shut.PAGES, doors)
                found |= await _found(browser, raised, then, quick=quick)
    _print(found, looks=1 if quick else len(LOOKS))
    return sum(map(len, found.values()))


def _chosen(pages: Iterable[Address], doors: frozenset[str]) -> list[Address]:
    return [one for one in pages if not doors or one.door in doors]


async def _found(
    browser: Browser, raised: Stage, pages: list[Address], *, quick: bool
) -> dict[Address, list[str]]:
    found: dict[Address, list[str]] = {}
    for door in dict.fromkeys(one.door for one in pages):
        looked = (
            (page, (look_of(page.kind),) if quick else LOOKS)
            for page in pages
            if page.door == door
        )
        behind = await found_behind(browser, raised, door, looked)
        for barrier in chain(*behind.values()):
            print(barrier)
        print(f"{door}: {len(behind)} pages and states looked at", flush=True)
        found |= behind
    return found


def _print(found: dict[Address, list[str]], *, looks: int) -> None:
    table = Table("door", "pages", "states", "looks", "barriers")
    pages = Counter(one.door for one in found if one.posted is None)
    states = Counter(one.door for one in found if one.posted is not None)
    barriers: Counter[str] = Counter()
    for one, seen in found.items():
        barriers[one.door] += len(seen)
    for door in dict.fromkeys(one.door for one in found):
        row = pages[door], states[door], looks, barriers[door]
        table.add_row(door, *map(str, row))
    totals = pages.total(), states.total(), looks, barriers.total()
    table.add_row("all", *map(str, totals), style="bold")
    Console().print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--door", action="append", default=[], help="only this one's")
    parser.add_argument("--quick", action="store_true", help="one look for each page")
    given = parser.parse_args()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR)
    )
    sys.exit(min(1, asyncio.run(main(frozenset(given.door), quick=given.quick))))

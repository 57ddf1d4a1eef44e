"""`make prove-accessible`: every page and state, at every look, without a barrier.

Takes an hour on two cores: each address that anybody comes to, in both languages,
by day and by night, at a desk and on a phone; axe, and what does not fit or shows no
focus.
Prints a row for each door and then what is in the way; ends with 1 if anything is.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
from collections import Counter
from pathlib import Path

import structlog
from playwright.async_api import Browser
from rich.console import Console
from rich.table import Table

from tests.browser.chromium import chromium
from tests.pages import registry, stage
from tests.pages.barriers import LOOKS, Look, found_on, look_of
from tests.pages.stage import Address, Stage


async def main(doors: frozenset[str], *, quick: bool) -> int:
    """Look at everything; how many barriers there are."""
    with tempfile.TemporaryDirectory() as folder:
        async with stage.raised(Path(folder)) as raised, chromium() as browser:
            known = await registry.known(raised)
            chosen = [one for one in known if not doors or one.door in doors]
            found = {
                one: await _barriers(browser, raised, one, quick=quick)
                for one in chosen
            }
    _print(found, looks=1 if quick else len(LOOKS))
    return sum(map(len, found.values()))


async def _barriers(
    browser: Browser, raised: Stage, page: Address, *, quick: bool
) -> list[str]:
    looks: tuple[Look, ...] = (look_of(page.kind),) if quick else LOOKS
    return [
        barrier
        for look in looks
        for barrier in await found_on(browser, raised, page, look)
    ]


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
    console = Console()
    console.print(table)
    for seen in found.values():
        for barrier in seen:
            console.print(barrier, markup=False, highlight=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--door", action="append", default=[], help="only this one's")
    parser.add_argument("--quick", action="store_true", help="one look for each page")
    given = parser.parse_args()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR)
    )
    sys.exit(min(1, asyncio.run(main(frozenset(given.door), quick=given.quick))))

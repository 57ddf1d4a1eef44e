"""`make prove-guessing`: strangers guess at codes, and a village does not notice.

The real application on a real server, a loopback address per stranger, a clock that
goes one second per guess. Prints how many guesses were looked at, the hits to expect
of those and of all, and the hits; then a village behind one address, the times of
refusals, and guesses at codes for signing in. `ARGS="--guesses 1000"` for less.
"""

import argparse
import asyncio
import json
import logging
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from aiohttp import ClientSession
from sqlmodel import func, select

from tests.prove.guessing_stage import Live, Stage, browsers, stage
from tests.prove.timing import Times, told_apart
from visitation.devices import Challenge
from web.sessions import CHALLENGE_COOKIE, SESSION_COOKIE

AT_ONCE = 40
SECOND = timedelta(seconds=1)
#: Whoever knows something is held up much sooner, so that a fifth tells as much.
KNOWING = 0.2
CODES, ENDINGS = 1_000_000, 10_000
#: At a kiosk a code is enough: beside what is to be expected, no more hits than this.
KIOSK_LUCK = 3
#: How many guesses at codes for signing in a phone bears in a day.
CHECKS_A_DAY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """Somebody who guesses: from how many addresses, and with what chance each."""

    name: str
    addresses: int
    chance: float
    guess: Callable[[], dict[str, str]]
    at_kiosk: bool = False
    share: float = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of somebody's guesses."""

    name: str
    guesses: int
    looked_at: int
    hits: int
    expected: float
    expected_without: float


def strangers(on: Stage, luck: random.Random, addresses: int) -> list[Stranger]:
    slip = luck.choice(on.live)

    def code() -> str:
        return f"{luck.randrange(CODES):06}"

    def ending() -> str:
        return f"{luck.randrange(ENDINGS):04}"

    live = len(on.live)
    blind = live / CODES / ENDINGS
    return [
        Stranger(
            name="blind, one address",
            addresses=1,
            chance=blind,
            guess=lambda: {"code": code(), "phone": ending()},
        ),
        Stranger(
            name="blind, many addresses",
            addresses=addresses,
            chance=blind,
            guess=lambda: {"code": code(), "phone": ending()},
        ),
        Stranger(
            name="knows a family's phone",
            addresses=addresses,
            chance=sum(one.ending == slip.ending for one in on.live) / CODES,
            guess=lambda: {"code": code(), "phone": slip.ending},
            share=KNOWING,
        ),
        Stranger(
            name="found a family's slip",
            addresses=addresses,
            chance=1 / ENDINGS,
            guess=lambda: {"code": slip.code, "phone": ending()},
            share=KNOWING,
        ),
        Stranger(
            name="at a kiosk, code alone",
            addresses=1,
            chance=live / CODES,
            guess=lambda: {"code": code()},
            share=KNOWING,
            at_kiosk=True,
        ),
    ]


async def tried(on: Stage, who: Stranger, guesses: int, first: int) -> Tried:
    statuses: list[int] = []
    async with browsers(who.addresses, first=first) as opened:

        async def guess(number: int) -> None:
            on.clock.forward(SECOND)
            cookie = on.kiosk_cookie if who.at_kiosk else ""
            browser = opened[number % len(opened)]
            status, _ = await on.post(browser, "/join", who.guess(), cookie)
            statuses.append(status)

        await side_by_side(guess, guesses)
    assert set(statuses) <= {303, 422, 429}, set(statuses)
    hits = statuses.count(303)
    looked_at = statuses.count(422) + hits
    return Tried(
        name=who.name,
        guesses=guesses,
        looked_at=looked_at,
        hits=hits,
        expected=looked_at * who.chance,
        expected_without=guesses * who.chance,
    )


async def village(on: Stage, people: int, luck: random.Random, first: int) -> int:
    """How many of a village, all behind one address, were not let in."""
    shut_out = 0
    async with browsers(1, first=first) as (browser,):

        async def come(number: int) -> None:
            nonlocal shut_out
            on.clock.forward(SECOND)
            one = on.live[number]
            if luck.random() < 0.1:
                await on.post(browser, "/join", _mistyped(one, luck))
            right = {"code": one.code, "phone": one.ending}
            status, cookies = await on.post(browser, "/join", right)
            shut_out += status != 303 or SESSION_COOKIE not in cookies

        await side_by_side(come, people)
    return shut_out


def _mistyped(one: Live, luck: random.Random) -> dict[str, str]:
    typed = {"code": one.code, "phone": one.ending}
    field = luck.choice(list(typed))
    at = luck.randrange(len(typed[field]))
    wrong = str((int(typed[field][at]) + 1) % 10)
    return typed | {field: typed[field][:at] + wrong + typed[field][at + 1 :]}


async def times(on: Stage, each: int, luck: random.Random, first: int) -> Times:
    """How long refusals take, one after another and in turn."""
    found: Times = {"unknown": [], "wrong phone": [], "expired": []}
    loop = asyncio.get_running_loop()
    known = {one.code for one in (*on.live, *on.over)}
    async with browsers(each, first=first) as opened:
        for number, browser in enumerate(opened):
            on.clock.forward(60 * SECOND)
            real, gone = on.live[-1 - number], luck.choice(on.over)
            fresh = next(
                code
                for code in iter(lambda: f"{luck.randrange(CODES):06}", "")
                if code not in known
            )
            away = f"{(int(real.ending) + 1 + luck.randrange(9000)) % ENDINGS:04}"
            typed = {
                "unknown": (fresh, away),
                "wrong phone": (real.code, away),
                "expired": (gone.code, gone.ending),
            }
            for kind in luck.sample(list(typed), 3):
                code, phone = typed[kind]
                began = loop.time()
                status, _ = await on.post(
                    browser, "/join", {"code": code, "phone": phone}
                )
                assert status == 422, (kind, status)
                found[kind].append(loop.time() - began)
    return found


async def signing_in(on: Stage, guesses: int, resends: int, first: int) -> int:
    """How many guesses at the codes of one phone were compared with a code."""
    phone = on.live[0].phone
    async with browsers(1, first=first) as (browser,):
        _, cookies = await on.post(browser, "/sign-in/phone", {"phone": phone})
        reference = cookies[CHALLENGE_COOKIE]
        for number in range(resends):
            on.clock.forward(61 * SECOND)
            cookie = f"{CHALLENGE_COOKIE}={reference}"
            for path, typed in (
                ("/sign-in/phone/again", {}),
                ("/sign-in/phone", {"phone": phone}),
            ):
                _, cookies = await on.post(browser, path, typed, cookie)
                reference = cookies.get(CHALLENGE_COOKIE, reference)
            await _guess_codes(on, browser, reference, number, guesses // resends)
    async with on.database.read() as session:
        return (await session.exec(select(func.sum(Challenge.tries)))).one() or 0


async def _guess_codes(
    on: Stage, browser: ClientSession, reference: str, round_: int, count: int
) -> None:
    async def guess(number: int) -> None:
        typed = {"code": f"{(round_ * count + number) * 99 % CODES:06}"}
        cookie = f"{CHALLENGE_COOKIE}={reference}"
        status, _ = await on.post(browser, "/sign-in/phone/code", typed, cookie)
        assert status in {422, 429}, status

    await side_by_side(guess, count)


async def side_by_side(act: Callable[[int], Awaitable[None]], count: int) -> None:
    numbers = iter(range(count))

    async def one_after_another() -> None:
        for number in numbers:
            await act(number)

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    codes: int = 5_000
    guesses: int = 10_000
    addresses: int = 1_000
    people: int = 400
    each: int = 60
    resends: int = 100


async def proved(folder: Path, size: Size, *, seed: int) -> dict[str, Any]:
    luck = random.Random(seed)
    found: list[Tried] = []
    async with stage(folder, codes=size.codes, luck=luck) as on:
        for number, who in enumerate(strangers(on, luck, size.addresses)):
            guesses = int(size.guesses * who.share)
            one = await tried(on, who, guesses, 1 + number * size.addresses)
            found.append(one)
            print(
                f"{one.name:24} {one.guesses:6} guesses, {one.looked_at:6} looked at; "
                f"hits expected {one.expected:.4f} (all looked at: "
                f"{one.expected_without:.4f}), observed {one.hits}",
                flush=True,
            )
        first = 10 * size.addresses
        shut_out = await village(on, size.people, luck, first)
        print(f"village of {size.people}, one address: {shut_out} shut out", flush=True)
        measured = await times(on, size.each, luck, first + 10)
        apart = told_apart(measured)
        checks = await signing_in(on, size.guesses, size.resends, first + 5)
        print(
            f"signing in: {size.guesses} guesses, {size.resends} resends, "
            f"{checks} compared",
            flush=True,
        )
    *away, kiosk = found
    return {
        "prove": "guessing",
        "hits": sum(one.hits for one in away),
        "expected": round(sum(one.expected for one in away), 4),
        "expected_without_limits": round(sum(one.expected_without for one in away), 3),
        "kiosk_hits": kiosk.hits,
        "kiosk_expected": round(kiosk.expected, 3),
        "kiosk_expected_without_limits": round(kiosk.expected_without, 1),
        "shut_out": shut_out,
        "told_apart": apart,
        "sign_in_compared": checks,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guesses", type=int, default=Size().guesses)
    fresh = random.SystemRandom().getrandbits(32)
    parser.add_argument("--seed", type=int, default=fresh)
    asked = parser.parse_args()
    level = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=level)
    print(f"seed {asked.seed}", flush=True)
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        size = Size(guesses=asked.guesses)
        found = asyncio.run(proved(Path(folder), size, seed=asked.seed))
    print(json.dumps(found))
    failed = found["hits"] or found["shut_out"] or found["told_apart"]
    lucky = found["kiosk_hits"] > found["kiosk_expected"] + KIOSK_LUCK
    sys.exit(bool(failed or lucky or found["sign_in_compared"] > CHECKS_A_DAY))


if __name__ == "__main__":
    main()

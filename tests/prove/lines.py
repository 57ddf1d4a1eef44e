"""`make prove-lines`: calls in real browsers on the lines that families have.

A terminal on a good line and a family on a bad one, through the whole service. A second
counts as heard when less than half of its sound was made up by the browser. Rate and
loss are those of each direction, with IP and UDP headers counted; half of the delay is
the way up and half of it the way down. `ARGS="2.5g outage --seconds 30"` chooses.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import structlog

from tests.impair import diary
from tests.impair.call import BadCall, waiting
from tests.impair.line import Direction, Way

SETTLING: Final = 15
CUT: Final = 10
PATIENCE: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A kind of line and what must hold on it.

    Attributes:
        way: each direction.
        heard: share of seconds that must be heard.
    """

    way: Way
    heard: float


PROFILES: Final = {
    "2.5g": Profile(way=Way(rate=150_000, delay=0.1, loss=0.03), heard=0.99),
    "poor-3g": Profile(way=Way(rate=400_000, delay=0.175, loss=0.05), heard=0.99),
    "very-bad": Profile(way=Way(rate=1_000_000, delay=0.25, loss=0.10), heard=0.99),
    "satellite": Profile(way=Way(rate=2_000_000, delay=0.3), heard=0.99),
    "call-drop": Profile(way=Way(rate=50_000, delay=0.25, loss=0.20), heard=0.95),
}
FAR: Final = Way(delay=0.35)
FAR_SECONDS: Final = 90
SOUND_BACK, PICTURE_BACK = 3.0, 10.0

HEAD: Final = (
    f"{'line':10} {'towards':9} {'heard':>7} {'made up':>8} {'seen':>6}"
    f" {'given up':>8} {'freezes':>7} {'quality':>10} {'lines':>5} {'RTT':>7}"
    f" {'lost':>6}"
)


async def measured(
    name: str, profile: Profile, seconds: int
) -> list[dict[str, object]]:
    """One call on one line, after it has settled."""
    with tempfile.TemporaryDirectory() as directory:
        async with waiting(Path(directory)) as call:
            await call.begin(up=profile.way, down=profile.way)
            await asyncio.sleep(SETTLING)
            before = _counted(call)
            watched = await call.watch(seconds)
            lost = _lost(before, _counted(call))
    rows = []
    for who, share in (("family", lost[1]), ("terminal", lost[0])):
        summed = diary.summary(watched[who])
        print(
            f"{name:10} {who:9} {summed.heard:7.1%} {summed.concealed:8.1%}"
            f" {summed.seen:6.0%} {summed.given_up:8.0%} {summed.freezes:7}"
            f" {summed.quality:>10} {summed.height:5} {1000 * summed.rtt:4.0f} ms"
            f" {share:6.1%}",
            flush=True,
        )
        missing = diary.moments(watched[who])
        unheard = [second for second, each in enumerate(missing) if not each.heard]
        rows.append(
            {
                "line": name,
                "towards": who,
                **asdict(summed),
                "lost": share,
                "unheard": unheard,
            }
        )
    return rows


async def outage() -> dict[str, float | None]:
    """The line of a good call is cut for ten seconds."""
    with tempfile.TemporaryDirectory() as directory:
        async with waiting(Path(directory)) as call:
            good = Way(delay=0.03)
            await call.begin(up=good, down=good)
            await asyncio.sleep(SETTLING)
            await call.watch(3)
            call.relay.cut()
            await asyncio.sleep(CUT)
            back_at = {
                who: await page.evaluate("performance.now() / 1000")
                for who, page in (("family", call.family), ("terminal", call.terminal))
            }
            call.relay.mend()
            await asyncio.sleep(PATIENCE)
            watched = await call.watched()
    found: dict[str, float | None] = {}
    for who, since in back_at.items():
        sound, picture = diary.back(watched[who], since, within=PATIENCE)
        found |= {f"{who}_sound": sound, f"{who}_picture": picture}
        print(
            f"outage     {who:9} sound back {_after(sound)}, picture {_after(picture)}"
        )
    return found


async def far() -> dict[str, object]:
    """A round trip of 0.7 s for a minute and a half."""
    with tempfile.TemporaryDirectory() as directory:
        async with waiting(Path(directory)) as call:
            await call.begin(up=FAR, down=FAR)
            await asyncio.sleep(SETTLING)
            watched = await call.watch(FAR_SECONDS)
    heard = min(diary.summary(each).heard for each in watched.values())
    state = watched["family"][-1]["state"]
    tries = sum(
        leg["tries"] for each in watched.values() for leg in each[-1]["legs"].values()
    )
    print(f"far        both      {heard:7.1%} heard, {state}, {tries} legs built anew")
    return {"heard": heard, "state": state, "rebuilt": tries}


def _counted(call: BadCall) -> tuple[tuple[int, int], tuple[int, int]]:
    def counts(direction: Direction) -> tuple[int, int]:
        return direction.lost, direction.passed

    return counts(call.relay.up), counts(call.relay.down)


def _lost(
    before: tuple[tuple[int, int], ...], after: tuple[tuple[int, int], ...]
) -> list[float]:
    shares = []
    for (lost, passed), (lost_then, passed_then) in zip(before, after, strict=True):
        gone, came = lost_then - lost, passed_then - passed
        shares.append(gone / max(1, gone + came))
    return shares


def _after(seconds: float | None) -> str:
    return "never" if seconds is None else f"after {seconds:.1f} s"


def _held(
    rows: list[dict[str, object]],
    back: dict[str, float | None] | None,
    long: dict[str, object] | None,
) -> list[str]:
    """What did not reach its goal, in words."""
    missed = [
        f"{row['line']} towards {row['towards']}: {row['heard']:.1%} heard"
        for row in rows
        if float(str(row["heard"])) < PROFILES[str(row["line"])].heard
    ]
    for what, after in (back or {}).items():
        limit = SOUND_BACK if what.endswith("sound") else PICTURE_BACK
        if after is None or after > limit:
            missed.append(f"outage: {what} back {_after(after)}")
    if long and (long["state"] != "live" or long["rebuilt"]):
        missed.append(f"far: {long}")
    return missed


async def prove(names: list[str], seconds: int) -> bool:
    """Measures what was named, prints it, and says whether all of it holds."""
    print(HEAD)
    rows: list[dict[str, object]] = []
    for name in names:
        if name in PROFILES:
            rows += await measured(name, PROFILES[name], seconds)
    back = await outage() if "outage" in names else None
    long = await far() if "far" in names else None
    missed = _held(rows, back, long)
    for each in missed:
        print(f"missed: {each}")
    print(
        json.dumps(
            {
                "prove": "lines",
                "lines": rows,
                "outage": back,
                "far": long,
                "missed": missed,
            }
        )
    )
    return not missed


def main() -> None:
    every = [*PROFILES, "outage", "far"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="line", choices=[*every, []])
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR)
    )
    sys.exit(not asyncio.run(prove(asked.names or every, asked.seconds)))


if __name__ == "__main__":
    main()

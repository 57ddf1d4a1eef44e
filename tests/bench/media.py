"""`make bench-media`: how many rooms a core carries, beside Janus and `MediaRelay`.

Everybody sends 720p30 VP8 at about 1 Mbit/s and Opus over real ICE and DTLS-SRTP.
Each server has one core to itself, the load has the other one; the servers take
turns in every round, so that a change of the host's mood meets all of them.
At half of what ours carries the same rooms are also recorded (see `recording`).
ARGS=--quick gives a first idea in three minutes, ARGS="--recording 30" that part alone.
"""

import argparse
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

import structlog
import uvloop

from tests.bench import janus, recording, servers
from tests.bench.measuring import Bout, Pace, Result, capacity, growth
from tests.bench.servers import JanusRooms, OurForwarder, Relay, Server
from tests.bench.trace import Trace, record

Make = Callable[[], Server]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How thorough it is.

    Attributes:
        rounds: how often the servers are taken to their limit.
        step: rooms from one measurement to the next in the first round.
        fine: the same near the limit, in the rounds after it.
        trio_step: rooms of three people from one measurement to the next.
        most: rooms after which nobody looks for a limit any more.
        turns: how often the rooms are recorded.
    """

    rounds: int
    step: int
    fine: int
    trio_step: int
    pace: Pace
    most: int = 240
    turns: int = 5


FULL = Plan(rounds=3, step=15, fine=5, trio_step=10, pace=Pace(settle=1.0, measure=3.0))
QUICK = Plan(
    rounds=1,
    step=20,
    fine=10,
    trio_step=0,
    pace=Pace(settle=1.0, measure=2.5),
    turns=3,
)
HEAD = (
    f"{'server':<14}{'people':>7}{'rooms':>6}{'CPU %':>7}{'CPU %/room':>11}"
    f"{'MB/room':>8}{'µs/packet':>10}{'p50 ms':>8}{'p99 ms':>8}{'loss %':>8}"
    f"{'fps':>6}{'wait %':>7}{'late ms':>8}"
)


def show(result: Result) -> None:
    decodes = result.server == Relay.name
    timed = "-" if decodes else f"{result.us_per_packet:.1f}"
    print(
        f"{result.server:<14}{result.people:>7}{result.rooms:>6}"
        f"{100 * result.cpu:>7.1f}{100 * result.cpu / max(1, result.rooms):>11.2f}"
        f"{result.memory / 1e6:>8.2f}{timed:>10}"
        + (f"{'-':>8}" * 3 if decodes else "")
        + (
            ""
            if decodes
            else f"{result.p50:>8.2f}{result.p99:>8.2f}{100 * result.loss:>8.2f}"
        )
        + f"{result.fps:>6.1f}{100 * result.waited:>7.1f}{result.late:>8.2f}",
        flush=True,
    )


def to_the_limit(plan: Plan, before: int) -> Iterable[int]:
    """Numbers of rooms to try, given the limit found before; 0 for none."""
    if not before:
        return [1, *range(plan.step, plan.most, plan.step)]
    known = [max(1, before // 2), max(1, before * 7 // 10)]
    begin = max(known[-1] + 1, before - 2 * plan.step // 3)
    return sorted({*known, *range(begin, plan.most, plan.fine)})


async def rounds(
    plan: Plan, makes: dict[str, Make], trace: Trace
) -> dict[str, list[list[Result]]]:
    """Takes every server to its limit, in turn, as often as planned."""
    found: dict[str, list[list[Result]]] = {name: [] for name in makes}
    for number in range(plan.rounds):
        print(f"\nround {number + 1} of {plan.rounds}\n{HEAD}", flush=True)
        for name, make in makes.items():
            before = capacity(found[name][-1]) if found[name] else 0
            steps = [1] if name == Relay.name else to_the_limit(plan, before)
            found[name].append(
                await growth(Bout(make(), trace), steps, plan.pace, show)
            )
    return found


async def trios(plan: Plan, makes: dict[str, Make], trace: Trace) -> None:
    """Rooms of three, in which everything goes to two others."""
    print(f"\nrooms of three people\n{HEAD}", flush=True)
    limits = {}
    for name, make in makes.items():
        if name != Relay.name:
            steps = range(plan.trio_step, plan.most, plan.trio_step)
            bout = Bout(make(), trace, people=3)
            limits[name] = capacity(await growth(bout, steps, plan.pace, show))
    print(f"rooms of three that a core carries: {limits}")


async def at_share(plan: Plan, make: Make, trace: Trace, rooms: int) -> Result:
    """One more look at our own at a share of what it carries."""
    (result,) = await growth(
        Bout(make(), trace),
        [max(1, rooms)],
        Pace(settle=plan.pace.settle, measure=2 * plan.pace.measure),
        show,
    )
    return result


def ratios(found: dict[str, list[list[Result]]]) -> dict[str, list[float]]:
    """How many times more our forwarder carries, round by round.

    `MediaRelay` carries no room within the limits; it is compared by the share of a
    core that its one room takes, against a room of ours where most are carried.
    """
    ours = [capacity(results) for results in found[OurForwarder.name]]
    told: dict[str, list[float]] = {}
    for name, results in found.items():
        if name == OurForwarder.name or not results:
            continue
        if name == Relay.name:
            shares = [each.cpu for (each,) in results]
            costs = [
                [each.cpu / each.rooms for each in own if each.carried][-1:]
                for own in found[OurForwarder.name]
            ]
            told[name] = [
                share / cost
                for share, known in zip(shares, costs, strict=True)
                for cost in known
            ]
        else:
            limits = [capacity(each) for each in results]
            told[name] = [a / b for a, b in zip(ours, limits, strict=True) if b]
    return told


async def run(plan: Plan) -> dict[str, object]:
    """Everything; the last line of it."""
    host = janus.own_address()
    makes: dict[str, Make] = {"forwarder": lambda: OurForwarder(host)}
    if why := janus.missing():
        print(f"Janus is left out: {why}.")
    elif host == "127.0.0.1":
        print(
            "Janus is left out: it gathers no loopback address, and there is no other."
        )
    else:
        makes["janus tuned"] = lambda: JanusRooms(host, event_loops=1)
        makes["janus default"] = lambda: JanusRooms(host, event_loops=0)
    makes[Relay.name] = lambda: Relay(host)
    trace = record()
    print(f"720p30 VP8 at {trace.bitrate / 1e6:.2f} Mbit/s and Opus, to {host}")
    found = await rounds(plan, makes, trace)
    limits = [capacity(results) for results in found[OurForwarder.name]]
    carried = int(median(limits))
    if plan.trio_step:
        await trios(plan, makes, trace)
    print(f"\nat half and at 70 % of {carried} rooms\n{HEAD}", flush=True)
    half = await at_share(plan, makes[OurForwarder.name], trace, carried // 2)
    most = await at_share(plan, makes[OurForwarder.name], trace, carried * 7 // 10)
    print("\nrooms of two that a core carries, by round")
    for name, results in found.items():
        print(f"  {name:<14}" + "".join(f"{capacity(each):>6}" for each in results))
    told = ratios(found)
    for name, each in told.items():
        if not each:
            continue
        print(f"  {median(each):.2f} times {name} ({min(each):.2f} to {max(each):.2f})")
    kept = await recording.run(
        lambda: OurForwarder(host),
        host,
        trace,
        rooms=max(1, carried // 2),
        pace=plan.pace,
        turns=plan.turns,
    )
    print("late: how late the load itself was; wait: the core was another's")

    def ratio(name: str) -> float | None:
        return round(median(told[name]), 2) if told.get(name) else None

    return {
        "bench": "media",
        "rooms_per_core": carried,
        "ratio_janus_tuned": ratio("janus tuned"),
        "ratio_janus_default": ratio("janus default"),
        "ratio_media_relay": ratio(Relay.name),
        "us_per_packet": round(half.us_per_packet, 2),
        "p99_ms": round(most.p99, 2),
        **kept,
    }


async def recorded(rooms: int) -> dict[str, object]:
    """Only what recording costs."""
    host = janus.own_address()
    pace = Pace(settle=1.0, measure=4.0)
    kept = await recording.run(
        lambda: OurForwarder(host), host, record(), rooms=rooms, pace=pace, turns=5
    )
    return {"bench": "media", **kept}


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a first idea")
    parser.add_argument(
        "--recording", type=int, metavar="ROOMS", help="only what recording costs"
    )
    asked = parser.parse_args()
    chosen = QUICK if asked.quick else FULL
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    servers.keep_to(servers.LOAD_CORE)
    told = await (recorded(asked.recording) if asked.recording else run(chosen))
    print(json.dumps(told))


if __name__ == "__main__":
    uvloop.run(main())

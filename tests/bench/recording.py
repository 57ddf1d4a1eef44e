"""What recording costs: the same rooms in one process, with it and without, in turn.

Both people of a room are recorded, on the disk that holds temporary files. A turn with
recording is compared with the turns before and after it, so that a change of the host's
mood meets all of them. Beside it is one room of aiortc's `MediaRecorder`, which decodes
what it is sent and encodes it again.
"""

import base64
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.measuring import Bout, Pace, Result
from tests.bench.servers import OurForwarder, RecordingRelay, Relay
from tests.bench.trace import Trace

HEAD = (
    f"{'server':<15}{'rooms':>6}{'recorded':>9}{'CPU %/room':>11}{'MB/room':>8}"
    f"{'p50 ms':>8}{'p99 ms':>8}{'loss %':>8}{'fps':>6}{'wait %':>7}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What recording adds to so many rooms.

    Attributes:
        plain: the turns without it, one more than those with it.
        recorded: the turns with it.
        octets: a second and room that were written.
    """

    plain: list[Result]
    recorded: list[Result]
    octets: float

    @property
    def cpu(self) -> float:
        """Share of a core for each room, above forwarding."""
        before, after = self.plain, self.plain[1:]
        return median(
            (each.cpu - (one.cpu + other.cpu) / 2) / each.rooms
            for one, each, other in zip(before, self.recorded, after, strict=False)
        )

    @property
    def threads(self) -> float:
        """How much of that is in threads beside the one that forwards."""
        return median(each.beside / each.rooms for each in self.recorded)

    @property
    def memory(self) -> float:
        """Bytes for each room, above those of the first turn without it."""
        return self.recorded[-1].memory - self.plain[0].memory

    def p99(self, *, recorded: bool) -> float:
        """Milliseconds, the middle of all turns."""
        return median(each.p99 for each in (self.recorded if recorded else self.plain))


def show(result: Result, *, recorded: bool, decodes: bool = False) -> None:
    timed = f"{'-':>8}" * 3
    if not decodes:
        timed = f"{result.p50:>8.2f}{result.p99:>8.2f}{100 * result.loss:>8.2f}"
    print(
        f"{result.server:<15}{result.rooms:>6}{'yes' if recorded else 'no':>9}"
        f"{100 * result.cpu / result.rooms:>11.2f}{result.memory / 1e6:>8.2f}"
        f"{timed}{result.fps:>6.1f}{100 * result.waited:>7.1f}",
        flush=True,
    )


async def ours(
    server: OurForwarder, trace: Trace, rooms: int, pace: Pace, turns: int
) -> Cost:
    """Records our rooms, turn by turn."""
    bout = Bout(server, trace)
    plain: list[Result] = []
    recorded: list[Result] = []
    key = base64.b64encode(os.urandom(32)).decode()
    with tempfile.TemporaryDirectory() as directory:
        await bout.start()
        try:
            await bout.grow(rooms)
            # A process that has just begun still finds its size.
            await bout.measure(pace)
            plain.append(await bout.measure(pace))
            show(plain[-1], recorded=False)
            octets = 0.0
            for turn in range(turns):
                server.record(directory, key, turn)
                recorded.append(await bout.measure(pace))
                octets += server.end_recording(directory, turn) / turns
                show(recorded[-1], recorded=True)
                plain.append(await bout.measure(pace))
                show(plain[-1], recorded=False)
        finally:
            await bout.close()
    assert not server.stopped, "a recording ended by itself"
    return Cost(plain=plain, recorded=recorded, octets=octets / rooms)


async def theirs(host: str, trace: Trace, pace: Pace) -> float:
    """Percents of a core that `MediaRecorder` adds to one room of `MediaRelay`."""
    cpu: list[float] = []
    with tempfile.TemporaryDirectory() as directory:
        for server in (Relay(host), RecordingRelay(host, directory)):
            bout = Bout(server, trace)
            await bout.start()
            try:
                await bout.grow(1)
                result = await bout.measure(pace)
            finally:
                await bout.close()
            recorded = isinstance(server, RecordingRelay)
            show(result, recorded=recorded, decodes=True)
            assert not recorded or any(_size(each) for each in _files(directory))
            cpu.append(100 * result.cpu)
    return cpu[1] - cpu[0]


def _files(directory: str) -> list[Path]:
    return list(Path(directory).iterdir())


def _size(path: Path) -> int:
    return path.stat().st_size


async def run(
    make: Callable[[], OurForwarder],
    host: str,
    trace: Trace,
    *,
    rooms: int,
    pace: Pace,
    turns: int,
) -> dict[str, float]:
    """All of it; what the last line says of it."""
    print(f"\nwhat recording adds to {rooms} rooms of two\n{HEAD}", flush=True)
    cost = await ours(make(), trace, rooms, pace, turns)
    added = await theirs(host, trace, pace)
    without, recorded = cost.p99(recorded=False), cost.p99(recorded=True)
    print(
        f"recording adds {100 * cost.cpu:.2f} % of a core a room,"
        f" {100 * cost.threads:.2f} of it in threads of its own,"
        f" and {cost.memory / 1e6:.2f} MB;"
        f" it writes {cost.octets / 1e3:.0f} KB a second and room.\n"
        f"p99 is {without:.2f} ms without and {recorded:.2f} ms with it.\n"
        f"MediaRecorder adds {added:.0f} % of a core to its one room."
    )
    return {
        "recording_cpu_pct": round(100 * cost.cpu, 3),
        "recording_mb": round(cost.memory / 1e6, 2),
        "recording_p99_ms": round(recorded, 2),
        "unrecorded_p99_ms": round(without, 2),
    }

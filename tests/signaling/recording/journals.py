"""Journals as the forwarder would have written them, of senders that are made up.

True time is that of our own clock; each sender's clocks run as they are told to.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder

from signaling.media.recording import journal
from signaling.media.recording.journal import Entry
from tests.signaling.recording import coded
from tests.signaling.recording.coded import Taken
from visitation.recordings.sealed import Purpose, Sealer, new_header

KEY = bytes(range(32))
#: What the monotonic clock says at true time 0, and what the wall says.
MONOTONIC, WALL = 5_000.0, 1_790_000_000.0
NTP = 2_208_988_800
TYPES = {"opus": 111, "vp8": 96, "h264": 102}


@dataclass
class Line:
    """What happens to packets on their way.

    Attributes:
        delay: seconds that each takes at least.
        jitter: seconds that it may take longer.
        loss: the share that does not come.
        repeated: the share of that which comes later all the same.
        twice: the share that comes twice.
    """

    delay: float = 0.05
    jitter: float = 0.0
    loss: float = 0.0
    repeated: float = 0.0
    twice: float = 0.0
    random: Random = field(default_factory=lambda: Random(1))

    def arrivals(self, sent: float) -> list[float]:
        draw = self.random.random
        at = sent + self.delay + self.jitter * draw() ** 4
        if draw() < self.loss:
            return [at + 0.15] if draw() < self.repeated else []
        return [at, at + 0.01] if draw() < self.twice else [at]


@dataclass
class Stream:
    """One SSRC.

    Attributes:
        ppm: how much too fast its clock is against the true one.
        wall_ppm: likewise the sender's wall clock, and `ahead` by how much it is off.
        skew: how much later than said what is sent was taken.
    """

    ssrc: int
    codec: str
    layer: str = "high"
    number: int = 65_000
    timestamp: int = 2**32 - 90_000
    ppm: float = 0.0
    wall_ppm: float = 0.0
    ahead: float = 0.0
    start: float = 0.0
    line: Line = field(default_factory=Line)

    @property
    def rate(self) -> int:
        return 48_000 if self.codec == "opus" else 90_000

    def ticks(self, at: float) -> int:
        passed = (at - self.start) * (1 + self.ppm / 1e6)
        return (self.timestamp + round(passed * self.rate)) & 0xFFFFFFFF

    def wall(self, at: float) -> float:
        return WALL + self.ahead + at * (1 + self.wall_ppm / 1e6)


class Written:
    """A journal in the making."""

    def __init__(self, wall: float = WALL) -> None:
        self.entries: list[Entry] = []
        self._wall = wall

    def track(self, stream: Stream, at: float = 0.0, parameters: str = "") -> None:
        body = journal.track(
            ssrc=stream.ssrc,
            kind="audio" if stream.codec == "opus" else "video",
            codec=stream.codec,  # type: ignore[arg-type]
            layer=stream.layer,  # type: ignore[arg-type]
            clock_rate=stream.rate,
            payload_type=TYPES[stream.codec],
            parameters=parameters,
        )
        self._add(at - 0.001, journal.TRACK, body)

    def send(
        self,
        stream: Stream,
        taken: Iterable[Taken],
        *,
        reports: float = 1.0,
        first_report: float = 0.5,
    ) -> None:
        """Sends what was taken, and a report every so many seconds."""
        due: float | None = None
        for at, data in taken:
            due = at + first_report if due is None else due
            while reports and at >= due:
                self.report(stream, due)
                due += reports
            payloads = _packed(stream, data)
            for index, payload in enumerate(payloads):
                last = index + 1 == len(payloads) and stream.codec != "opus"
                self.packet(stream, at, payload, marker=last)

    def packet(
        self, stream: Stream, at: float, payload: bytes, *, marker: bool = False
    ) -> None:
        head = struct.pack(
            "!BBHLL",
            0x80,
            marker << 7 | TYPES[stream.codec],
            stream.number & 0xFFFF,
            stream.ticks(at),
            stream.ssrc,
        )
        stream.number += 1
        for arrived in stream.line.arrivals(at):
            self._add(arrived, journal.PACKET, head + payload)

    def report(self, stream: Stream, at: float) -> None:
        ntp = round((stream.wall(at) + NTP) * 2**32)
        arrived = (
            at + stream.line.delay + stream.line.jitter * stream.line.random.random()
        )
        body = journal.report(stream.ssrc, ntp, stream.ticks(at))
        self._add(arrived, journal.REPORT, body)

    def note(self, at: float, what: journal.What) -> None:
        self._add(at, journal.NOTE, journal.note(what))

    def _add(self, at: float, kind: int, body: bytes) -> None:
        self.entries.append((MONOTONIC + at, kind, body))

    def lines(self) -> list[Entry]:
        opening = journal.opening("somebody", self._wall)
        self.entries.sort(key=lambda entry: entry[0])
        return [(MONOTONIC, journal.OPENING, opening), *self.entries]

    def segments(self) -> list[bytes]:
        """The plain segments, of half a second each."""
        segments: list[list[Entry]] = [[]]
        for entry in self.lines():
            if entry[0] > MONOTONIC + 0.5 * len(segments):
                segments.append([])
            segments[-1].append(entry)
        return [journal.packed(each) for each in segments]

    def write(self, path: Path, key: bytes = KEY) -> list[int]:
        """Seals it; where each segment begins in the file."""
        header = new_header(Purpose.JOURNAL, path.name.encode()[:16].ljust(16, b"."))
        sealer, parts = Sealer(key, header), [header]
        segments = self.segments()
        for index, plain in enumerate(segments):
            parts.append(sealer.seal(plain, last=index + 1 == len(segments)))
        path.write_bytes(b"".join(parts))
        starts = [0]
        for each in parts:
            starts.append(starts[-1] + len(each))
        return starts[1:]

    def read(self) -> list[journal.Line]:
        return list(journal.read(self.segments()))


def recorded(length: float, *, wall: float = WALL) -> Written:
    """Somebody who claps and flashes for so many seconds."""
    written = Written(wall)
    said, shown = Stream(1, "opus"), Stream(2, "vp8")
    for each in (said, shown):
        written.track(each)
    written.send(said, coded.sound(length))
    written.send(shown, coded.pictures(length))
    return written


def _packed(stream: Stream, data: bytes) -> list[bytes]:
    if stream.codec == "opus":
        return [data]
    if stream.codec == "vp8":
        return Vp8Encoder._packetize(data, stream.number & 0x7FFF)
    return H264Encoder._packetize(H264Encoder._split_bitstream(data))

"""What is taken of a participant's tracks: each packet as it came, and what it is.

Of a picture it takes the best layer that comes, each from a key frame on. It is no
viewer: a publisher sends no more because of it, but for a key frame when it begins,
and one after what was lost for good where no viewer has asked for it.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from signaling.media.choosing import Chooser
from signaling.media.codecs import CLOCK_RATES
from signaling.media.engine import Kind
from signaling.media.recording import journal
from signaling.media.recording.journal import PACKET
from signaling.media.recording.scroll import Scroll
from signaling.media.upstream import Upstream

KINDS: Final[tuple[Kind, ...]] = ("audio", "video")
#: A key frame fills a narrow line for a second or more.
_KEY_FRAME_REST: Final = 5.0


class TrackTap(Chooser):
    """Takes one track into a journal, whatever leg it comes on."""

    __slots__ = ("_add", "_broken", "_first", "_given_up", "_reported", "_rested")

    def __init__(self, kind: Kind, scroll: Scroll) -> None:
        super().__init__(kind)
        self._add = scroll.add
        self._first = self._given_up = 0
        self._broken: int | None = None
        self._reported = self._rested = 0.0

    def forward(  # noqa: PLR0917  # names cost time in every packet
        self,
        source: Upstream,
        packet: bytes,
        offset: int,
        number: int,
        timestamp: int,
        now: float,
    ) -> None:
        """Takes a packet."""
        if source is not self._source:
            if not self._begins(source, packet, offset, number, now):
                return
            self._follow(source, number, now)
        if number >= self._first:
            self._add((now, PACKET, packet))

    def _follow(self, source: Upstream, number: int, now: float) -> None:
        """Says what comes from here on."""
        assert source.codec is not None
        packing = "packetization-mode=1" if source.codec == "h264" else ""
        body = journal.track(
            ssrc=source.ssrc,
            kind=self.kind,
            codec=source.codec,
            layer=source.layer,
            clock_rate=CLOCK_RATES[self.kind],
            payload_type=source.payload_type,
            parameters=packing,
        )
        self._add((now, journal.TRACK, body))
        self._first, self._given_up = number, source.given_up
        self._broken, self._reported = None, 0.0
        self._settle(source)
        self.note_report()

    def note_report(self) -> None:
        """Takes the newest sender report of what flows, if it was not taken yet."""
        source = self._source
        known = source.report_in if source else None
        if source is None or known is None or source.report_heard == self._reported:
            return
        self._reported = source.report_heard
        body = journal.report(source.ssrc, known.ntp, known.timestamp)
        self._add((source.report_heard, journal.REPORT, body))

    def look(self, now: float) -> None:
        """Once a second: asks for a key frame if one is needed and nobody has asked."""
        source = self._source
        if source is None or self.kind == "audio":
            return
        if self._broken is None:
            if source.given_up != self._given_up:
                self._broken = source.plis
        elif now >= self._rested:
            if source.plis == self._broken:
                self._rested = now + _KEY_FRAME_REST
                source.ask_key_frame(now)
            self._broken, self._given_up = None, source.given_up


class Tap:
    """All that is taken of one participant.

    Attributes:
        scroll: the journal that it goes into.
    """

    def __init__(self, scroll: Scroll) -> None:
        self.scroll = scroll
        self._tracks: dict[Kind, TrackTap] = {
            kind: TrackTap(kind, scroll) for kind in KINDS
        }
        self._paused: AbstractSet[Kind] = frozenset()

    def open(self, kind: Kind) -> TrackTap | None:
        """What takes the track of a kind, None while that is paused."""
        return None if kind in self._paused else self._tracks[kind]

    def pause(self, kinds: AbstractSet[Kind], now: float) -> None:
        """Takes nothing of these kinds, and everything of the others."""
        for kind in KINDS:
            if (kind in kinds) != (kind in self._paused):
                what: journal.What = "paused" if kind in kinds else "resumed"
                self.scroll.add((now, journal.NOTE, journal.note(what, kind)))
        self._paused = frozenset(kinds)

    def note_reports(self) -> None:
        """Takes the sender reports that came."""
        for track in self._tracks.values():
            track.note_report()

    def look(self, now: float) -> None:
        """Once a second: asks for what is needed."""
        for track in self._tracks.values():
            track.look(now)

    def end(self, now: float) -> None:
        """Says that nothing follows."""
        self.scroll.add((now, journal.NOTE, journal.note("stopped")))

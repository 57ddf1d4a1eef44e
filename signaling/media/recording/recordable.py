"""What people send who may be recorded: a publication whose tracks have a place for it.

The tracks of a plain `Publication` have none, so what privileged people send cannot be
taken, by mistake or on purpose. Knows no viewer, and not why somebody is recorded.
"""

from signaling.media.engine import Kind
from signaling.media.layers import Track
from signaling.media.publication import Publication
from signaling.media.recording.tap import Tap, TrackTap
from signaling.media.upstream import SenderClock


class RecordableTrack(Track):
    """A track that may have a tap beside its viewers, who do not notice it."""

    def __init__(self, kind: Kind, clock: SenderClock) -> None:
        super().__init__(kind, clock)
        self._tap: TrackTap | None = None

    def record(self, tap: TrackTap | None, now: float) -> None:
        """Passes packets to the tap from now on, or to none."""
        if tap is not self._tap:
            if self._tap is not None:
                self._tap.pause()
            self._tap = tap
            self.arrange(now)

    def arrange(self, now: float) -> None:
        """Connects every outlet with the layers it takes."""
        if self._tap is not None:
            self._tap.aim(self, now)
        super().arrange(now)

    def rewire(self) -> None:
        """Connects outlets that have already decided."""
        super().rewire()
        tap = self._tap
        if tap is not None:
            for stream in self.layers.values():
                if tap.takes(stream):
                    stream.outlets = (*stream.outlets, tap)

    def close(self) -> None:
        """Passes nothing on any more."""
        if self._tap is not None:
            self._tap.pause()
            self._tap = None
        super().close()


class RecordablePublication(Publication):
    """A publish leg that may be recorded."""

    track_of = RecordableTrack
    _tap: Tap | None = None

    def record(self, tap: Tap | None, now: float) -> None:
        """Takes what comes, or nothing any more; to be said again when tracks come."""
        self._tap = tap
        for kind, track in self.tracks.items():
            assert isinstance(track, RecordableTrack)
            track.record(tap.open(kind) if tap else None, now)

    def _hear_rtcp(self, compound: bytes, now: float) -> None:
        super()._hear_rtcp(compound, now)
        if self._tap is not None:
            self._tap.note_reports()

"""Who is recorded now: taps put on and taken off, journals begun and ended.

What a disk does ends a recording, with an event, and nothing else. Starts its threads
with the first recording. Refuses to know why somebody is recorded, and legs.
"""

import asyncio
import base64
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog

from signaling.media import engine
from signaling.media.engine import Privileged, RecordingFault
from signaling.media.leg import Habits
from signaling.media.recording import journal
from signaling.media.recording.disk import DiskFile, OpenFile, fault_of
from signaling.media.recording.scroll import Scroll, TooSlow
from signaling.media.recording.tap import Tap
from signaling.media.recording.writer import Writer
from signaling.media.routing import Routes

_STREAM_ID_BYTES: Final = 16
#: A worker has three seconds to say goodbye.
_GOODBYE_SECONDS: Final = 2.0

log = structlog.get_logger()


class Recordings:
    """The recordings of one forwarder."""

    def __init__(
        self,
        routes: Routes,
        habits: Habits,
        *,
        on_event: engine.OnEvent,
        wall_clock: Callable[[], float],
        open_file: OpenFile = DiskFile,
    ) -> None:
        self._routes = routes
        self._on_event = on_event
        self._clock, self._randomness = habits.clock, habits.randomness
        self._wall_clock = wall_clock
        self._open_file = open_file
        self._taps: dict[str, Tap] = {}
        self._writer: Writer | None = None

    def begin(self, participant: str, path: str, key: str) -> None:
        """Journals what the participant sends from now on.

        Raises:
            Privileged: the participant joined as privileged, or not at all.
        """
        if not self._routes.recordable(participant):
            raise Privileged(participant)
        self.end(participant)
        opening = journal.opening(participant, self._wall_clock())
        scroll = Scroll(
            participant,
            path,
            key=base64.b64decode(key),
            stream=self._randomness(_STREAM_ID_BYTES),
            first=(self._clock(), journal.OPENING, opening),
        )
        if self._writer is None:
            loop = asyncio.get_running_loop()

            def tell(scroll: Scroll, fault: BaseException | None) -> None:
                # A loop that has ended wants to hear nothing.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._heard, scroll, fault)

            self._writer = Writer(tell, open_file=self._open_file)
        self._writer.begin(scroll)
        self._taps[participant] = tap = Tap(scroll)
        self._routes.fit(participant, tap)

    def end(self, participant: str) -> None:
        """Seals the participant's journal, if there is one."""
        tap = self._taps.pop(participant, None)
        if tap is not None and self._writer is not None:
            self._routes.fit(participant, None)
            tap.end(self._clock())
            self._writer.end(tap.scroll)

    def look(self, now: float) -> None:
        """Once a second: sees that journals are written."""
        for tap in list(self._taps.values()):
            tap.look(now)
            if tap.scroll.late():
                self._fail(tap.scroll, "too_slow")

    async def close(self) -> None:
        """Seals all journals."""
        for participant in list(self._taps):
            self.end(participant)
        if self._writer is not None:
            await asyncio.to_thread(self._writer.close, _GOODBYE_SECONDS)

    def _heard(self, scroll: Scroll, fault: BaseException | None) -> None:
        """A thread says that a journal has begun, or why it ended."""
        if fault is not None:
            log.error("journal_failed", exc_info=fault)
            reason = "too_slow" if isinstance(fault, TooSlow) else fault_of(fault)
            self._fail(scroll, reason)
        elif self._is_current(scroll):
            self._on_event(
                engine.RecordingRuns(participant=scroll.participant, path=scroll.path)
            )

    def _fail(self, scroll: Scroll, reason: RecordingFault) -> None:
        scroll.given_up = True
        if self._writer is not None:
            self._writer.end(scroll)
        if self._is_current(scroll):
            del self._taps[scroll.participant]
            self._routes.fit(scroll.participant, None)
            log.warning("recording_stopped", reason=reason)
            self._on_event(
                engine.RecordingStopped(
                    participant=scroll.participant, path=scroll.path, reason=reason
                )
            )

    def _is_current(self, scroll: Scroll) -> bool:
        tap = self._taps.get(scroll.participant)
        return tap is not None and tap.scroll is scroll

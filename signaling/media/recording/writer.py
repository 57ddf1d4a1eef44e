"""The threads that write journals: one seals and writes, one waits for the disk.

However slow the disk is, nobody who adds to a journal waits for it; and while one
journal is brought to the disk, the others are written on. What they have to say they
say through a function that may be called from any thread.
"""

import heapq
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Final, Literal

from signaling.media.recording.disk import DiskFile, OpenFile
from signaling.media.recording.scroll import Scroll

#: Of a process that is killed this much is lost, and what the thread was late.
SEGMENT_SECONDS: Final = 0.4
SYNC_SECONDS: Final = 1.0
#: Journals whose time comes so close together are written in one go.
_GRAIN: Final = 0.02

#: A journal, and whether it ends or begins.
_Order = tuple[Scroll, bool] | Literal["close"]
Tell = Callable[[Scroll, BaseException | None], None]


class Writer:
    """All journals of one process, written until it is closed."""

    def __init__(self, tell: Tell, *, open_file: OpenFile = DiskFile) -> None:
        """Starts the threads.

        Args:
            tell: is told that a journal's beginning is on disk, or what ended it.
            open_file: makes the files.
        """
        self._tell = tell
        self._open_file = open_file
        self._orders: queue.SimpleQueue[_Order] = queue.SimpleQueue()
        self._due: list[tuple[float, int, Scroll]] = []
        self._count = count()
        self._open: set[Scroll] = set()
        self._syncer = Syncer(tell)
        self._thread = threading.Thread(target=self._work, name="journals", daemon=True)
        self._thread.start()

    def begin(self, scroll: Scroll) -> None:
        """Begins a journal."""
        self._orders.put((scroll, False))

    def end(self, scroll: Scroll) -> None:
        """Seals a journal with what waits, or leaves it as it is if it is given up."""
        self._orders.put((scroll, True))

    def close(self, within: float) -> None:
        """Seals all there are; waits for that, but no longer than so many seconds."""
        until = time.monotonic() + within
        self._orders.put("close")
        self._thread.join(within)
        self._syncer.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while True:
            order = None
            with suppress(queue.Empty):
                order = self._orders.get(timeout=self._wait())
            if order is None:
                self._write()
            elif order == "close":
                break
            else:
                scroll, ends = order
                self._attend(scroll, self._end if ends else self._begin)
        for scroll in list(self._open):
            self._attend(scroll, self._end)
        self._syncer.finish()

    def _wait(self) -> float | None:
        return max(0.0, self._due[0][0] - time.monotonic()) if self._due else None

    def _write(self) -> None:
        """Writes every journal whose time has come."""
        until = time.monotonic() + _GRAIN
        while self._due and self._due[0][0] <= until:
            scroll = heapq.heappop(self._due)[-1]
            if scroll in self._open:
                self._attend(scroll, self._go_on)

    def _attend(self, scroll: Scroll, act: Callable[[Scroll], None]) -> None:
        try:
            act(scroll)
        except Exception as fault:  # noqa: BLE001  # one journal's fault is not the others'
            self._drop(scroll)
            if not scroll.given_up:
                self._tell(scroll, fault)

    def _begin(self, scroll: Scroll) -> None:
        scroll.open(self._open_file)
        self._open.add(scroll)
        self._syncer.keep(scroll)
        self._plan(scroll)

    def _go_on(self, scroll: Scroll) -> None:
        if scroll.given_up:
            self._drop(scroll)
            return
        scroll.write()
        self._plan(scroll)

    def _plan(self, scroll: Scroll) -> None:
        due = time.monotonic() + SEGMENT_SECONDS
        heapq.heappush(self._due, (due, next(self._count), scroll))

    def _end(self, scroll: Scroll) -> None:
        if scroll in self._open:
            if not scroll.given_up:
                scroll.write(last=True)
            self._drop(scroll)

    def _drop(self, scroll: Scroll) -> None:
        self._open.discard(scroll)
        self._syncer.drop(scroll)


class Syncer:
    """Brings journals to the disk once a second, and closes those that are done."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._orders: queue.SimpleQueue[_Order] = queue.SimpleQueue()
        self._kept: dict[Scroll, None] = {}
        self._thread = threading.Thread(target=self._work, name="syncing", daemon=True)
        self._thread.start()

    def keep(self, scroll: Scroll) -> None:
        """Brings a journal to the disk from now on, for the first time at once."""
        self._orders.put((scroll, False))

    def drop(self, scroll: Scroll) -> None:
        """Brings it there for the last time and closes it."""
        self._orders.put((scroll, True))

    def finish(self) -> None:
        """Ends when everything that was said is done."""
        self._orders.put("close")

    def join(self, within: float) -> None:
        """Waits for the end, but no longer than so many seconds."""
        self._thread.join(within)

    def _work(self) -> None:
        due = time.monotonic() + SYNC_SECONDS
        order: _Order | None = None
        while order != "close":
            order = None
            wait = max(0.0, due - time.monotonic()) if self._kept else None
            with suppress(queue.Empty):
                order = self._orders.get(timeout=wait)
            if order is None:
                for scroll in list(self._kept):
                    self._sync(scroll)
                due = time.monotonic() + SYNC_SECONDS
            elif order != "close":
                self._obey(*order)

    def _obey(self, scroll: Scroll, ends: bool) -> None:
        if ends:
            self._kept.pop(scroll, None)
            self._last(scroll)
        else:
            self._kept[scroll] = None
            self._sync(scroll)

    def _sync(self, scroll: Scroll) -> None:
        try:
            scroll.sync()
        except OSError as fault:
            del self._kept[scroll]
            if not scroll.given_up:
                self._tell(scroll, fault)
            return
        if not scroll.on_disk:
            scroll.on_disk = True
            self._tell(scroll, None)

    def _last(self, scroll: Scroll) -> None:
        try:
            scroll.sync()
        except OSError as fault:
            if not scroll.given_up:
                self._tell(scroll, fault)
        try:
            scroll.close()
        except OSError as fault:
            if not scroll.given_up:
                self._tell(scroll, fault)

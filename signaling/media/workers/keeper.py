"""One worker's place: its port, and always a process at it.

Starts the process, notices when it ends or hangs, says so, and starts another after a
while. The sockets stay open here, so that the port is never anybody else's meanwhile.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from signaling.media.engine import MediaEvent, WorkerStatistics
from signaling.media.forwarder import ForwarderSettings
from signaling.media.workers import wire
from signaling.media.workers.link import Link

#: Statistics come ten times a second; so many seconds without a word is a hang.
_SILENT_SECONDS: Final = 3
#: What may take so long is starting Python on a machine with much to do.
_STARTING_SECONDS: Final = 60
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 10.0
#: A worker that lived so long did not die of its beginning.
_WELL_SECONDS: Final = 60

log = structlog.get_logger()


class Keeper:
    """Keeps one worker running.

    Attributes:
        number: of the worker, from 0.
        link: to the process, None between one and the next.
        standing: what the process last said of itself.
        busy: the share of a core that it lately used.
    """

    def __init__(
        self,
        number: int,
        *,
        settings: ForwarderSettings,
        sockets: Sequence[socket.socket],
        on_event: Callable[["Keeper", MediaEvent], None],
        on_measured: Callable[["Keeper", wire.Measured], None],
        on_up: Callable[["Keeper"], None],
        on_gone: Callable[["Keeper"], None],
    ) -> None:
        self.number = number
        self.link: Link | None = None
        self.standing: WorkerStatistics | None = None
        self.busy = 0.0
        self._settings = settings
        self._sockets = sockets
        self._on_event = on_event
        self._on_measured = on_measured
        self._on_up = on_up
        self._on_gone = on_gone
        self._measured_at = 0.0
        self._latest: Link | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The UDP port."""
        port: int = self._sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        """Start the process; orders may be given at once, and wait until it is up."""
        await self._launch()
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Let the process say goodbye and end, then give up the port."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._latest is not None:
            # It may be between its end and being reaped, where `link` is None.
            await self._latest.close()
            self.link = self._latest = None
        for each in self._sockets:
            each.close()

    async def _launch(self) -> None:
        link = Link(
            self.number,
            on_event=lambda event: self._on_event(self, event),
            on_measured=self._measured,
        )
        await link.start(self._settings, self._sockets)
        self.link = self._latest = link

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        pause = _FIRST_PAUSE
        while True:
            began = loop.time()
            if self.link is not None:
                await self._attend(self.link)
            if loop.time() - began > _WELL_SECONDS:
                pause = _FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            try:
                await self._launch()
            except OSError:
                log.exception("worker_cannot_start", worker=self.number)
            else:
                self._on_up(self)

    async def _attend(self, link: Link) -> None:
        watching = asyncio.create_task(self._watch(link))
        try:
            await link.listen()
        finally:
            watching.cancel()
        self.link, self.standing, self.busy = None, None, 0.0
        self._on_gone(self)
        log.error("worker_ended", worker=self.number, returned=await link.reap())

    async def _watch(self, link: Link) -> None:
        """Kill a process that has said nothing in several of our own seconds.

        Seconds are counted one by one, so that a service that was itself held up for
        long does not take it for the worker's silence.
        """
        silent = 0
        while silent < (_SILENT_SECONDS if link.begun else _STARTING_SECONDS):
            await asyncio.sleep(1)
            silent = 0 if link.heard else silent + 1
            link.heard = False
        log.error("worker_hangs", worker=self.number, seconds=silent)
        link.kill()

    def _measured(self, measured: wire.Measured) -> None:
        if measured.own is not None:
            if self.standing is not None and measured.at > self._measured_at:
                used = measured.own.cpu_seconds - self.standing.cpu_seconds
                self.busy = used / (measured.at - self._measured_at)
            self.standing, self._measured_at = measured.own, measured.at
        self._on_measured(self, measured)

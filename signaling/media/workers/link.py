"""One worker process as the service sees it: started, asked, heard, ended.

Checks every word that comes from it, because it faces the network. Knows no rooms,
and nothing of what happens after its end.
"""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final, get_args

import structlog
from pydantic import TypeAdapter, ValidationError

from signaling import children
from signaling.media.engine import BadSdp, MediaEvent
from signaling.media.forwarder import ForwarderSettings
from signaling.media.workers import wire
from signaling.media.workers.wire import Argument, FromWorker, ToWorker
from visitation.errors import VisitationError

_MODULE: Final = "signaling.media.workers.worker"
_GOODBYE_SECONDS: Final = 3.0
_LEVELS: Final = frozenset(("debug", "info", "warning", "error", "critical"))
_TAKEN: Final = frozenset(("event", "worker"))
_FROM_WORKER: Final = {
    kind.__name__: TypeAdapter[Any](kind) for kind in get_args(FromWorker)
}
_EVENTS: Final = {
    kind.__name__: TypeAdapter[Any](kind) for kind in get_args(MediaEvent)
}

log = structlog.get_logger()
OnEvent = Callable[[MediaEvent], None]
OnMeasured = Callable[[wire.Measured], None]


class Gone(VisitationError):
    """The worker ended before it answered."""


class Fault(VisitationError):
    """The worker failed at what it was asked; its log says how."""


class Link:
    """A worker process, from its start to its end.

    Attributes:
        begun: it has said that it forwards.
        heard: it has said something since somebody last set this to False.
    """

    def __init__(
        self, number: int, *, on_event: OnEvent, on_measured: OnMeasured
    ) -> None:
        self.begun = False
        self.heard = False
        self._number = number
        self._on_event = on_event
        self._on_measured = on_measured
        self._asked = 0
        self._waiting: dict[int, asyncio.Future[str | None]] = {}
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter
        self._process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    async def start(
        self, settings: ForwarderSettings, sockets: Sequence[socket.socket]
    ) -> None:
        """Start the process and tell it what to forward on; it says when it does."""
        ours, theirs = socket.socketpair()
        descriptors = [each.fileno() for each in sockets]
        with theirs:
            self._process = subprocess.Popen(  # noqa: ASYNC220, S603
                (sys.executable, "-P", "-m", _MODULE),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                pass_fds=descriptors,
                # Ctrl-C is the service's to hear.
                process_group=0,
                env=children.environment(),
            )
        try:
            self._reader, self._writer = await asyncio.open_unix_connection(sock=ours)
        except BaseException:
            # Nobody else knows of this process yet, and would not end it.
            self._process.kill()
            self._process.wait()
            raise
        self._say(wire.Begin(settings=wire.fields_of(settings), sockets=descriptors))

    def order(self, verb: str, *arguments: Argument) -> None:
        """Say what is to be done; orders and requests are done in their order."""
        self._say(wire.Order(verb=verb, arguments=[*arguments]))

    async def ask(self, verb: str, *arguments: Argument) -> str | None:
        """Say what is to be done, and wait for the answer.

        Raises:
            BadSdp: the engine's refusal.
            Gone: the worker ended first.
            Fault: the worker could not do it.
        """
        self._asked += 1
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[self._asked] = waiting
        self._say(wire.Ask(id=self._asked, verb=verb, arguments=[*arguments]))
        answer: str | None = await waiting
        return answer

    async def listen(self) -> None:
        """Take what the worker says until the pipe ends, and end the pipe."""
        try:
            while (read := await wire.read(self._reader)) is not None:
                self.heard = True
                self._hear(_checked_by(_FROM_WORKER, *read))
        except wire.Broken as broken:
            self._log("error", "worker_talks_nonsense", {"why": str(broken)})
        finally:
            self._writer.close()
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(Gone(f"worker {self._number}"))
            self._waiting.clear()

    def kill(self) -> None:
        """End the process without a word."""
        self._process.kill()

    async def reap(self) -> int:
        """What the ended process returned."""
        self.kill()
        return await asyncio.to_thread(self._process.wait)

    async def close(self) -> None:
        """Let the worker say goodbye to its peers, and wait until it has ended."""
        self._writer.close()
        try:
            await asyncio.to_thread(self._process.wait, _GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            log.warning("worker_does_not_stop", worker=self._number)
        await self.reap()

    def _say(self, message: ToWorker) -> None:
        if not self._writer.is_closing():
            self._writer.write(wire.frame(message))

    def _hear(self, said: FromWorker) -> None:
        match said:
            case wire.Begun():
                self.begun = True
            case wire.Measured():
                self._on_measured(said)
            case wire.Logged(level=level, event=event, says=says):
                self._log(level, event, says)
            case wire.Answered(id=number, answer=answer):
                self._settle(number, answer)
            case wire.Refused(id=number, reason=reason):
                self._settle(number, BadSdp(reason))
            case wire.Faulted(id=number):
                self._settle(number, Fault(f"worker {self._number}"))
            case wire.Told(event=name, says=says):
                self._on_event(_checked_by(_EVENTS, name, says))

    def _log(self, level: str, event: str, says: dict[str, Any]) -> None:
        about = {name: says[name] for name in says if name not in _TAKEN}
        tell = getattr(log, level if level in _LEVELS else "error")
        tell(event, **about, worker=self._number)

    def _settle(self, number: int, outcome: str | Exception | None) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is None or waiting.done():
            return
        if isinstance(outcome, Exception):
            waiting.set_exception(outcome)
        else:
            waiting.set_result(outcome)


def _checked_by(
    kinds: dict[str, TypeAdapter[Any]], kind: str, says: dict[str, Any]
) -> Any:
    try:
        return kinds[kind].validate_python(says)
    except (KeyError, ValidationError):
        raise wire.Broken(kind) from None

"""The process that forwards: a forwarder on a loop of its own, told what by a pipe.

Imports neither pages nor settings nor the database, and gets no secret but the keys
of recordings that it writes. Ends when its pipe ends, so that it never outlives the
service, however that died.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import structlog
import uvloop

from signaling.media.engine import BadSdp, MediaEvent, WorkerStatistics
from signaling.media.forwarder import Forwarder, ForwarderSettings
from signaling.media.workers import housekeeping, wire
from signaling.media.workers.wire import FromWorker

#: A second's statistics are told in so many parts: packets wait for none of them long.
_PHASES: Final = 50
#: Of whoever is seated with themselves, who try their line, so many parts apart.
_TRYING_PHASES: Final = 10
#: Nothing but answers and events is added to what the service is slow to read.
_UNREAD_BYTES: Final = 1024 * 1024
_ORDERS: Final = ("seat", "block", "record", "stop_recording", "leave")
_QUESTIONS: Final = ("publish", "subscribe", "rebuild_subscriber", "accept")

log = structlog.get_logger()
Say = Callable[[FromWorker], None]


class Work:
    """One forwarder, and the conversation about it."""

    def __init__(self, writer: asyncio.StreamWriter, settings: dict[str, Any]) -> None:
        self._writer = writer
        #: From participants to their rooms.
        self._people: dict[str, str] = {}
        self.forwarder = Forwarder(
            ForwarderSettings(
                **{name: _whole(each) for name, each in settings.items()}
            ),
            on_event=self._tell,
            clock=time.monotonic,
            wall_clock=time.time,
            randomness=os.urandom,
        )
        self._calls = {
            name: getattr(self.forwarder, name) for name in (*_ORDERS, *_QUESTIONS)
        }
        self._calls["join"] = self._join

    def say(self, message: FromWorker) -> None:
        """Tell the service; a service that is gone is told nothing."""
        if not self._writer.is_closing():
            self._writer.write(wire.frame(message))

    def _tell(self, event: MediaEvent) -> None:
        self.say(wire.Told(event=type(event).__name__, says=wire.fields_of(event)))

    async def obey(self, reader: asyncio.StreamReader) -> None:
        """Do what is said, in the order it is said, until the pipe ends."""
        while (read := await wire.read(reader)) is not None:
            said = wire.order_of(*read)
            if isinstance(said, wire.Order):
                self._carry_out(said)
            elif isinstance(said, wire.Ask):
                self.say(await self._answer(said))
                # What has been read already does not wait; packets shall go between.
                await asyncio.sleep(0)

    def _join(self, participant: str, room: str, privileged: bool) -> None:
        self.forwarder.join(participant, room, privileged=privileged)

    def _carry_out(self, order: wire.Order) -> None:
        participant = str(order.arguments[0])
        if order.verb == "join":
            self._people[participant] = str(order.arguments[1])
        elif order.verb == "leave":
            self._people.pop(participant, None)
        try:
            self._calls[order.verb](*order.arguments)
        except Exception:  # one order's fault is not the other rooms'
            log.exception("order_failed", verb=order.verb)

    async def _answer(self, ask: wire.Ask) -> FromWorker:
        try:
            answer = await self._calls[ask.verb](*ask.arguments)
        except BadSdp as refused:
            return wire.Refused(id=ask.id, reason=refused.reason)
        except Exception:  # one page's fault is not the other rooms'
            log.exception("request_failed", verb=ask.verb)
            return wire.Faulted(id=ask.id)
        return wire.Answered(id=ask.id, answer=answer)

    async def measure(self) -> None:
        """Push everybody's statistics once a second or more, and the worker's own."""
        phase, tidying = 0, housekeeping.Tidying()
        while True:
            await asyncio.sleep(1 / _PHASES)
            phase = (phase + 1) % _PHASES
            unread = self._writer.transport.get_write_buffer_size()
            if unread < _UNREAD_BYTES:
                told = self._measured(phase)
                if told.participants or told.own:
                    self.say(told)
            if phase == 0:
                tidying.second()

    def _measured(self, phase: int) -> wire.Measured:
        now = time.monotonic()
        return wire.Measured(
            at=now,
            participants={
                name: self.forwarder.statistics(name)
                for name, room in self._people.items()
                if _is_due(name, room, phase)
            },
            own=self._own() if phase == 0 else None,
        )

    def _own(self) -> WorkerStatistics:
        (counted,) = self.forwarder.workers()
        return replace(
            counted,
            cpu_seconds=time.process_time(),
            resident_bytes=housekeeping.resident_bytes(),
        )


async def work(pipe: socket.socket) -> None:
    """Forward as the other end of the pipe says, until it is closed."""
    reader, writer = await asyncio.open_unix_connection(sock=pipe)
    first = await wire.read(reader)
    if first is None:
        return
    begin = wire.order_of(*first)
    assert isinstance(begin, wire.Begin)
    at_work = Work(writer, begin.settings)
    housekeeping.log_to(lambda *said: at_work.say(_line(*said)))
    await at_work.forwarder.start([socket.socket(fileno=n) for n in begin.sockets])
    measuring = asyncio.create_task(at_work.measure())
    housekeeping.settle()
    at_work.say(wire.Begun())
    try:
        await at_work.obey(reader)
    finally:
        measuring.cancel()
        await at_work.forwarder.stop()
        writer.close()


def _line(level: str, event: str, says: dict[str, Any]) -> wire.Logged:
    return wire.Logged(level=level, event=event, says=says)


def _is_due(name: str, room: str, phase: int) -> bool:
    return (hash(name) - phase) % (_TRYING_PHASES if name == room else _PHASES) == 0


def _whole(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def main() -> None:
    """Work at the socket that is standard input."""
    housekeeping.die_with_parent()
    housekeeping.leave_no_core()
    # The service is told to stop, says goodbye to everybody, and only then closes us;
    # systemd tells the whole group at once.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    uvloop.run(work(socket.socket(fileno=os.dup(sys.stdin.fileno()))))


if __name__ == "__main__":
    main()

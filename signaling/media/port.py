"""The UDP port that every leg shares (RFC 7983).

Tells STUN, DTLS and SRTP apart by their first byte, finds the leg by STUN username
and after that by address. Hears no address that has not proved itself by a check,
and nothing here can be made to raise out of the event loop.
"""

import asyncio
import errno
import socket
from collections import Counter
from collections.abc import Callable
from typing import Final

import structlog

from signaling.media import checks
from signaling.media.checks import Address
from signaling.media.leg import Leg

MAX_DATAGRAM: Final = 1500
#: Datagrams read per wake-up, so that sockets and timers get their turn in a flood.
_BATCH: Final = 64
_QUIET_BETWEEN_FAULTS: Final = 10.0

log = structlog.get_logger()


class Port:
    """One socket; a leg's `Line`."""

    def __init__(
        self,
        bound: socket.socket,
        *,
        doors: dict[str, tuple[Leg, str]],
        dropped: Counter[str],
        clock: Callable[[], float],
    ) -> None:
        self._socket = bound
        self._doors = doors
        self._dropped = dropped
        self._clock = clock
        self._legs: dict[Address, Leg] = {}
        self._next_fault_log = 0.0

    def open(self) -> None:
        """Begins to listen."""
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def close(self) -> None:
        """Stops listening."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def admit(self, address: Address, leg: Leg) -> None:
        """Routes what comes from the address to the leg."""
        self._legs[address] = leg

    def forget(self, address: Address, leg: Leg) -> None:
        """Routes nothing from the address to the leg any more."""
        if self._legs.get(address) is leg:
            del self._legs[address]

    def send(self, datagram: bytes, address: Address) -> None:
        """Sends or drops: what has to wait is worth nothing in a call."""
        try:
            self._socket.sendto(datagram, address)
        except OSError as error:
            self._dropped[f"send_{errno.errorcode.get(error.errno or 0, '?')}"] += 1

    def _read(self) -> None:
        receive, clock = self._socket.recvfrom, self._clock
        for _ in range(_BATCH):
            try:
                datagram, address = receive(MAX_DATAGRAM + 1)
            except BlockingIOError:
                return
            except OSError:
                self._dropped["receive"] += 1
                continue
            try:
                self._hear(datagram, address, clock())
            except Exception as fault:  # noqa: BLE001  # the packet path's outermost loop
                self._dropped["fault"] += 1
                self._log_fault(fault, clock())

    def _hear(self, datagram: bytes, address: Address, now: float) -> None:
        if not 0 < len(datagram) <= MAX_DATAGRAM:
            self._dropped["size"] += 1
            return
        first = datagram[0]
        if first < 4:
            self._check(datagram, address, now)
            return
        leg = self._legs.get(address)
        if leg is None:
            self._dropped["stranger"] += 1
        elif 127 < first < 192 and len(datagram) >= 12:
            leg.hear(datagram, now)
        elif 19 < first < 64:
            leg.hear_dtls(datagram)
        else:
            self._dropped["unknown"] += 1

    def _check(self, datagram: bytes, address: Address, now: float) -> None:
        leg, password = self._doors.get(checks.called(datagram) or "", (None, ""))
        check = checks.verified(datagram, password) if leg else None
        if leg is None or check is None:
            self._dropped["check"] += 1
            return
        self.send(checks.answer(check, address=address, password=password), address)
        leg.checked(self, address, nominated=check.nominates, now=now)

    def _log_fault(self, fault: Exception, now: float) -> None:
        if now >= self._next_fault_log:
            self._next_fault_log = now + _QUIET_BETWEEN_FAULTS
            faults = self._dropped["fault"]
            log.error("datagram_broke_the_reader", faults=faults, exc_info=fault)

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
#: One byte more, so that a longer datagram shows.
_ENOUGH: Final = MAX_DATAGRAM + 1
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

    def way_to(self, address: Address) -> Callable[[bytes], None]:
        """Makes the function that sends there, or drops: never waits, never raises.

        What has to wait is worth nothing in a call. Every packet forwarded goes
        through one of these, which is why they are closures.
        """
        sendto, dropped = self._socket.sendto, self._dropped

        def send(datagram: bytes) -> None:
            try:
                sendto(datagram, address)
            except OSError as error:
                dropped[f"send_{errno.errorcode.get(error.errno or 0, '?')}"] += 1

        return send

    def _read(self) -> None:
        receive, legs, clock = self._socket.recvfrom, self._legs, self._clock
        for _ in range(_BATCH):
            try:
                datagram, address = receive(_ENOUGH)
            except BlockingIOError:
                return
            except OSError:
                self._dropped["receive"] += 1
                continue
            try:
                leg = legs.get(address)
                # Nearly all there is: SRTP of a leg. One call fewer for each.
                if (
                    leg is not None
                    and 12 <= len(datagram) <= MAX_DATAGRAM
                    and 127 < datagram[0] < 192
                ):
                    leg.hear(datagram, clock())
                else:
                    self._sort(leg, datagram, address, clock())
            except Exception as fault:  # noqa: BLE001  # the packet path's outermost loop
                self._dropped["fault"] += 1
                self._log_fault(fault, clock())

    def _sort(
        self, leg: Leg | None, datagram: bytes, address: Address, now: float
    ) -> None:
        if not 0 < len(datagram) <= MAX_DATAGRAM:
            self._dropped["size"] += 1
        elif datagram[0] < 4:
            self._check(datagram, address, now)
        elif leg is None:
            self._dropped["stranger"] += 1
        elif 19 < datagram[0] < 64:
            leg.hear_dtls(datagram)
        else:
            self._dropped["unknown"] += 1

    def _check(self, datagram: bytes, address: Address, now: float) -> None:
        leg, password = self._doors.get(checks.called(datagram) or "", (None, ""))
        check = checks.verified(datagram, password) if leg else None
        if leg is None or check is None:
            self._dropped["check"] += 1
            return
        told = checks.answer(check, address=address, password=password)
        self.way_to(address)(told)
        leg.checked(self, address, nominated=check.nominates, now=now)

    def _log_fault(self, fault: Exception, now: float) -> None:
        if now >= self._next_fault_log:
            self._next_fault_log = now + _QUIET_BETWEEN_FAULTS
            faults = self._dropped["fault"]
            log.error("datagram_broke_the_reader", faults=faults, exc_info=fault)

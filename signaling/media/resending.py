"""What a stream sent lately, to be sent again to a receiver that lost it.

Receivers that take a repair stream get the packet wrapped into it. To the others only
the very same encrypted packet may be sent: the same number must not be encrypted twice.
"""

from typing import Final

from signaling.media import dtls
from signaling.media.engine import Kind
from signaling.media.leg import Leg
from signaling.media.rtx import Repairs

#: Packets kept for those who lost them, about one second's worth; powers of two.
_KEPT: Final[dict[Kind, int]] = {"audio": 64, "video": 256}
_SHORTEST_REPEAT: Final = 0.02
#: Of IPv4 and UDP, which lines carry too.
_HEADERS: Final = 28


class Resending:
    """The packets sent lately, by sequence number.

    Attributes:
        kept: a ring of packets, filled from outside at `number & mask`.
        repair_types: from payload types to those of repeats; empty when there are
            none. Then encrypted packets are kept, else plain ones.
        repeats: packets sent again because they were asked for.
        octets: of all that was sent again, with all headers.
    """

    def __init__(self, leg: Leg, kind: Kind, repairs: Repairs) -> None:
        self.kept: list[bytes] = [b""] * _KEPT[kind]
        self.mask = _KEPT[kind] - 1
        self.repair_types: dict[int, int] = {}
        self.repeats = self.octets = 0
        self._leg = leg
        self._repairs = repairs
        self._repeated: dict[int, float] = {}

    def accept(self, repair_types: dict[int, int]) -> None:
        """Takes note of how the receiver takes repeats."""
        if repair_types != self.repair_types:
            self.repair_types = repair_types
            self.kept[:] = [b""] * len(self.kept)

    def resend(
        self,
        numbers: list[int],
        protect: dtls.Cipher,
        *,
        round_trip: float,
        now: float,
    ) -> None:
        """Sends again what was lost, but no packet twice within a round trip."""
        pause = max(_SHORTEST_REPEAT, 0.8 * round_trip)
        for number in numbers:
            kept = self.kept[number & self.mask]
            # SRTP leaves the header readable, so the packet itself says its number.
            if int.from_bytes(kept[2:4], "big") != number or not kept:
                continue
            if now - self._repeated.get(number, float("-inf")) >= pause:
                self._repeated[number] = now
                self._send(kept, protect)

    def fill(self, top: int, octets: int, protect: dtls.Cipher) -> int:
        """Sends packets up to the top one again, about so many octets of them."""
        repeats, done = self.repeats, 0
        for number in range(top, top - len(self.kept), -1):
            kept = self.kept[number & self.mask]
            if done >= octets:
                break
            if kept and int.from_bytes(kept[2:4], "big") == number & 0xFFFF:
                self._send(kept, protect)
                done += len(kept) + _HEADERS
        self.repeats = repeats
        return done

    def echo(self, number: int) -> None:
        """Sends a packet once more unasked, if it is there: its copy may get lost."""
        kept = self.kept[number & self.mask]
        if kept and not self.repair_types:
            self.octets += len(kept) + _HEADERS
            self._leg.send(kept)

    def _send(self, kept: bytes, protect: dtls.Cipher) -> None:
        if self.repair_types:
            kept = self._repairs.wrap(kept, self.repair_types[kept[1] & 0x7F])
            if len(kept) > dtls.MAX_PLAIN:
                return
            kept = protect(kept)
        self.repeats += 1
        self.octets += len(kept) + _HEADERS
        self._leg.send(kept)

    def forget(self, now: float) -> None:
        """Forgets repeats of which nothing more can come."""
        self._repeated = {n: at for n, at in self._repeated.items() if now - at < 2}

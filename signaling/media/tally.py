"""What legs have counted, added up when somebody asks: never on the packet path."""

from dataclasses import dataclass, fields


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts since the beginning; in and out are seen from the server.

    Attributes:
        packets_lost: of those that should have arrived here or at a receiver.
        retransmitted: packets sent again because they were asked for.
        layer_switches: changes of a receiver from one layer to the other.
        ice_failures: legs that never connected.
    """

    packets_in: int = 0
    packets_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    packets_lost: int = 0
    nacks_in: int = 0
    nacks_out: int = 0
    plis_in: int = 0
    plis_out: int = 0
    retransmitted: int = 0
    layer_switches: int = 0
    ice_failures: int = 0

    def add(self, other: "Tally") -> None:
        """Adds what another one counted."""
        for each in fields(self):
            total = getattr(self, each.name) + getattr(other, each.name)
            setattr(self, each.name, total)

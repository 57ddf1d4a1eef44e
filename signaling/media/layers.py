"""The layers of what a participant sends of one kind, and who takes which of them.

A picture may come in two sizes, sound comes in one. Who wants which is the outlets'
own business; here each is connected with the layers it takes packets from now.
"""

from typing import Protocol

from signaling.media.codecs import Codec
from signaling.media.engine import Kind
from signaling.media.upstream import Layer, Outlet, SenderClock, Upstream


class Taker(Outlet, Protocol):
    """An outlet to somebody's line, which chooses among layers."""

    def loss(self, now: float) -> float:
        """The share of packets lost behind this outlet."""

    def allowance(self, now: float) -> int | None:
        """Bits per second that fit through, None when nobody said."""

    @property
    def wish(self) -> Layer | None:
        """The layer it would take, None for none."""

    def aim(self, track: "Track", now: float) -> None:
        """Looks at which layers there are, and decides which to take."""

    def pause(self) -> None:
        """Nothing will come any more."""

    def takes(self, stream: Upstream) -> bool:
        """Packets of this layer are wanted: now, or from its next key frame on."""


class Track:
    """What a participant sends of one kind, in one layer or two.

    Attributes:
        expected: the layers that were negotiated, whether or not they come.
        began: when the first packet came.
    """

    def __init__(self, kind: Kind, clock: SenderClock) -> None:
        self.kind: Kind = kind
        self.clock = clock
        self.codecs: dict[int, Codec] = {}
        self.expected: frozenset[Layer] = frozenset()
        self.layers: dict[Layer, Upstream] = {}
        self.began = float("inf")
        self.outlets: tuple[Taker, ...] = ()

    def put(self, stream: Upstream, now: float) -> None:
        """Takes up a stream, in place of the one that was its layer before."""
        self.began = min(self.began, now)
        if before := self.layers.get(stream.layer):
            before.outlets = ()
        self.layers[stream.layer] = stream
        self.arrange(now)

    def connect(self, outlets: tuple[Taker, ...], now: float) -> None:
        """Passes packets to these outlets from now on, and to no others."""
        if outlets != self.outlets:
            for each in set(self.outlets) - set(outlets):
                each.pause()
            self.outlets = outlets
            self.arrange(now)

    def arrange(self, now: float) -> None:
        """Connects every outlet with the layers it takes."""
        for outlet in self.outlets:
            outlet.aim(self, now)
        self.rewire()

    def rewire(self) -> None:
        """Connects outlets that have already decided."""
        for stream in self.layers.values():
            stream.outlets = tuple(each for each in self.outlets if each.takes(stream))

    def close(self) -> None:
        """Passes nothing on any more."""
        for each in self.outlets:
            each.pause()
        self.outlets = ()
        self.rewire()


def named(rids: tuple[str, ...]) -> dict[str, Layer]:
    """Says which layer each of the peer's names means; at most two are taken.

    Browsers list layers as their page did. Ours are called h and l; of others the
    first counts as the better one.
    """
    if {"h", "l"} <= set(rids):
        return {"h": "high", "l": "low"}
    layers: tuple[Layer, ...] = ("high", "low")
    return dict(zip(rids, layers, strict=False))

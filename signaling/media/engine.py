"""What the call needs from whatever carries sound and picture.

Knows participants only as opaque strings and sound and picture only as SDP.
Refuses to know rooms, roles, visits, and who may hear whom: the room decides that
and says it with `seat` and `block`. A `MediaEngine` cannot record; a
`RecordingEngine` can, but nobody who joined as privileged. Nothing here listens in.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from visitation.errors import VisitationError

Kind = Literal["audio", "video"]
Target = Literal["publisher", "subscriber"]
LegState = Literal["new", "connecting", "connected", "lost", "failed", "closed"]
#: What of a picture is sent on a line: the ladder from the best to sound alone.
#: "paused" is given up for the moment, "audio_only" until the line is really better.
VideoQuality = Literal["high", "low", "paused", "audio_only"]
RecordingFault = Literal["no_space", "too_slow", "failed"]

SLOTS: Final = 4


class BadSdp(VisitationError):
    """The other side's session description cannot be used.

    Attributes:
        reason: a stable code: "malformed", "too_long", "no_common_codec" …
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Privileged(VisitationError):
    """What this participant sends has no place from which it could be recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegConnected:
    """Media can flow between the participant and the server on this leg."""

    participant: str
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLost:
    """Nothing authenticated was heard for 15 s, or the peer closed DTLS.

    A leg that fell silent keeps its keys: when it is heard again it is connected
    again, with another `LegConnected`.
    """

    participant: str
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFailed:
    """The handshake did not succeed; the leg has to be negotiated anew."""

    participant: str
    target: Target
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackStarted:
    """The first packet of this kind arrived from the participant's present leg."""

    participant: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoQualityChanged:
    """The picture in a subscriber's slot is now sent in this quality, or not at all."""

    participant: str
    slot: int
    quality: VideoQuality


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishQualityChanged:
    """The publisher should send no more than this: its line, or its audience, is so."""

    participant: str
    quality: VideoQuality


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWanted:
    """The publisher should offer once more, on the same leg: its answer has changed."""

    participant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRuns:
    """The beginning of the journal is on disk, and what is sent now follows it."""

    participant: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStopped:
    """A journal ended by itself; what it holds until then is readable.

    Attributes:
        reason: the disk is full, or it took nothing for seconds, or anything else.
    """

    participant: str
    path: str
    reason: RecordingFault


MediaEvent = (
    LegConnected
    | LegLost
    | LegFailed
    | TrackStarted
    | VideoQualityChanged
    | PublishQualityChanged
    | OfferWanted
    | RecordingRuns
    | RecordingStopped
)
OnEvent = Callable[[MediaEvent], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegStatistics:
    """One leg as last measured; times in seconds, rates as fractions of one.

    Attributes:
        state: where the leg is in its life.
        last_heard: monotonic second of the last authenticated packet or check.
        rtt: round trip from the peer's receiver reports, None before the first.
        loss: share of packets lost in the last report interval.
        jitter: interarrival jitter (RFC 3550) of the leg's worst stream.
        bitrate: bits per second of RTP in the last second or so.
        nacks: packets asked for again: by us on the publisher leg, of us on the
            subscriber leg.
        plis: key frames asked for, in the same directions.
        relayed: the peer reaches us through a TURN server that we know.
    """

    state: LegState
    last_heard: float | None
    rtt: float | None
    loss: float
    jitter: float
    packets: int
    bytes: int
    nacks: int
    plis: int
    bitrate: int = 0
    relayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantStatistics:
    """Both legs of a participant, None where there is none.

    Attributes:
        publisher: the leg on which they send.
        subscriber: the leg on which they receive.
        silence: seconds since the last RTP packet of each kind that has ever arrived
            on the present publish leg.
        watching: the quality of the picture in each of their occupied slots.
    """

    publisher: LegStatistics | None
    subscriber: LegStatistics | None
    silence: dict[Kind, float]
    watching: dict[int, VideoQuality] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStatistics:
    """One process that forwards, counted since it began; for the operator.

    Attributes:
        worker: its number.
        rooms: rooms that are here now.
        legs: legs that are connected now.
        relayed_legs: those of them that come through a TURN server.
        packets_lost: of those that should have arrived.
        retransmitted: packets sent again because they were asked for.
        layer_switches: changes of a subscriber from one layer to another.
        ice_failures: legs that never connected.
        cpu_seconds: user and system time of the process.
        resident_bytes: memory of the process.
        dropped: why how many datagrams were not used.
    """

    worker: int
    rooms: int = 0
    legs: int = 0
    relayed_legs: int = 0
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
    cpu_seconds: float = 0.0
    resident_bytes: int = 0
    dropped: dict[str, int] = field(default_factory=dict)


class MediaEngine(Protocol):
    """Speaks SDP; knows participants and rooms by opaque names.

    What negotiates may wait for another process; what orders does not wait, and is
    carried out in the order it was said.
    """

    async def start(self) -> None:
        """Opens what the engine listens on."""

    async def stop(self) -> None:
        """Closes every leg, then what the engine listens on."""

    def join(self, participant: str, room: str, *, privileged: bool) -> None:
        """Puts a participant where the others of the room are, before all else.

        Only participants of one room may be seated with each other. Idempotent.
        What a privileged participant sends can never be recorded.
        """

    async def publish(self, participant: str, offer: str) -> str:
        """Answers the offer of a participant who sends.

        An offer with the fingerprint of the present leg is an ICE restart; one with
        another fingerprint replaces the leg.

        Raises:
            BadSdp: the offer is malformed or has nothing the engine can carry.
        """

    async def subscribe(self, participant: str) -> str:
        """Offers `SLOTS` pairs of an audio and a video stream.

        Their mids are a0, v0, a1, v1 and so on. Called again, it offers an ICE
        restart of the same leg.
        """

    async def rebuild_subscriber(self, participant: str) -> str:
        """Offers a fresh subscribe leg with the same seats; the old one is closed."""

    async def accept(self, participant: str, answer: str) -> None:
        """Takes the participant's answer to the last offer of its subscribe leg.

        Raises:
            BadSdp: the answer is malformed, or there is nothing it could answer.
        """

    def seat(self, subscriber: str, slot: int, publisher: str | None) -> None:
        """Puts a publisher, or nobody, into a slot of a subscriber.

        Nothing is renegotiated. Either may come later: a seat outlives their legs.

        Raises:
            ValueError: the slot is not in range(SLOTS).
        """

    def block(self, publisher: str, kind: Kind, blocked: bool) -> None:
        """Forwards nothing of that kind from the publisher while blocked.

        Unblocking video asks the publisher for a key frame.
        """

    def leave(self, participant: str) -> None:
        """Closes both legs and vacates the seats given to and taken by the person."""

    def statistics(self, participant: str) -> ParticipantStatistics:
        """Measures the participant's legs; an unknown participant has none."""

    def workers(self) -> tuple[WorkerStatistics, ...]:
        """Counts what was forwarded, process by process."""


class RecordingEngine(MediaEngine, Protocol):
    """Also journals what somebody sends, unless they joined as privileged."""

    def record(self, participant: str, path: str, key: str) -> None:
        """Journals what the participant sends from now on, whatever legs it builds.

        What is blocked is not journalled. Somebody who is already recorded goes on in
        the new journal, and the one before is sealed. `RecordingRuns` follows, or
        `RecordingStopped`.

        Args:
            participant: who has joined, and not as privileged.
            path: of a journal that does not exist yet.
            key: of the recording, in base64.

        Raises:
            Privileged: the participant joined as privileged, or not at all.
        """

    def stop_recording(self, participant: str) -> None:
        """Seals the participant's journal, if there is one; no event follows."""

"""How many bits per second fit through one line in one direction.

Pure arithmetic on what a second of a line looked like. A line that is too full either
keeps packets waiting, as radio lines do, or loses more of them than it always loses;
loss that is the same at any rate is the line's own and says nothing. Refuses to know
who sends and what: `ladder` and `rate` decide what becomes of the number.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

#: Bytes around the payload of a packet: RTP, the SRTP tag, UDP and IPv4.
OVERHEAD: Final = 12 + 16 + 28

#: From such a share of packets missed at first, whatever mends them later, a picture is
#: all gaps, and only worth so many times the bits that it would be elsewhere.
TORN, TIMES_TORN = 0.15, 3

#: Seconds of waiting that mean too much, and those that mean nothing.
_LONG: Final = 0.4
_SHORT: Final = 0.15
#: Loss above the line's own that means too much, and that means nothing.
_LOSSY: Final = 0.07
_CLEAN: Final = 0.05
_RISE: Final = 1.08
#: Near the rate at which the line was last too full.
_RISE_AT_THE_BRIM: Final = 1.02
_BRIM: Final = (0.85, 1.3)
#: For so many seconds a line is not tried with much more than filled it.
_REMEMBERED_FULL: Final = 45.0
_OVER_THE_BRIM: Final = 1.15
_RISE_BITS: Final = 1_000
#: Of sound alone browsers report every five seconds.
_LONGEST_PAUSE: Final = 5.0
#: No more than so many times what arrived is believed.
_BELIEVED: Final = 1.3
_GIVES_WAY: Final = 0.85
#: A line that carries most of what it is known to is eased before it is too full.
_USED: Final = 1.3
_EASES: Final = 0.95
#: Where loss alone tells, packets may wait as long as ever they can and nobody knows
#: the shorter way, so the line is let run dry.
_RUNS_DRY: Final = 0.7
_GIVES_WAY_AT_MOST: Final = 0.4
#: Seconds until a change of rate shows in what is reported.
_SHOWS_AFTER: Final = 2.0
#: Loss that giving way did not lower to so much of what it was is the line's own; no
#: line of use loses more than the second number at any rate.
_AS_BEFORE, _NO_LINE = 0.75, 0.35
#: How fast the line's own loss is learnt in a second, upwards and downwards.
_LEARNS: Final = 0.01
_UNLEARNS: Final = 0.5
#: A receiver's estimate of so much more than what it is sent is no limit.
_AMPLE: Final = 1.2
#: Browsers take the jitter of a busy machine for a full line: while packets come in
#: time their estimate only keeps ours from rising, and never undercuts what arrives.
_TRUSTED: Final = 0.7
_PROBED: Final = 0.9
#: How far back the shortest way is looked for, and in how many times of travel.
_REMEMBERED: Final = 20.0
_FEWEST: Final = 4
#: What is left of what reports counted before; of what is missed at first, more.
_FADES: Final = 0.5
FADES_SLOWLY: Final = 0.85
#: Reports of loss are about packets sent up to so many readings ago.
_LATE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was seen of a line since the last reading.

    Attributes:
        sent: bits per second put on it, with all headers.
        loss: share of the packets that did not arrive.
        queue: seconds that packets wait in the line.
        round_trip: seconds to the other end and back.
        allowed: what the receiver says it can take, if it said so.
        probed: what a train of packets found the line to carry, if there was one.
    """

    sent: int
    loss: float = 0.0
    queue: float = 0.0
    round_trip: float = 0.1
    allowed: int | None = None
    probed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bits per second of a line.

    Attributes:
        floor: what is hoped for in the worst case.
        start: what a line is trusted with before anything is known of it.
        cap: what is enough for all there is to send.
        venture: more than was tried that is believed anyway.
    """

    floor: int
    start: int
    cap: int
    venture: int = 20_000


class Estimate:
    """What one direction of a line carries, as far as it is known.

    Attributes:
        bits: bits per second.
        overused: the line is too full just now.
        calm: nothing speaks against sending more.
    """

    def __init__(self, limits: Limits) -> None:
        self.bits = limits.start
        self.overused = self.calm = False
        self._limits = limits
        self._own_loss = 0.0
        self._queue = self._brim = 0.0
        self._at, self._shows_at = float("inf"), float("-inf")
        self._full_at = float("-inf")
        self._loss_then = float("inf")
        self._sent: deque[int] = deque(maxlen=_LATE)

    def observe(self, reading: Reading, now: float) -> None:
        """Follows a reading, of which there is about one in a second."""
        self._sent.append(reading.sent)
        excess = self._excess(reading.loss)
        arrived = reading.sent * (1 - reading.loss)
        allowed = reading.allowed or 0
        limited = reading.allowed is not None and allowed < _AMPLE * reading.sent
        grows = reading.queue > max(_LONG, self._queue + _SHORT)
        # One key frame keeps a narrow line busy for a moment, and is no reason.
        full = min(reading.queue, 2 * self._queue) > _LONG or reading.queue > 2 * _LONG
        self._queue = reading.queue
        self.overused = full or excess > _LOSSY
        self.calm = reading.queue < _SHORT and excess < _CLEAN
        if self.overused:
            if (grows or now >= self._shows_at) and not self._in_vain(reading):
                self._give_way(reading, now)
                self._shows_at = now + _SHOWS_AFTER + reading.round_trip
        elif self.calm and not limited:
            low, high = (share * self._brim for share in _BRIM)
            pace = _RISE_AT_THE_BRIM if low < self.bits < high else _RISE
            passed = min(_LONGEST_PAUSE, max(1.0, now - self._at))
            risen = self.bits * pace**passed + _RISE_BITS
            believed = arrived * _BELIEVED + self._limits.venture
            if now - self._full_at < _REMEMBERED_FULL:
                believed = min(believed, _OVER_THE_BRIM * self._brim)
            self._become(max(self.bits, min(risen, believed)))
        elif reading.queue > _SHORT and self.bits < _USED * arrived:
            # It fills slowly: so much less lets it run empty again.
            self._become(min(self.bits, _EASES * arrived))
        self._at = now
        if limited and reading.queue > _SHORT:
            self._become(min(self.bits, max(_TRUSTED * max(self._sent), allowed)))
        if reading.probed is not None and not self.overused:
            self._become(max(self.bits, _PROBED * reading.probed))

    @property
    def own_loss(self) -> float:
        """The share of packets that the line loses at any rate."""
        return self._own_loss

    def doubt(self) -> None:
        """Nothing is heard of what is sent: the line may be too full even for that."""
        self.overused, self.calm = True, False
        self._become(self.bits / 2)

    def forgive(self, now: float) -> None:
        """Lets what an outage lost not count against the line."""
        self.overused = self.calm = False
        self._queue, self._loss_then = 0.0, float("inf")
        self._full_at = float("-inf")
        self._shows_at = now + _SHOWS_AFTER

    def _give_way(self, reading: Reading, now: float) -> None:
        sent = max(self._sent)
        share = _GIVES_WAY if reading.queue > _LONG else _RUNS_DRY
        self._brim, self._loss_then = sent * (1 - reading.loss), reading.loss
        self._full_at = now
        fits = max(share * self._brim, _GIVES_WAY_AT_MOST * min(self.bits, sent))
        self._become(min(self.bits, fits))

    def _in_vain(self, reading: Reading) -> bool:
        """Giving way changed nothing: the line loses as much at any rate."""
        if reading.queue > _LONG or reading.loss > _NO_LINE:
            return False
        if reading.loss < _AS_BEFORE * self._loss_then:
            return False
        self._own_loss = self._loss_then = reading.loss
        self._brim, self._full_at = 0.0, float("-inf")
        return True

    def _excess(self, loss: float) -> float:
        pace = _LEARNS if loss > self._own_loss else _UNLEARNS
        self._own_loss += (loss - self._own_loss) * pace
        return loss - self._own_loss

    def _become(self, bits: float) -> None:
        self.bits = int(max(self._limits.floor, min(self._limits.cap, bits)))


class Waiting:
    """How long packets wait in a line, told from how long they travel.

    The shortest time lately seen is the way itself. Nothing is remembered for long:
    a longer way after a change of network is no queue, nor is a page that lags behind
    its own clock.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._travelled: deque[tuple[float, float]] = deque()

    def observe(self, travelled: float, now: float) -> float:
        """Takes a time of travel, of any fixed offset, and returns the waiting."""
        times = self._travelled
        times.append((now, travelled))
        while len(times) > _FEWEST and now - times[0][0] > _REMEMBERED:
            times.popleft()
        self.seconds = travelled - self.shortest
        return self.seconds

    @property
    def shortest(self) -> float:
        """The shortest time lately seen, nought before the first."""
        return min((each for _, each in self._travelled), default=0.0)


class Losses:
    """The share of packets lost over the last few seconds.

    A report may count only a dozen packets, of which chance takes none or three.
    """

    def __init__(self, *, fades: float = _FADES) -> None:
        self._expected = self._lost = 0.0
        self._fades = fades

    def observe(self, *, expected: float, lost: float) -> float:
        """Takes what a report counted and returns the share."""
        self._expected = self._expected * self._fades + expected
        self._lost = self._lost * self._fades + lost
        return self.share

    @property
    def share(self) -> float:
        """Lost of expected, nought before the first."""
        if self._expected <= 0:
            return 0.0
        return max(0.0, min(1.0, self._lost / self._expected))

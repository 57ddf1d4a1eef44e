"""What one participant sends: a leg, and on it a track of sound and one of picture.

Negotiates the tracks, hears their packets, reports back. Knows no subscriber; the
outlets of its tracks are set from outside.
"""

from collections.abc import Callable, Coroutine
from struct import Struct
from typing import Final

from signaling.media import descriptions, dtls, rtcp, rtp, sdp
from signaling.media.attention import Attention
from signaling.media.codecs import CLOCK_RATES, Codec
from signaling.media.descriptions import Acceptance
from signaling.media.engine import (
    BadSdp,
    Kind,
    LegState,
    LegStatistics,
    VideoQuality,
)
from signaling.media.inbound import Bounds, Inbound
from signaling.media.intake import MAX_STREAMS, Intake
from signaling.media.layers import Track
from signaling.media.leg import Habits, Leg
from signaling.media.sections import Section
from signaling.media.tally import Tally
from signaling.media.upstream import OWN_SSRC, Upstream

_CNAME: Final = "forwarder"
_ASSUMED_ROUND_TRIP: Final = 0.1
_MISSING_CODEC: Final = {"audio": "no_opus", "video": "no_common_codec"}
_SSRC: Final = Struct("!L").unpack_from


class Publication:
    """A publish leg and its tracks.

    Attributes:
        codec: of the picture, None while it has none.
        track_of: makes its tracks.
    """

    track_of: type[Track] = Track

    def __init__(
        self,
        habits: Habits,
        *,
        attention: Attention,
        bounds: Bounds,
        own_ntp: Callable[[], int],
        on_state: Callable[[LegState, str], None],
        on_started: Callable[[Kind], None],
        on_offer_wanted: Callable[[], None],
        on_quality: Callable[[VideoQuality], None],
    ) -> None:
        self.leg = Leg(habits, hear=self._hear, on_state=on_state)
        self.codec: Codec | None = None
        self._intake = Intake(
            ask=self.leg.send_rtcp,
            call=attention.call,
            on_started=on_started,
            track_of=self.track_of,
        )
        self._known = self._intake.known
        self._dropped = habits.dropped
        self._attention = attention
        self._line = Inbound(bounds)
        # The first is told as well: who builds a leg anew may still keep to the last.
        self._quality: VideoQuality | None = None
        self._on_quality = on_quality
        self._own_ntp = own_ntp
        self._on_offer_wanted = on_offer_wanted
        self._offered: frozenset[Codec] = frozenset()
        self._slow_audio = self._offer_wanted = False
        self._round_trip: float | None = None
        self._ufrag = ""
        self._version = 0

    @property
    def tracks(self) -> dict[Kind, Track]:
        """What comes or is to come, by kind."""
        return self._intake.tracks

    def negotiate(
        self,
        offer: sdp.Description,
        *,
        preferred: Codec,
        addresses: tuple[str, ...],
        port: int,
    ) -> str:
        """Answers an offer, the first or a later one.

        Raises:
            BadSdp: it asks for codecs or roles that we do not have.
        """
        sections = _accepted(offer)
        if self._ufrag not in ("", offer.ufrag):
            self.leg.renew_credentials()
        self._ufrag, self._offer_wanted = offer.ufrag, False
        accepted = {each.mid: self._take_up(each, preferred) for each in sections}
        role: dtls.Role = "client" if offer.setup == "passive" else "server"
        if self.leg.state == "new":
            self.leg.begin(role=role, fingerprints=offer.fingerprints)
        self._version += 1
        return descriptions.answer(
            offer,
            accepted,
            transport=descriptions.Transport(
                credentials=self.leg.credentials,
                fingerprint=self.leg.channel.fingerprint,
                setup="active" if role == "client" else "passive",
                addresses=addresses,
                port=port,
            ),
            session=1,
            version=self._version,
        )

    def _take_up(self, section: Section, preferred: Codec) -> Acceptance:
        chosen = section.format(preferred)
        rids = self._intake.take_up(section, chosen)
        if section.media == "audio":
            return Acceptance(format=chosen, slow=self._slow_audio)
        self.codec = chosen.codec
        self._offered = frozenset(each.codec for each in section.formats)
        return Acceptance(format=chosen, rids=rids)

    def prefer(self, codec: Codec) -> None:
        """Has the page offer again if it could send a better codec than it does."""
        if self.codec not in (None, codec) and codec in self._offered:
            self._want_offer()

    @property
    def slow_audio(self) -> bool:
        """Sound is to come in few and long packets."""
        return self._slow_audio

    @slow_audio.setter
    def slow_audio(self, slow: bool) -> None:
        if slow != self._slow_audio:
            self._slow_audio = slow
            self._want_offer()

    def _want_offer(self) -> None:
        if not self._offer_wanted:
            self._offer_wanted = True
            self._on_offer_wanted()

    def _hear(self, datagram: bytes, now: float) -> None:
        ciphers = self.leg.ciphers
        if ciphers is None:
            self._dropped["early"] += 1
            return
        try:
            if 192 <= datagram[1] <= 223:
                self._hear_rtcp(ciphers.unprotect_rtcp(datagram), now)
                return
            (ssrc,) = _SSRC(datagram, 8)
            stream = self._known.get(ssrc)
            if stream is None and not self._has_room_for(ssrc):
                return
            packet = ciphers.unprotect(datagram)
        except dtls.Rejected:
            self._dropped["srtp"] += 1
            return
        self.leg.last_heard = now
        try:
            if stream is not None:
                stream.take(packet, now)
            else:
                self._hear_stranger(ssrc, packet, now)
        except rtp.MalformedRtp:
            self._dropped["malformed"] += 1

    def _has_room_for(self, ssrc: int) -> bool:
        if ssrc in self._known or len(self._known) < MAX_STREAMS:
            return True
        self._dropped["too_many_streams"] += 1
        return False

    def _hear_stranger(self, ssrc: int, packet: bytes, now: float) -> None:
        stream = self._intake.meet(ssrc, packet, now)
        if stream is None:
            self._dropped["unknown_stream"] += 1
            return
        stream.take(packet, now)
        if isinstance(stream, Upstream):
            self._say(now)

    def _hear_rtcp(self, compound: bytes, now: float) -> None:
        self.leg.last_heard = now
        for packet in rtcp.split(compound):
            report = rtcp.sender_report_in(packet)
            stream = report and self._known.get(report.ssrc)
            if report and isinstance(stream, Upstream):
                stream.note_report(report, own_ntp=self._own_ntp(), now=now)

    def report(self, now: float, round_trip: float | None = None) -> None:
        """Measures, reports reception, and tells the sender how much it may send.

        Args:
            now: in monotonic seconds.
            round_trip: to the participant, as its other leg has measured it.
        """
        for track in self.tracks.values():
            for stream in track.layers.values():
                stream.measure(now)
                if round_trip is not None:
                    stream.round_trip = round_trip
        self._round_trip = round_trip
        self._line.look(self.tracks, round_trip or _ASSUMED_ROUND_TRIP, now)
        self.slow_audio = self._line.decided.slow
        if self._line.decided.quality != self._quality:
            self._quality = self._line.decided.quality
            self._on_quality(self._quality)
        self._say(now)

    def sample(self, now: float) -> None:
        """Notes how packets travel; several times between reports."""
        self._line.sample(self.tracks, now)

    def _say(self, now: float) -> None:
        blocks: list[rtcp.ReportBlock] = []
        for track in self.tracks.values():
            behind = 0.0
            if track.kind == "audio":
                behind = max((each.loss(now) for each in track.outlets), default=0.0)
            blocks += [
                each.block(now, at_least=behind, admits=self._line.overused)
                for each in track.layers.values()
            ]
        if blocks:
            compound = rtcp.receiver_report(OWN_SSRC, blocks)
            compound += rtcp.description(OWN_SSRC, _CNAME) + self._bitrate()
            self.leg.send_rtcp(compound)

    def _bitrate(self) -> bytes:
        track = self.tracks.get("video")
        if track is None or not track.layers:
            return b""
        ssrcs = [each.ssrc for each in track.layers.values()]
        return rtcp.bitrate(OWN_SSRC, self._line.allowed, ssrcs)

    @property
    def waits(self) -> float:
        """Seconds that packets wait on the way up."""
        return self._line.waits

    def look_after_layers(self, now: float) -> None:
        """Moves viewers off a layer that stopped, and back to it when it is there."""
        track = self.tracks.get("video")
        if track is not None and max(len(track.expected), len(track.layers)) > 1:
            track.arrange(now)

    def statistics(self, now: float) -> LegStatistics:
        """Sums up what arrived."""
        live = list(self._intake.live(now))
        tally = self.tally()
        return LegStatistics(
            state=self.leg.state,
            last_heard=self.leg.last_heard,
            rtt=self._round_trip,
            loss=max((each.lost_fraction for each in live), default=0.0),
            jitter=max(
                (each.jitter / CLOCK_RATES[each.kind] for each in live), default=0.0
            ),
            packets=tally.packets_in,
            bytes=tally.bytes_in,
            nacks=tally.nacks_out,
            plis=tally.plis_out,
            bitrate=sum(each.bitrate for each in live),
            relayed=self.leg.relayed,
        )

    def tally(self) -> Tally:
        """Counts what arrived since the beginning."""
        tally = Tally()
        for each in self._intake.streams():
            tally.packets_in += each.packets
            tally.bytes_in += each.octets
            tally.packets_lost += each.lost
            tally.nacks_out += each.nacks
            tally.plis_out += each.plis
        return tally

    def silence(self, now: float) -> dict[Kind, float]:
        """Seconds since something of a kind arrived."""
        return {
            kind: now - max(each.heard for each in track.layers.values())
            for kind, track in self.tracks.items()
            if track.layers
        }

    def close(self) -> Coroutine[object, object, None]:
        """Ends the leg at once; what it returns is only the goodbye to the peer."""
        for track in self.tracks.values():
            track.close()
        for stream in self._intake.streams():
            self._attention.dismiss(stream)
        return self.leg.close()


def _accepted(offer: sdp.Description) -> tuple[Section, ...]:
    """The first section of each kind that the peer sends on."""
    accepted: dict[str, Section] = {}
    for section in offer.sections:
        if section.media not in _MISSING_CODEC or not section.sends:
            continue
        if section.carried is None:
            raise BadSdp(_MISSING_CODEC[section.media])
        accepted.setdefault(section.media, section)
    if not any(section.carried for section in offer.sections):
        raise BadSdp("no_media")
    return tuple(accepted.values())

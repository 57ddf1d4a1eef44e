"""What one participant sends: a leg, and on it a track of sound and one of picture.

Tells streams apart by payload type, which is unique to a kind within a bundle.
Knows no subscriber; the outlets of its tracks are set from outside.
"""

from collections.abc import Callable, Coroutine
from typing import Final

from signaling.media import descriptions, dtls, rate, rtcp, rtp, sdp
from signaling.media.attention import Attention
from signaling.media.engine import BadSdp, Kind, LegState, LegStatistics
from signaling.media.leg import Habits, Leg
from signaling.media.upstream import CLOCK_RATES, OWN_SSRC, SenderClock, Track, Upstream

_MAX_STREAMS: Final = 32
_CNAME: Final = "forwarder"
_MISSING_CODEC: Final = {"audio": "no_opus", "video": "no_vp8"}


class Publication:
    """A publish leg and its tracks."""

    def __init__(
        self,
        habits: Habits,
        *,
        attention: Attention,
        bounds: rate.Bounds,
        own_ntp: Callable[[], int],
        on_state: Callable[[LegState, str], None],
        on_started: Callable[[Kind], None],
    ) -> None:
        self.leg = Leg(habits, hear=self._hear, on_state=on_state)
        self.tracks: dict[Kind, Track] = {}
        self._dropped = habits.dropped
        self._clock = habits.clock
        self._attention = attention
        self._bounds = bounds
        self._estimate = bounds.start
        self._own_ntp = own_ntp
        self._on_started = on_started
        self._sender_clock = SenderClock()
        self._streams: dict[bytes, Upstream | None] = {}
        self._ufrag = ""
        self._version = 0

    def negotiate(
        self, offer: sdp.Description, *, addresses: tuple[str, ...], port: int
    ) -> str:
        """Answers an offer, the first or a later one.

        Raises:
            BadSdp: it asks for codecs or roles that we do not have.
        """
        accepted = _accepted(offer)
        if self._ufrag not in ("", offer.ufrag):
            self.leg.renew_credentials()
        self._ufrag = offer.ufrag
        for section in accepted:
            self._take_up(section)
        role: dtls.Role = "client" if offer.setup == "passive" else "server"
        if self.leg.state == "new":
            self.leg.begin(role=role, fingerprints=offer.fingerprints)
        self._version += 1
        return descriptions.answer(
            offer,
            frozenset(section.mid for section in accepted),
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

    def _take_up(self, section: sdp.Section) -> None:
        kind, number = section.carried, section.payload_type
        if kind is None or number is None:
            return
        track = self.tracks.get(kind)
        if track is None:
            self.tracks[kind] = Track(kind, number, self._sender_clock)
        else:
            track.payload_type = number

    def _hear(self, datagram: bytes, now: float) -> None:
        ciphers = self.leg.ciphers
        if ciphers is None:
            self._dropped["early"] += 1
            return
        try:
            if rtp.is_rtcp(datagram):
                self._hear_rtcp(ciphers.unprotect_rtcp(datagram), now)
                return
            key = datagram[8:12]
            known = key in self._streams
            # libsrtp keeps a state for each number it ever saw, for good.
            if not known and len(self._streams) >= _MAX_STREAMS:
                self._dropped["too_many_streams"] += 1
                return
            packet = ciphers.unprotect(datagram)
        except dtls.Rejected:
            self._dropped["srtp"] += 1
            return
        self.leg.last_heard = now
        stream = self._streams[key] if known else self._meet(key, packet)
        if stream is None:
            self._dropped["unknown_stream"] += 1
            return
        try:
            stream.take(packet, now)
        except rtp.MalformedRtp:
            self._dropped["malformed"] += 1
        if not known:
            self.report(now)

    def _meet(self, key: bytes, packet: bytes) -> Upstream | None:
        for track in self.tracks.values():
            if track.payload_type == packet[1] & 0x7F:
                break
        else:
            self._streams[key] = None
            return None
        stream = Upstream(
            track,
            int.from_bytes(key, "big"),
            ask=self.leg.send_rtcp,
            call=self._attention.call,
        )
        first = track.stream is None
        track.stream = self._streams[key] = stream
        if first:
            self._on_started(track.kind)
        return stream

    def _hear_rtcp(self, compound: bytes, now: float) -> None:
        self.leg.last_heard = now
        for packet in rtcp.split(compound):
            report = rtcp.sender_report_in(packet)
            stream = report and self._streams.get(report.ssrc.to_bytes(4, "big"))
            if report and stream:
                stream.note_report(report, own_ntp=self._own_ntp(), now=now)

    def report(self, now: float, round_trip: float | None = None) -> None:
        """Reports reception to the sender, and tells it how much it may send."""
        blocks: list[rtcp.ReportBlock] = []
        for track in self.tracks.values():
            if track.stream is None:
                continue
            if round_trip is not None:
                track.stream.round_trip = round_trip
            behind = 0.0
            if track.kind == "audio":
                behind = max((each.loss(now) for each in track.outlets), default=0.0)
            blocks.append(track.stream.block(now, at_least=behind))
        if blocks:
            compound = rtcp.receiver_report(OWN_SSRC, blocks)
            compound += rtcp.description(OWN_SSRC, _CNAME) + self._bitrate(now)
            self.leg.send_rtcp(compound)

    def _bitrate(self, now: float) -> bytes:
        track = self.tracks.get("video")
        if track is None or track.stream is None:
            return b""
        risen = rate.next_estimate(
            self._estimate, loss=track.stream.lost_fraction, bounds=self._bounds
        )
        said = (outlet.allowance(now) for outlet in track.outlets)
        self._estimate = rate.permitted(
            risen, (each for each in said if each is not None), bounds=self._bounds
        )
        return rtcp.bitrate(OWN_SSRC, self._estimate, [track.stream.ssrc])

    def statistics(self) -> LegStatistics:
        """Sums up what arrived."""
        streams = [each for each in self._streams.values() if each is not None]
        live = [t.stream for t in self.tracks.values() if t.stream is not None]
        return LegStatistics(
            state=self.leg.state,
            last_heard=self.leg.last_heard,
            rtt=None,
            loss=max((each.lost_fraction for each in live), default=0.0),
            jitter=max(
                (each.jitter / CLOCK_RATES[each.track.kind] for each in live),
                default=0.0,
            ),
            packets=sum(each.packets for each in streams),
            bytes=sum(each.octets for each in streams),
            nacks=sum(each.nacks for each in streams),
            plis=sum(each.plis for each in streams),
        )

    def silence(self, now: float) -> dict[Kind, float]:
        """Seconds since something of a kind arrived."""
        return {
            kind: now - track.stream.heard
            for kind, track in self.tracks.items()
            if track.stream is not None
        }

    def close(self) -> Coroutine[object, object, None]:
        """Ends the leg at once; what it returns is only the goodbye to the peer."""
        for track in self.tracks.values():
            track.outlets = ()
        for stream in self._streams.values():
            if stream is not None:
                self._attention.dismiss(stream)
        return self.leg.close()


def _accepted(offer: sdp.Description) -> tuple[sdp.Section, ...]:
    """The first section of each kind that the peer sends on."""
    accepted: dict[str, sdp.Section] = {}
    for section in offer.sections:
        if section.media not in _MISSING_CODEC or not section.sends:
            continue
        if section.carried is None:
            raise BadSdp(_MISSING_CODEC[section.media])
        accepted.setdefault(section.media, section)
    if not any(section.carried for section in offer.sections):
        raise BadSdp("no_media")
    return tuple(accepted.values())

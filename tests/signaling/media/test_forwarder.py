import asyncio
import itertools
import struct

import pytest

from signaling.media import rtcp
from signaling.media.engine import (
    BadSdp,
    LegConnected,
    LegFailed,
    LegLost,
    OfferWanted,
    ParticipantStatistics,
    TrackStarted,
)
from signaling.media.forwarder import ForwarderSettings
from tests.signaling.media.client import H264, OPUS, VP8, Peer, audio, h264, video
from tests.signaling.media.conftest import Stage, until


def numbers(packets: list[bytes]) -> list[int]:
    return [int.from_bytes(packet[2:4], "big") for packet in packets]


def steps(values: list[int], modulus: int = 65_536) -> list[int]:
    """How each value differs from the one before."""
    return [(b - a) % modulus for a, b in itertools.pairwise(values)]


def of_kind(packets: list[bytes], payload_type: int) -> list[bytes]:
    return [packet for packet in packets if packet[1] & 0x7F == payload_type]


def picture_id(packet: bytes) -> int:
    return int.from_bytes(packet[14:16], "big") & 0x7FFF


async def settle() -> None:
    """Long enough for everything under way on loopback to have arrived."""
    await asyncio.sleep(0.05)


async def test_what_one_publishes_the_other_receives(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")

    for number in range(5):
        family.send(audio(number + 40_000))
        family.send(video(number + 50_000, key=number == 0, picture=number))
    await until(lambda: len(terminal.packets) == 10)

    heard, seen = of_kind(terminal.packets, OPUS), of_kind(terminal.packets, VP8)
    assert steps(numbers(heard)) == [1] * 4
    assert numbers(heard)[0] < 32_768
    assert [packet[12:] for packet in heard] == [b"\xfcsound"] * 5
    assert [p[12:] for p in seen] == [
        video(n + 50_000, key=n == 0, picture=n)[12:] for n in range(5)
    ]
    times = [struct.unpack_from("!L", packet, 4)[0] for packet in seen]
    assert steps(times, 2**32) == [3000] * 4
    assert len({packet[8:12] for packet in terminal.packets}) == 2
    assert stage.events == [
        LegConnected(participant="family", target="publisher"),
        LegConnected(participant="terminal", target="subscriber"),
        TrackStarted(participant="family", kind="audio"),
        TrackStarted(participant="family", kind="video"),
    ]


async def test_three_who_see_each_other_share_one_port(stage: Stage) -> None:
    everyone = ("family", "terminal", "prosecutor")
    sending = {name: await stage.publisher(name) for name in everyone}
    receiving = {}
    for name in everyone:
        others = [other for other in everyone if other != name]
        receiving[name] = await stage.subscriber(name, *others)

    for name, peer in sending.items():
        peer.send(audio(1, payload=name.encode()))

    for name, peer in receiving.items():
        await until(lambda peer=peer: len(peer.packets) == 2)
        assert {p[12:].decode() for p in peer.packets} == set(everyone) - {name}


async def test_a_seat_outlives_the_order_of_arrival(stage: Stage) -> None:
    terminal = await stage.subscriber("terminal", "family")
    family = await stage.publisher("family")

    family.send(audio(1))

    await until(lambda: len(terminal.packets) == 1)


async def test_a_new_occupant_continues_the_stream_of_its_slot(stage: Stage) -> None:
    family, lawyer = await stage.publisher("family"), await stage.publisher("lawyer")
    terminal = await stage.subscriber("terminal", "family")
    for number in range(3):
        family.send(video(number, key=number == 0, picture=900 + number))
        family.send(audio(number))
    await until(lambda: len(terminal.packets) == 6)

    stage.forwarder.seat("terminal", 0, "lawyer")
    for number in range(3):
        lawyer.send(video(60_000 + number, ssrc=7, key=number == 1, picture=5 + number))
        lawyer.send(audio(60_000 + number, ssrc=8))
        family.send(audio(number + 3))
    await until(lambda: len(terminal.packets) == 11)
    await settle()

    seen, heard = of_kind(terminal.packets, VP8), of_kind(terminal.packets, OPUS)
    # The lawyer's first frame is no key frame: nothing could be decoded from it.
    assert [p[18:] for p in seen[3:]] == [b"\x10frame 60001", b"\x11frame 60002"]
    assert steps(numbers(seen)) == [1] * 4
    assert steps([picture_id(packet) for packet in seen]) == [1] * 4
    assert steps([packet[16] for packet in seen], 256) == [1] * 4
    assert steps(numbers(heard)) == [1] * 5
    assert len({packet[8:12] for packet in terminal.packets}) == 2


async def test_an_empty_seat_is_silent(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    family.send(audio(1))
    await until(lambda: len(terminal.packets) == 1)

    stage.forwarder.seat("terminal", 0, None)
    family.send(audio(2))
    await settle()

    assert len(terminal.packets) == 1


async def test_there_are_as_many_slots_as_were_negotiated(stage: Stage) -> None:
    with pytest.raises(ValueError, match="4"):
        stage.forwarder.seat("terminal", 4, "family")


async def test_what_is_blocked_is_not_forwarded_and_comes_back_whole(
    stage: Stage,
) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    family.send(audio(1))
    family.send(video(1, key=True))
    await until(lambda: len(terminal.packets) == 2)

    stage.forwarder.block("family", "video", True)
    stage.forwarder.block("family", "audio", True)
    for number in range(2, 5):
        family.send(audio(number))
        family.send(video(number))
    await settle()
    assert len(terminal.packets) == 2

    asked = len(family.asked(rtcp.PAYLOAD_FEEDBACK, rtcp.PICTURE_LOSS))
    stage.clock.ahead += 1
    stage.forwarder.block("family", "audio", False)
    stage.forwarder.block("family", "video", False)
    await until(
        lambda: len(family.asked(rtcp.PAYLOAD_FEEDBACK, rtcp.PICTURE_LOSS)) > asked
    )
    family.send(audio(5))
    family.send(video(5))
    family.send(video(6, key=True))
    await until(lambda: len(terminal.packets) == 4)

    assert steps(numbers(of_kind(terminal.packets, OPUS))) == [1]
    assert steps(numbers(of_kind(terminal.packets, VP8))) == [1]
    assert of_kind(terminal.packets, VP8)[1][18:] == b"\x10frame 6"


async def test_a_mute_holds_for_a_track_that_comes_later(stage: Stage) -> None:
    stage.forwarder.block("family", "audio", True)
    terminal = await stage.subscriber("terminal", "family")
    family = await stage.publisher("family")

    family.send(audio(1))
    family.send(video(1, key=True))
    await until(lambda: len(terminal.packets) == 1)
    await settle()

    assert of_kind(terminal.packets, OPUS) == []


async def test_a_late_joiner_gets_a_key_frame(stage: Stage) -> None:
    family = await stage.publisher("family")
    family.send(video(0, key=True))
    for number in range(1, 4):
        family.send(video(number))
    await settle()

    terminal = await stage.subscriber("terminal", "family")
    await until(lambda: family.asked(rtcp.PAYLOAD_FEEDBACK, rtcp.PICTURE_LOSS))
    family.send(video(4))
    family.send(video(5, key=True))
    await until(lambda: terminal.packets)

    assert [p[18:] for p in terminal.packets] == [b"\x10frame 5"]


async def test_requests_for_key_frames_are_relayed_but_not_each(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    family.send(video(1, key=True))
    await until(lambda: terminal.packets)
    ssrc = int.from_bytes(terminal.packets[0][8:12], "big")

    for _ in range(20):
        terminal.send(rtcp.picture_loss(1, ssrc))
    await settle()

    asked = family.asked(rtcp.PAYLOAD_FEEDBACK, rtcp.PICTURE_LOSS)
    assert [p.body for p in asked] == [struct.pack("!LL", 1, 0x71DE0)]
    # The nineteen others are answered by one more, as soon as it is polite.
    stage.clock.ahead += 0.5
    await until(
        lambda: len(family.asked(rtcp.PAYLOAD_FEEDBACK, rtcp.PICTURE_LOSS)) == 2
    )
    assert stage.forwarder.statistics("terminal").subscriber.plis == 20
    assert stage.forwarder.statistics("family").publisher.plis == 2


async def test_what_the_receiver_lost_is_sent_again(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    lost: list[bytes] = []
    terminal.loses = lambda datagram: len(lost) < 2 and not lost.append(datagram)

    for number in range(4):
        family.send(video(number, key=number == 0))
    await until(lambda: len(terminal.packets) == 2)
    first = numbers(terminal.packets)[0] - 2
    ssrc = int.from_bytes(terminal.packets[0][8:12], "big")
    for _ in range(3):
        terminal.send(rtcp.nack(1, ssrc, [first, first + 1]))
    await until(lambda: len(terminal.packets) == 4)
    await settle()

    assert sorted(numbers(terminal.packets)) == list(range(first, first + 4))
    assert {p[18:] for p in terminal.packets} == {
        video(n, key=n == 0)[18:] for n in range(4)
    }
    assert stage.forwarder.statistics("terminal").subscriber.nacks == 6


async def test_what_never_was_sent_is_not_sent_again(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    family.send(audio(1))
    await until(lambda: terminal.packets)
    ssrc = int.from_bytes(terminal.packets[0][8:12], "big")

    terminal.send(rtcp.nack(1, ssrc, range(40_000, 40_200)))
    terminal.send(rtcp.nack(1, 12345, [1]))
    await settle()

    assert len(terminal.packets) == 1


async def test_what_did_not_arrive_is_asked_for_again(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    family.send(video(65_534, key=True))
    family.send(video(2))
    await until(lambda: family.asked(rtcp.TRANSPORT_FEEDBACK, rtcp.NACK))

    asked = rtcp.nacked_in(family.asked(rtcp.TRANSPORT_FEEDBACK, rtcp.NACK)[0])
    assert asked == (0x71DE0, [65_535, 0, 1])
    for number in (65_535, 0, 1):
        family.send(video(number))
    await until(lambda: len(terminal.packets) == 5)
    await asyncio.sleep(0.2)

    assert len(family.asked(rtcp.TRANSPORT_FEEDBACK, rtcp.NACK)) == 1
    # Late packets fill exactly the holes that were left for them.
    order = numbers(terminal.packets)
    assert [(n - order[0]) % 65_536 for n in order] == [0, 4, 1, 2, 3]


async def test_nobody_asks_for_ever(stage: Stage) -> None:
    family = await stage.publisher("family")
    family.send(audio(1))
    family.send(audio(3))

    for _ in range(12):
        stage.clock.ahead += 0.5
        await asyncio.sleep(0.03)

    asked = family.asked(rtcp.TRANSPORT_FEEDBACK, rtcp.NACK)
    assert [rtcp.nacked_in(p) for p in asked] == [(0xA0D10, [2])] * 4
    assert stage.forwarder.statistics("family").publisher.nacks == 4


async def test_reception_is_reported_with_the_loss_of_the_worst_listener(
    stage: Stage,
) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    for number in range(10):
        family.send(audio(number))
    await until(lambda: len(terminal.packets) == 10)
    ssrc = int.from_bytes(terminal.packets[0][8:12], "big")
    bad_line = rtcp.ReportBlock(
        ssrc=ssrc,
        fraction_lost=64,
        lost=5,
        highest=10,
        jitter=480,
        last_report=0,
        delay=0,
    )
    terminal.send(rtcp.receiver_report(1, [bad_line]))

    def worst() -> float:
        blocks = [b for r in family.reports for b in rtcp.report_blocks_in(r)]
        return max((b.fraction_lost for b in blocks), default=0)

    await until(lambda: worst() == 64, within=2)
    statistics = stage.forwarder.statistics("terminal").subscriber
    assert (statistics.loss, statistics.jitter) == (0.25, 0.01)


async def test_a_publisher_is_told_how_much_its_receivers_can_take(
    stage: Stage,
) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    family.send(video(0, key=True))
    await until(lambda: terminal.packets)

    def told() -> list[int]:
        return [b for p in family.reports if (b := rtcp.bitrate_in(p)) is not None]

    # The first word comes with the first packet: browsers start at 300 kbit/s.
    assert 780_000 < told()[0] <= 920_000

    def reported(*, lost: int) -> bytes:
        ssrc = int.from_bytes(terminal.packets[0][8:12], "big")
        first = numbers(terminal.packets)[0]
        block = rtcp.ReportBlock(
            ssrc=ssrc,
            fraction_lost=128 if lost else 0,
            lost=lost,
            highest=first + sent,
            jitter=0,
            last_report=0,
            delay=0,
        )
        return rtcp.receiver_report(1, [block])

    sent, lost = 0, 0

    async def a_megabit_of_which_is_lost(share: float) -> None:
        nonlocal sent, lost
        for turn in range(60):
            sent += 1
            family.send(video(sent) + bytes(1200))
            if turn % 10 == 9:
                lost += int(10 * share)
                terminal.send(reported(lost=lost))
            await asyncio.sleep(0.01)

    for share in (0.0, 0.0, 0.0):
        await a_megabit_of_which_is_lost(share)
    assert told()[-1] > 780_000
    for share in (0.5, 0.5, 0.5, 0.5):
        await a_megabit_of_which_is_lost(share)
    assert told()[-1] < 780_000


async def test_sender_reports_carry_the_publishers_clock_to_sound_and_picture(
    stage: Stage,
) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    sent_at = 3_900_000_000 << 32
    for ssrc, timestamp in ((0xA0D10, 48_000), (0x71DE0, 90_000)):
        family.send(audio(0) if ssrc == 0xA0D10 else video(0, key=True))
        family.send(
            rtcp.sender_report(
                rtcp.SenderReport(
                    ssrc=ssrc, ntp=sent_at, timestamp=timestamp, packets=1, octets=1
                )
            )
        )
        await asyncio.sleep(0.03)
    await until(lambda: len(terminal.packets) == 2)

    def reports() -> dict[int, rtcp.SenderReport]:
        found = map(rtcp.sender_report_in, terminal.reports)
        return {report.ssrc: report for report in found if report}

    await until(lambda: len(reports()) == 2, within=2)
    sound, picture = (
        (
            reports()[int.from_bytes(p[8:12], "big")],
            int.from_bytes(p[4:8], "big"),
            rate,
        )
        for kind, rate in ((OPUS, 48_000), (VP8, 90_000))
        for p in of_kind(terminal.packets, kind)
    )

    def start(report: rtcp.SenderReport, timestamp: int, rate: int) -> float:
        """When, by the sender's clock, the first packet was taken."""
        since = (report.timestamp - timestamp) % 2**32 / rate
        return report.ntp / 2**32 - since

    # Both packets bear timestamp 0 and both reports say one second later.
    assert start(*sound) == pytest.approx(start(*picture), abs=0.001)
    names = {r.body[6 : 6 + r.body[5]] for r in terminal.reports if r.type == 202}
    assert names == {b"slot0"}


async def test_the_round_trip_is_measured_from_reports(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    family.send(audio(0))
    family.send(
        rtcp.sender_report(
            rtcp.SenderReport(
                ssrc=0xA0D10, ntp=1 << 63, timestamp=0, packets=1, octets=1
            )
        )
    )
    await until(lambda: any(r.type == 200 for r in terminal.reports), within=2)
    report = next(filter(None, map(rtcp.sender_report_in, terminal.reports)))
    block = rtcp.ReportBlock(
        ssrc=report.ssrc,
        fraction_lost=0,
        lost=0,
        highest=0,
        jitter=0,
        last_report=report.ntp >> 16 & 0xFFFFFFFF,
        delay=0,
    )
    stage.clock.ahead += 0.5
    terminal.send(rtcp.receiver_report(1, [block]))

    def round_trip() -> float | None:
        return stage.forwarder.statistics("terminal").subscriber.rtt

    await until(lambda: round_trip() is not None)
    assert round_trip() == pytest.approx(0.5, abs=0.1)

    await stage.publisher("terminal")

    def as_publisher() -> float | None:
        return stage.forwarder.statistics("terminal").publisher.rtt

    await until(lambda: as_publisher() is not None, within=2)
    assert as_publisher() == round_trip()


async def test_header_extensions_and_contributors_end_here(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    plain = audio(1)
    extension = struct.pack("!HHL", 0xBEDE, 1, 0x10FF0000)
    long = bytes((0x91,)) + plain[1:12] + b"\0\0\0\7" + extension + plain[12:]

    family.send(long)
    await until(lambda: terminal.packets)

    assert terminal.packets[0][0] == 0x80
    assert terminal.packets[0][12:] == plain[12:]


async def test_a_listener_without_a_screen_gets_sound_only(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family", refuse="video")

    family.send(video(0, key=True))
    family.send(audio(0))
    await until(lambda: terminal.packets)
    await settle()

    assert [p[1] & 0x7F for p in terminal.packets] == [OPUS]


async def test_whoever_leaves_is_forgotten(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    stage.forwarder.leave("family")
    stage.forwarder.leave("family")
    await settle()

    dropped = stage.forwarder.dropped["stranger"]
    family.send(audio(1))
    await until(lambda: stage.forwarder.dropped["stranger"] == dropped + 1)

    assert terminal.packets == []
    assert stage.forwarder.statistics("family") == ParticipantStatistics(
        publisher=None, subscriber=None, silence={}
    )
    again = await stage.publisher("family")
    again.send(audio(1))
    await settle()
    assert terminal.packets == [], "the seat was vacated, not kept"


async def test_nothing_is_left_of_those_who_came_and_went(stage: Stage) -> None:
    for _ in range(5):
        await stage.publisher("family")
        await stage.subscriber("terminal", "family")
        await stage.forwarder.publish("family", stage.peer().offer())
        await stage.forwarder.subscribe("terminal")
        stage.forwarder.leave("family")
        stage.forwarder.leave("terminal")
        stage.events.clear()
    await settle()

    assert stage.forwarder._doors == {}
    assert [port._legs for port in stage.forwarder._ports] == [{}]
    assert not stage.forwarder._closing
    assert vars(stage.forwarder._routes._seats) == {"_given": {}, "_taken": {}}


async def test_statistics_say_when_something_was_last_heard(stage: Stage) -> None:
    family = await stage.publisher("family")
    for number in range(3):
        family.send(audio(number))
    await until(lambda: stage.forwarder.statistics("family").publisher.packets == 3)
    stage.clock.ahead += 5

    statistics = stage.forwarder.statistics("family")
    assert statistics.silence == {"audio": pytest.approx(5, abs=0.2)}
    assert statistics.subscriber is None
    assert statistics.publisher.state == "connected"
    assert statistics.publisher.bytes == 3 * len(audio(0))
    heard_ago = stage.clock() - statistics.publisher.last_heard
    assert heard_ago == pytest.approx(5, abs=0.2)


async def test_an_offer_without_our_codecs_is_refused_by_name(stage: Stage) -> None:
    offer = stage.peer().offer().replace("VP8", "VP9")

    with pytest.raises(BadSdp) as refused:
        await stage.forwarder.publish("family", offer)

    assert refused.value.reason == "no_common_codec"
    assert stage.forwarder.statistics("family").publisher is None


async def test_a_room_goes_over_to_a_codec_that_everyone_can_decode(
    stage: Stage,
) -> None:
    for name in ("family", "terminal", "old phone"):
        stage.forwarder.join(name, "room")
    family = stage.peer()
    offer = family.offer(audio=False, codecs=("VP8", "H264"))
    answer = await stage.forwarder.publish("family", offer)
    assert "VP8/90000" in answer
    await family.connect(answer)
    terminal = await stage.subscriber("terminal", "family")
    family.send(video(1, key=True))
    await until(lambda: terminal.packets)

    phone = await stage.subscriber("old phone", "family", codecs=("H264",))
    assert stage.events.count(OfferWanted(participant="family")) == 1
    family.send(video(2))
    answer = await stage.forwarder.publish("family", offer)
    assert "H264/90000" in answer
    assert "VP8" not in answer
    family.send(h264(1, key=True))
    await until(lambda: phone.packets and len(terminal.packets) == 3)
    await settle()

    assert [p[1] & 0x7F for p in terminal.packets] == [VP8, VP8, H264]
    assert [p[1] & 0x7F for p in phone.packets] == [H264]
    assert steps(numbers(terminal.packets)) == [1, 1]


async def test_whoever_sends_only_what_others_cannot_decode_is_not_asked_again(
    stage: Stage,
) -> None:
    for name in ("family", "terminal"):
        stage.forwarder.join(name, "room")
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family", codecs=("H264",))

    family.send(video(1, key=True))
    family.send(audio(1))
    await until(lambda: terminal.packets)
    await settle()

    assert [p[1] & 0x7F for p in terminal.packets] == [OPUS]
    assert OfferWanted(participant="family") not in stage.events


async def test_sound_is_asked_for_in_long_packets_by_another_offer(
    stage: Stage,
) -> None:
    family = await stage.publisher("family")
    publication = stage.forwarder._routes.publications["family"]
    wanted = OfferWanted(participant="family")

    publication.slow_audio = True
    publication.slow_audio = True
    assert stage.events.count(wanted) == 1
    assert "a=ptime:60" in await stage.forwarder.publish("family", family.offer())
    publication.slow_audio = False
    assert stage.events.count(wanted) == 2
    assert "a=ptime" not in await stage.forwarder.publish("family", family.offer())


async def test_what_was_counted_outlives_those_it_was_counted_for(
    stage: Stage,
) -> None:
    stage.forwarder.join("family", "room")
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    for number in (1, 2, 4):
        family.send(video(number, key=number == 1))
    await until(lambda: len(terminal.packets) == 3)
    await until(lambda: family.asked(rtcp.TRANSPORT_FEEDBACK, rtcp.NACK))

    def counted() -> dict[str, int]:
        (worker,) = stage.forwarder.workers()
        return {
            "packets_in": worker.packets_in,
            "packets_out": worker.packets_out,
            "bytes_in": worker.bytes_in,
            "packets_lost": worker.packets_lost,
            "nacks_out": worker.nacks_out,
            "rooms": worker.rooms,
            "legs": worker.legs,
        }

    flowed = {
        "packets_in": 3,
        "packets_out": 3,
        "bytes_in": 3 * len(video(1)),
        "packets_lost": 1,
        "nacks_out": counted()["nacks_out"],
    }
    assert counted() == {**flowed, "rooms": 1, "legs": 2}
    for name in ("family", "terminal"):
        stage.forwarder.leave(name)
    assert counted() == {**flowed, "rooms": 0, "legs": 0}


async def test_a_bad_offer_leaves_the_present_leg_alone(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    for bad in ("", "v=0\r\n", stage.peer().offer().replace("VP8", "H265")):
        with pytest.raises(BadSdp):
            await stage.forwarder.publish("family", bad)

    family.send(audio(1))

    await until(lambda: terminal.packets)


async def test_an_answer_nobody_waits_for_is_refused(stage: Stage) -> None:
    with pytest.raises(BadSdp) as refused:
        await stage.forwarder.accept("terminal", "v=0")
    assert refused.value.reason == "no_offer"


async def test_an_answer_from_another_certificate_is_refused(stage: Stage) -> None:
    await stage.subscriber("terminal")
    offer = await stage.forwarder.subscribe("terminal")
    with pytest.raises(BadSdp) as refused:
        await stage.forwarder.accept("terminal", stage.peer().answer(offer))
    assert refused.value.reason == "fingerprint_changed"


async def test_the_server_can_be_the_one_who_begins_the_handshake(
    stage: Stage,
) -> None:
    family = await stage.publisher("family", setup="passive")
    peer = stage.peer()
    stage.forwarder.seat("terminal", 0, "family")
    offer = await stage.forwarder.subscribe("terminal")
    await stage.forwarder.accept("terminal", peer.answer(offer, setup="passive"))
    await peer.connect(offer.replace("setup:actpass", "setup:active"))
    await stage.connected("terminal", "subscriber")

    family.send(audio(1))

    await until(lambda: peer.packets)


async def test_both_legs_say_when_they_fall_silent_and_when_they_are_back(
    stage: Stage,
) -> None:
    family = await stage.publisher("family")
    stage.clock.ahead += 16
    lost = LegLost(participant="family", target="publisher")
    await until(lambda: lost in stage.events, within=2)
    assert stage.forwarder.statistics("family").publisher.state == "lost"

    before = len(stage.events)
    family.check()
    await until(lambda: len(stage.events) > before, within=2)

    assert stage.events[before:] == [
        LegConnected(participant="family", target="publisher")
    ]


async def test_a_peer_that_says_goodbye_is_lost_at_once(stage: Stage) -> None:
    family = await stage.publisher("family")
    await family.channel.close()

    lost = LegLost(participant="family", target="publisher")
    await until(lambda: lost in stage.events, within=1)
    assert stage.forwarder.statistics("family").publisher.state == "closed"


class TestImpatience:
    @pytest.fixture
    def settings(self) -> ForwarderSettings:
        return ForwarderSettings(bind_host="127.0.0.1", patience=0.3)

    async def test_a_peer_that_never_comes_has_failed(self, stage: Stage) -> None:
        await stage.forwarder.publish("family", stage.peer().offer())
        failed = LegFailed(
            participant="family", target="publisher", reason="unreachable"
        )
        await until(lambda: failed in stage.events, within=1)

    async def test_a_peer_that_shakes_no_hands_has_failed(self, stage: Stage) -> None:
        peer = stage.peer()
        peer.meet(await stage.forwarder.publish("family", peer.offer()))
        await peer.reach()
        failed = LegFailed(
            participant="family", target="publisher", reason="dtls_timeout"
        )
        await until(lambda: failed in stage.events, within=1)

    async def test_a_failed_leg_can_be_negotiated_anew(self, stage: Stage) -> None:
        peer = stage.peer()
        await stage.forwarder.publish("family", peer.offer())
        await until(lambda: stage.events, within=1)

        await peer.connect(await stage.forwarder.publish("family", peer.offer()))

        await stage.connected("family", "publisher")


async def test_somebody_elses_certificate_fails_the_handshake(stage: Stage) -> None:
    peer, other = stage.peer(), Peer()
    stage.peers.append(other)
    answer = await stage.forwarder.publish("family", peer.offer())
    await other.connect(answer)

    failed = LegFailed(participant="family", target="publisher", reason="dtls_failed")
    await until(lambda: failed in stage.events, within=2)

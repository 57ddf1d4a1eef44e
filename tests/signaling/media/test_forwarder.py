"""What one publishes, the others receive."""

import struct

import pytest

from signaling.media import rtcp
from signaling.media.engine import (
    LegConnected,
    ParticipantStatistics,
    TrackStarted,
)
from tests.signaling.media.client import OPUS, VP8, audio, video
from tests.signaling.media.conftest import Stage, until
from tests.signaling.media.seen import numbers, of_kind, picture_id, settle, steps


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

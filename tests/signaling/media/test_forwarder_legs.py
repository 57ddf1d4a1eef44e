"""Legs are negotiated, fall silent, come back and end."""

import pytest

from signaling.media import rtcp
from signaling.media.engine import (
    BadSdp,
    LegConnected,
    LegFailed,
    LegLost,
)
from signaling.media.forwarder import ForwarderSettings
from tests.signaling.media.client import Peer, audio, video
from tests.signaling.media.conftest import Stage, until


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


async def test_what_was_counted_outlives_those_it_was_counted_for(
    stage: Stage,
) -> None:
    stage.forwarder.join("family", "room", privileged=False)
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

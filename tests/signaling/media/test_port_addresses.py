"""Whom the one port sends to: new keys, new networks, and both kinds of address."""

import os

import pytest

from signaling.media.engine import LegConnected
from signaling.media.forwarder import ForwarderSettings
from tests.signaling.media.client import audio, video
from tests.signaling.media.conftest import Stage, until


async def test_an_ice_restart_keeps_keys_and_media(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    family.send(audio(1))
    await until(lambda: terminal.packets)

    before = family.server_ufrag
    family.ufrag = os.urandom(4).hex()
    family.meet(await stage.forwarder.publish("family", family.offer()))
    family.send(audio(2))
    family.move()
    await family.reach()
    family.send(audio(3))
    await until(lambda: len(terminal.packets) == 3)
    terminal.meet(await stage.forwarder.subscribe("terminal"))
    terminal.move()
    await terminal.reach()
    family.send(audio(4))

    await until(lambda: len(terminal.packets) == 4)
    assert family.server_ufrag != before
    connected = [each for each in stage.events if isinstance(each, LegConnected)]
    assert len(connected) == 2, "nobody had to connect again"


async def test_an_offer_that_only_adds_a_camera_restarts_nothing(stage: Stage) -> None:
    family = await stage.publisher("family", video=False)
    terminal = await stage.subscriber("terminal", "family")

    answer = await stage.forwarder.publish("family", family.offer())
    family.send(video(1, key=True))
    await until(lambda: terminal.packets)

    assert f"a=ice-ufrag:{family.server_ufrag}" in answer


async def test_the_call_follows_a_phone_to_another_network(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    family.send(audio(1))
    await until(lambda: len(terminal.packets) == 1)

    family.move()
    terminal.move()
    family.send(audio(2))
    await until(lambda: stage.forwarder.dropped["stranger"] == 1)
    await family.reach()
    await terminal.reach()
    family.send(audio(3))

    await until(lambda: len(terminal.packets) == 2)


async def test_only_a_nominated_address_is_sent_to(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    other = stage.peer()
    other.ciphers = terminal.ciphers
    other.server, other.server_ufrag = terminal.server, terminal.server_ufrag
    other.server_password = terminal.server_password

    other.check(nominate=False)
    await until(lambda: other.checks_answered)
    family.send(audio(1))
    await until(lambda: terminal.packets)
    assert other.packets == []

    other.check(nominate=True)
    await until(lambda: other.checks_answered == 2)
    family.send(audio(2))
    await until(lambda: other.packets)


async def test_a_reloaded_page_replaces_its_legs(stage: Stage) -> None:
    old_family = await stage.publisher("family")
    old_terminal = await stage.subscriber("terminal", "family")
    old_family.send(video(1, key=True))
    await until(lambda: old_terminal.packets)
    stage.events.clear()

    peer = stage.peer()
    offer = await stage.forwarder.rebuild_subscriber("terminal")
    await stage.forwarder.accept("terminal", peer.answer(offer))
    await peer.connect(offer)
    family = await stage.publisher("family")
    await stage.connected("terminal", "subscriber")
    old_family.send(video(2))
    family.send(video(1, key=True))
    await until(lambda: peer.packets)

    assert [packet[18:] for packet in peer.packets] == [b"\x10frame 1"]
    assert len(old_terminal.packets) == 1


async def test_a_peer_is_told_the_address_it_has(stage: Stage) -> None:
    family = await stage.publisher("family")
    assert family.seen_as == family.address


class TestTwoFamilies:
    @pytest.fixture
    def settings(self) -> ForwarderSettings:
        return ForwarderSettings(bind_host="::", public_addresses=("127.0.0.1", "::1"))

    async def test_each_is_reached_by_its_own_family(self, stage: Stage) -> None:
        family = await stage.publisher("family", host="::1")
        terminal = await stage.subscriber("terminal", "family")

        family.send(audio(1))
        await until(lambda: terminal.packets)

        assert family.seen_as == family.address[:2]
        assert terminal.seen_as == terminal.address


class TestBehindATranslatingRouter:
    @pytest.fixture
    def settings(self) -> ForwarderSettings:
        return ForwarderSettings(
            bind_host="::", public_addresses=("203.0.113.9", "127.0.0.1")
        )

    async def test_an_ipv4_peer_of_a_two_family_socket_sees_ipv4(
        self, stage: Stage
    ) -> None:
        peer = stage.peer()
        answer = await stage.forwarder.publish("family", peer.offer())
        candidates = [x for x in answer.split("\r\n") if x.startswith("a=candidate")]
        port = stage.forwarder.port
        assert (
            candidates
            == [
                f"a=candidate:1 1 udp 2130706431 203.0.113.9 {port} typ host",
                f"a=candidate:2 1 udp 2130706175 127.0.0.1 {port} typ host",
            ]
            * 2
        )

        await peer.connect(answer.replace("203.0.113.9", "127.0.0.1"))

        assert peer.seen_as == peer.address

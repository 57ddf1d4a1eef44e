"""A room speaks what everybody in it can decode."""

import pytest

from signaling.media.engine import (
    BadSdp,
    OfferWanted,
)
from tests.signaling.media.client import H264, OPUS, VP8, audio, h264, video
from tests.signaling.media.conftest import Stage, until
from tests.signaling.media.seen import numbers, settle, steps


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
        stage.forwarder.join(name, "room", privileged=False)
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
        stage.forwarder.join(name, "room", privileged=False)
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

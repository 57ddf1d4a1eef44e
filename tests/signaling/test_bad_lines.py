"""What a bad line, a lost leg and lost time mean in a call over real sockets."""

import asyncio
from datetime import timedelta

from signaling import conduct
from signaling.media.engine import (
    BadSdp,
    LegConnected,
    LegFailed,
    OfferWanted,
    PublishQualityChanged,
    TrackStarted,
    VideoQualityChanged,
)
from tests import make
from tests.signaling.conftest import (
    PRISONER,
    VISITOR,
    WARDEN,
    Stage,
    hear,
    in_call,
    live_of,
    lost,
    passes,
    say,
)
from tests.signaling.fakes import OFFER, FakeEngine
from visitation import audit
from visitation.lifecycle import VisitState
from visitation.words import Fault, Part, Supervision

SECOND = timedelta(seconds=1)


class Away(FakeEngine):
    """An engine whose worker is gone."""

    async def publish(self, participant: str, offer: str) -> str:
        raise ConnectionError("the worker is gone")

    async def accept(self, participant: str, answer: str) -> None:
        if answer == "v=0 late":
            raise BadSdp("nothing_offered")
        raise TimeoutError


class Slow(FakeEngine):
    """Answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def publish(self, participant: str, offer: str) -> str:
        self.asked.set()
        await self.may.wait()
        return await super().publish(participant, offer)


async def supervised(stage: Stage) -> None:
    async with stage.database.write() as session:
        await make.policy(session, stage.world.prison, supervision=Supervision.REQUIRED)


async def test_the_quality_of_a_picture_is_told_to_whoever_gets_it(
    stage: Stage,
) -> None:
    prisoner, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    stage.hub.on_event(VideoQualityChanged(participant=PRISONER, slot=0, quality="low"))
    stage.hub.on_event(VideoQualityChanged(participant=PRISONER, slot=0, quality="low"))
    stage.hub.on_event(
        VideoQualityChanged(participant=PRISONER, slot=3, quality="paused")
    )
    stage.hub.on_event(PublishQualityChanged(participant=VISITOR, quality="audio_only"))
    stage.hub.on_event(TrackStarted(participant=VISITOR, kind="audio"))

    assert await hear(prisoner, "video_quality") == {
        "type": "video_quality",
        "participant": VISITOR,
        "quality": "low",
    }
    assert await hear(visitor, "publish_quality") == {
        "type": "publish_quality",
        "quality": "audio_only",
    }
    await say(prisoner, "ping")
    assert await prisoner.receive_json() == {"type": "pong"}


async def test_whoever_sits_down_in_a_slot_is_seen_in_its_quality(
    stage: Stage,
) -> None:
    [prisoner] = await in_call(stage, Part.PRISONER)
    stage.hub.on_event(
        VideoQualityChanged(participant=PRISONER, slot=0, quality="audio_only")
    )
    official = await stage.join(Part.OFFICIAL)
    await hear(official, "offer")

    await say(official, "tracks", audio="on", video="on")

    assert (await hear(prisoner, "video_quality"))["quality"] == "audio_only"


async def test_a_page_that_comes_back_hears_how_things_stand(stage: Stage) -> None:
    _, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    stage.hub.on_event(VideoQualityChanged(participant=VISITOR, slot=0, quality="low"))
    stage.hub.on_event(PublishQualityChanged(participant=VISITOR, quality="low"))
    live = live_of(stage)
    token = live.peers[VISITOR]
    stage.hub.lost(token)
    again = await stage.join(Part.VISITOR)
    joined = await hear(again, "joined")
    assert joined["resumed"] is False
    resumed = await stage.dial()
    stage.hub.on_event(VideoQualityChanged(participant=VISITOR, slot=0, quality="low"))
    stage.hub.on_event(PublishQualityChanged(participant=VISITOR, quality="low"))

    await say(resumed, "resume", version=1, token=joined["resume"])

    assert (await hear(resumed, "publish_quality"))["quality"] == "low"
    assert (await hear(resumed, "video_quality"))["participant"] == PRISONER
    await visitor.close()


async def test_a_leg_that_is_gone_is_built_anew(stage: Stage) -> None:
    prisoner, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)

    for target in ("publisher", "subscriber"):
        stage.hub.on_event(
            LegFailed(participant=VISITOR, target=target, reason="worker_died")
        )

    assert await hear(visitor, "renegotiate") == {
        "type": "renegotiate",
        "target": "publisher",
        "rebuild": True,
    }
    assert (await hear(visitor, "offer"))["sdp"] == OFFER
    assert stage.engine.done[-1] == ("rebuild", VISITOR)
    assert (await hear(prisoner, "participant_updated"))["state"] == "reconnecting"
    for target in ("publisher", "subscriber"):
        stage.hub.on_event(LegConnected(participant=VISITOR, target=target))
    assert (await hear(prisoner, "participant_updated"))["state"] == "connected"


async def test_an_engine_that_wants_another_offer_gets_it(stage: Stage) -> None:
    _, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)

    stage.hub.on_event(OfferWanted(participant=VISITOR))

    assert (await hear(visitor, "renegotiate"))["rebuild"] is False


async def test_a_leg_that_fails_while_its_page_is_away_is_built_when_it_is_back(
    stage: Stage,
) -> None:
    _, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    again = await stage.join(Part.VISITOR)
    token = (await hear(again, "joined"))["resume"]
    await hear(again, "offer")
    stage.hub.lost(live_of(stage).peers[VISITOR])
    stage.hub.on_event(
        LegFailed(participant=VISITOR, target="publisher", reason="worker_died")
    )
    resumed = await stage.dial()

    await say(resumed, "resume", version=1, token=token)

    assert (await hear(resumed, "joined"))["resumed"] is False
    await hear(resumed, "offer")
    assert stage.engine.done[-1] == ("rebuild", VISITOR)
    await visitor.close()


async def test_an_engine_that_cannot_answer_costs_no_socket(stage: Stage) -> None:
    [prisoner] = await in_call(stage, Part.PRISONER)
    stage.hub.engine = Away()

    await say(prisoner, "offer", target="publisher", sdp="v=0")
    await say(prisoner, "answer", target="subscriber", sdp="v=0")
    await say(prisoner, "answer", target="subscriber", sdp="v=0 late")

    assert [await hear(prisoner, "renegotiate") for _ in range(2)] == [
        {"type": "renegotiate", "target": target, "rebuild": True}
        for target in ("publisher", "subscriber")
    ]
    assert (await hear(prisoner, "error"))["code"] == "bad_sdp"


async def test_whoever_was_taken_out_meanwhile_keeps_no_leg(stage: Stage) -> None:
    _, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    engine = stage.hub.engine = Slow()
    await say(visitor, "offer", target="publisher", sdp="v=0")
    await engine.asked.wait()

    await conduct.end(stage.hub, stage.visit.reference, by=WARDEN, now=stage.clock())
    engine.may.set()
    await hear(visitor, "end")
    await visitor.close()

    done = [one for one in engine.done if one[1] == VISITOR]
    assert done == [("leave", VISITOR), ("publish", VISITOR), ("leave", VISITOR)]


async def test_a_visit_that_has_to_be_watched_waits_for_it(stage: Stage) -> None:
    await supervised(stage)
    prisoner, _ = await in_call(stage, Part.PRISONER, Part.VISITOR)
    await passes(stage, 30)
    assert stage.hub.snapshot(stage.visit.reference).unsupervised  # type: ignore[union-attr]
    assert ("block", VISITOR, "audio", True) in stage.engine.done

    again = await stage.join(Part.VISITOR)
    assert (await hear(again, "joined"))["watched"] is False

    await stage.watch()
    monitor = await stage.join(Part.MONITOR)

    assert (await hear(monitor, "joined"))["phase"] == "live"
    assert await hear(prisoner, "supervision") == {
        "type": "supervision",
        "watched": True,
    }
    assert ("block", VISITOR, "audio", False) in stage.engine.done
    assert await lost(stage) == {Fault.PRISON: 29}
    async with stage.database.read() as session:
        history = await audit.history(session, visit_id=stage.visit.id)
    acts = [one.action for one in history if one.action.startswith("call_")]
    assert acts == ["call_hold", "call_go_on"]


async def test_a_place_is_kept_for_as_long_as_the_prison_says(stage: Stage) -> None:
    async with stage.database.write() as session:
        await make.policy(session, stage.world.prison, reconnect_grace_seconds=120)
    prisoner, _ = await in_call(stage, Part.PRISONER, Part.VISITOR)
    stage.hub.lost(live_of(stage).peers[VISITOR])

    await passes(stage, 119)
    assert live_of(stage).room.is_in_call(VISITOR)
    await passes(stage, 1)

    assert (await hear(prisoner, "participant_left"))["reason"] == "lost"
    assert (await stage.kept()).state is VisitState.LIVE

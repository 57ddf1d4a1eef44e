"""Frames on the pipe: whole, bounded, and believed only when they are ours."""

import asyncio

import pytest

from signaling.media.engine import (
    LegStatistics,
    ParticipantStatistics,
    VideoQualityChanged,
    WorkerStatistics,
)
from signaling.media.workers import link, wire

MEASURED = wire.Measured(
    at=12.5,
    participants={
        "family": ParticipantStatistics(
            publisher=LegStatistics(
                state="connected",
                last_heard=11.0,
                rtt=None,
                loss=0.25,
                jitter=0.0,
                packets=3,
                bytes=99,
                nacks=0,
                plis=1,
            ),
            subscriber=None,
            silence={"audio": 0.5},
            watching={2: "paused"},
        )
    },
    own=WorkerStatistics(worker=1, dropped={"stranger": 4}),
)


async def received(*frames: bytes) -> list[object]:
    reader = asyncio.StreamReader()
    for each in frames:
        reader.feed_data(each)
    reader.feed_eof()
    found = []
    while (read := await wire.read(reader)) is not None:
        found.append(link._checked_by(link._FROM_WORKER, *read))
    return found


async def test_everything_a_worker_says_arrives_as_it_was_said() -> None:
    said = [
        wire.Begun(),
        wire.Answered(id=1, answer="v=0\r\n"),
        wire.Refused(id=2, reason="no_vp8"),
        MEASURED,
        wire.Logged(level="info", event="leg_changed", says={"target": "publisher"}),
    ]
    assert await received(*map(wire.frame, said)) == said


async def test_an_event_is_its_class_again() -> None:
    event = VideoQualityChanged(participant="family", slot=3, quality="audio_only")
    told = wire.Told(event=type(event).__name__, says=wire.fields_of(event))
    (found,) = await received(wire.frame(told))
    assert isinstance(found, wire.Told)
    assert link._checked_by(link._EVENTS, found.event, found.says) == event


async def test_a_pipe_that_breaks_off_has_ended() -> None:
    whole = wire.frame(wire.Begun())
    assert await received(whole, whole[:-1]) == [wire.Begun()]


@pytest.mark.parametrize(
    "frame",
    [
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02[]",
        b"\x00\x00\x00\x02{{",
        wire.frame(wire.Begun()).replace(b"Begun", b"Bogus"),
        wire.frame(wire.Answered(id=1, answer="")).replace(b'"id"', b'"di"'),
        wire.frame(wire.Answered(id=1, answer="")).replace(b":1,", b":[],"),
        wire.frame(MEASURED).replace(b'"connected"', b'"conquered"'),
    ],
    ids=["long", "list", "broken", "kind", "field", "value", "state"],
)
async def test_what_is_not_ours_is_not_believed(frame: bytes) -> None:
    with pytest.raises(wire.Broken):
        await received(frame)

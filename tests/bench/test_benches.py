"""The benches themselves: tiny, on whatever machine this is, and without the clock."""

import json

import pytest

from tests.bench import allocation, janus, join, media, recording
from tests.bench.measuring import Bout, Pace, Result, capacity
from tests.bench.servers import JanusRooms, OurForwarder, Relay
from tests.bench.trace import Trace, record

HOST = janus.own_address()
BRIEFLY = Pace(settle=0.5, measure=1.0)


@pytest.fixture(scope="module")
def trace() -> Trace:
    return record()


def result(server: str, rooms: int, **values: float) -> Result:
    measured = {"loss": 0.0, "p99": 5.0, "cpu": 0.01 * rooms, "packets": 343.0 * rooms}
    rest = dict.fromkeys(("waited", "memory", "p50", "late"), 0.0) | {"fps": 30.0}
    return Result(server=server, people=2, rooms=rooms, **rest | measured | values)


async def test_our_forwarder_loses_nothing(trace: Trace) -> None:
    bout = Bout(OurForwarder(HOST), trace)
    await bout.start()
    try:
        await bout.grow(1)
        measured = await bout.measure(BRIEFLY)
        missing = await bout.missing()
    finally:
        await bout.close()
    assert missing == 0
    assert measured.packets > 0
    assert measured.cpu > 0
    assert measured.p50 > 0


async def test_in_a_room_of_three_everybody_sees_two(trace: Trace) -> None:
    bout = Bout(OurForwarder(HOST), trace, people=3)
    await bout.start()
    try:
        await bout.grow(1)
        # Pictures come as soon as the lines are trusted with two of them.
        measured = await bout.measure(Pace(settle=0.5, measure=1.0, patience=20))
    finally:
        await bout.close()
    assert measured.fps > 0


@pytest.mark.skipif(bool(janus.missing()), reason=janus.missing() or "there")
@pytest.mark.skipif(HOST == "127.0.0.1", reason="Janus gathers no loopback address")
@pytest.mark.parametrize("event_loops", [0, 1])
async def test_janus_forwards_the_same_load(trace: Trace, event_loops: int) -> None:
    bout = Bout(JanusRooms(HOST, event_loops=event_loops), trace)
    await bout.start()
    try:
        await bout.grow(1)
        measured = await bout.measure(BRIEFLY)
        missing = await bout.missing()
    finally:
        await bout.close()
    assert missing == 0
    assert measured.cpu > 0


async def test_the_relay_carries_a_room_at_some_cost(trace: Trace) -> None:
    bout = Bout(Relay(HOST), trace)
    await bout.start()
    try:
        await bout.grow(1)
        measured = await bout.measure(BRIEFLY)
    finally:
        await bout.close()
    assert measured.cpu > 0
    assert measured.fps > 0


def test_the_next_round_begins_where_the_last_one_ended() -> None:
    assert list(media.to_the_limit(media.FULL, 0))[:3] == [1, 15, 30]
    assert list(media.to_the_limit(media.FULL, 90))[:5] == [45, 63, 80, 85, 90]


def test_what_is_carried_is_what_loses_little_and_waits_little() -> None:
    results = [
        result("forwarder", 30),
        result("forwarder", 40, loss=0.009, p99=19.9),
        result("forwarder", 50, loss=0.02),
        result("forwarder", 60, p99=20.1),
        result("forwarder", 70, p99=0.0),
        result("forwarder", 80, late=30.0),
        result("forwarder", 90, fps=15.0),
    ]
    assert capacity(results) == 40
    assert capacity([]) == 0
    assert results[0].us_per_packet == pytest.approx(1e6 * 0.3 / (343 * 30))


def test_ratios_are_taken_within_a_round() -> None:
    found = {
        "forwarder": [[result("forwarder", 90)], [result("forwarder", 100)]],
        "janus tuned": [[result("janus tuned", 60)], [result("janus tuned", 80)]],
        "media relay": [
            [result("media relay", 1, cpu=0.7)],
            [result("media relay", 1, cpu=0.8)],
        ],
    }
    told = media.ratios(found)
    assert told["janus tuned"] == [1.5, 1.25]
    assert told["media relay"] == pytest.approx([70, 80])


def test_a_turn_with_recording_is_compared_with_those_beside_it() -> None:
    cost = recording.Cost(
        plain=[result("forwarder", 10, cpu=each) for each in (0.10, 0.20, 0.30)],
        recorded=[
            result("forwarder", 10, cpu=0.17, beside=0.01, memory=3e6, p99=7.0),
            result("forwarder", 10, cpu=0.27, beside=0.01, memory=4e6, p99=9.0),
        ],
        octets=0.0,
    )
    assert cost.cpu == pytest.approx(0.002)
    assert cost.threads == pytest.approx(0.001)
    assert cost.memory == pytest.approx(4e6)
    assert (cost.p99(recorded=False), cost.p99(recorded=True)) == (5.0, 8.0)


async def test_joins_are_measured_and_a_storm_survived(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = join.Plan(alone=3, together=4, at_once=2, rooms=1, storm=6, watch=0.5)

    told = json.loads(json.dumps(await join.run(plan)))

    assert told.keys() == {"bench", "p50_ms", "p95_ms", "per_second"}
    assert told["bench"] == "join"
    assert 0 < told["p50_ms"] <= told["p95_ms"]
    assert told["per_second"] > 0
    assert "a storm of 6 joins while 1 rooms talk" in capsys.readouterr().out


async def test_the_bench_of_rooms_ends_in_its_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pace = Pace(settle=0.2, measure=0.5, patience=1)
    plan = media.Plan(rounds=1, step=2, fine=1, trio_step=0, pace=pace, most=2, turns=1)

    told = json.loads(json.dumps(await media.run(plan)))

    assert list(told) == [
        "bench",
        "rooms_per_core",
        "ratio_janus_tuned",
        "ratio_janus_default",
        "ratio_media_relay",
        "us_per_packet",
        "p99_ms",
        "recording_cpu_pct",
        "recording_mb",
        "recording_p99_ms",
        "unrecorded_p99_ms",
    ]
    assert told["bench"] == "media"
    assert "µs/packet" in capsys.readouterr().out


def test_the_bench_of_allocation_serves_nearly_all_who_can_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = allocation.Plan(sizes=(100,), seeds=(1,), repeats=1, limit=20)

    told = json.loads(json.dumps(allocation.run(plan)))

    assert list(told) == ["bench", "served_of_optimum", "ms_at_3000", "ms_at_30000"]
    assert told["bench"] == "allocation"
    assert 0.97 <= told["served_of_optimum"] <= 1
    assert "100 exact" in capsys.readouterr().out


def test_the_fair_way_serves_more_than_the_plain_ones() -> None:
    plan = allocation.Plan(sizes=(), seeds=(), repeats=1, limit=20)

    found = allocation.measure(plan, "exact", 300, 1)

    assert found.fair.people > max(found.in_turn.people, found.joined_first.people)

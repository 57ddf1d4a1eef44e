"""What is lost is sent again, and everybody learns how their packets fare."""

import asyncio

import pytest

from signaling.media import rtcp
from tests.signaling.media.client import OPUS, VP8, audio, video
from tests.signaling.media.conftest import Stage, until
from tests.signaling.media.seen import numbers, of_kind, settle


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

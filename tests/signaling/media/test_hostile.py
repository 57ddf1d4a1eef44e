"""What `make prove-hostile` does for long, for a few seconds; and what it found."""

import asyncio

from tests.prove.hostile import storm
from tests.signaling.media.client import REPAIRED_RID, named, repeated, video
from tests.signaling.media.conftest import Stage, until


async def test_a_call_goes_on_in_a_storm() -> None:
    verdict = await storm(packets=5000, seed=1)

    assert verdict.complaints() == []
    assert verdict.sent["mutated"] == 5000


async def test_what_comes_late_behind_a_leap_costs_only_itself(stage: Stage) -> None:
    family = await stage.publisher("family", rids=("h",), rtx=True)
    terminal = await stage.subscriber("terminal", "family")
    family.send(named(video(1, key=True), "h"))
    family.send(video(20))
    await until(lambda: len(terminal.packets) == 2)

    # A repair stream has numbers of its own, and may claim to repeat any number.
    family.send(repair(16_020, 1))
    await until(lambda: len(terminal.packets) == 3)
    family.send(video(10))
    await asyncio.sleep(0.05)
    family.send(repair(16_021, 2))

    await until(lambda: len(terminal.packets) == 4)
    assert stage.forwarder.dropped["fault"] == 0


def repair(original: int, number: int) -> bytes:
    """A packet that claims to repeat one of the layer h."""
    wrapped = repeated(video(original), number, ssrc=0x71DE1)
    return named(wrapped, "h", extension=REPAIRED_RID)

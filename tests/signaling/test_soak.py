"""What `make prove-soak` does for an hour, for some seconds."""

from tests.prove.soak import soak


async def test_nothing_is_left_of_people_who_came_and_went() -> None:
    verdict = await soak(seconds=14, rooms=3, load=0.5, workers=0)

    assert verdict.complaints() == []
    assert verdict.joins > 4

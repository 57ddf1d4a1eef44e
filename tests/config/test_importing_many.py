"""A large file, with every kind of bad row, while visits are booked."""

from tests.prove.imports import prove
from visitation.database import Database


async def test_every_bad_row_is_told_all_others_go_in_and_only_once(
    database: Database,
) -> None:
    found = await prove(database, 2_000)
    assert found["faults"] == []
    assert found["bookings"] > 0

"""A node that is stopped in mid-sweep keeps nobody else from going on."""

import pytest

from tests import postgres
from tests.prove import stopped
from visitation.database import migrate


@pytest.mark.parametrize(
    ("point", "then"), [("writing", "killed"), ("writing", "continued")]
)
async def test_every_reminder_is_written_once_though_a_node_was_stopped(
    postgresql_url: str, point: stopped.Point, then: stopped.Then
) -> None:
    migrate(postgresql_url)
    postgres.empty(postgresql_url)
    outcome = await stopped.stopped(postgresql_url, point, then)
    assert stopped.wrong(point, outcome) == []

"""A ticket for a line test says for whom it was written."""

from signaling import line_ticket
from tests.fakes import Clock
from visitation.keyring import Keyring
from visitation.lines import Whose


def test_a_ticket_says_whose_line_it_is_for(keyring: Keyring, clock: Clock) -> None:
    for of in (
        Whose(station_id=3),
        Whose(participant_id=4),
        Whose(station_id=3, participant_id=4),
    ):
        ticket = line_ticket.issue(keyring, of, now=clock())
        assert line_ticket.read(keyring, ticket, now=clock()) == of

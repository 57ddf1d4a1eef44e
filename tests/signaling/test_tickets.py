from datetime import timedelta

import pytest

from signaling import tickets
from signaling.tickets import BadTicket, Ticket
from tests.conftest import NOON
from tests.fakes import seeded_keyring
from visitation.keyring import Keyring

OURS = Ticket(visit="dmlzaXQ-_w", participant_id=3)


@pytest.fixture
def ticket(keyring: Keyring) -> str:
    return tickets.issue(keyring, visit=OURS.visit, participant_id=3, now=NOON)


def test_a_ticket_is_good_for_a_minute(keyring: Keyring, ticket: str) -> None:
    assert tickets.read(keyring, ticket, now=NOON + timedelta(seconds=59)) == OURS

    with pytest.raises(BadTicket):
        tickets.read(keyring, ticket, now=NOON + timedelta(seconds=60))


@pytest.mark.parametrize(
    "change",
    [
        lambda ticket: ticket.replace("3.", "4.", 1),
        lambda ticket: ticket.replace("dml", "eml"),
        lambda ticket: ticket[:-1] + ("0" if ticket[-1] != "0" else "1"),
        lambda ticket: ticket + ".x",
        lambda ticket: ticket.rpartition(".")[0],
        lambda _: "",
        lambda _: "...",
        lambda _: "سلام",
    ],
)
def test_an_altered_ticket_is_none(keyring: Keyring, ticket: str, change) -> None:
    with pytest.raises(BadTicket):
        tickets.read(keyring, change(ticket), now=NOON)


def test_another_installations_ticket_is_none(ticket: str) -> None:
    with pytest.raises(BadTicket):
        tickets.read(Keyring(b"o" * 32), ticket, now=NOON)


def test_a_ticket_and_a_token_to_come_back_with_are_not_the_same(
    keyring: Keyring, ticket: str
) -> None:
    token = tickets.issue_return(keyring, OURS, until=NOON + timedelta(hours=1))

    assert tickets.read_return(keyring, token, now=NOON + timedelta(minutes=59)) == OURS
    with pytest.raises(BadTicket):
        tickets.read(keyring, token, now=NOON)
    with pytest.raises(BadTicket):
        tickets.read_return(seeded_keyring(), ticket, now=NOON)

import pytest

from signaling.media.seats import Seats


def test_a_seat_is_known_from_both_sides() -> None:
    seats = Seats()
    seats.put("terminal", 1, "family")
    seats.put("prosecutor", 0, "family")

    assert seats.occupant("terminal", 1) == "family"
    assert seats.occupant("terminal", 0) is None
    assert seats.occupants("terminal") == {"family"}
    assert seats.taken_by("family") == [("prosecutor", 0), ("terminal", 1)]


def test_the_next_occupant_takes_the_place_of_the_last() -> None:
    seats = Seats()
    seats.put("terminal", 0, "family")
    seats.put("terminal", 0, "lawyer")

    assert seats.taken_by("family") == []
    assert seats.taken_by("lawyer") == [("terminal", 0)]


def test_whoever_is_cleared_neither_gives_nor_takes() -> None:
    seats = Seats()
    seats.put("terminal", 0, "family")
    seats.put("family", 0, "terminal")
    seats.clear("family")

    assert seats.occupants("terminal") == seats.occupants("family") == set()
    assert seats.taken_by("terminal") == seats.taken_by("family") == []


@pytest.mark.parametrize("slot", [-1, 4])
def test_there_are_four_slots(slot: int) -> None:
    with pytest.raises(ValueError, match=str(slot)):
        Seats().put("terminal", slot, "family")

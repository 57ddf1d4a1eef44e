"""Lost time, counted second by second over pretended lines."""

from dataclasses import replace

import pytest

from signaling.credit import Ledger
from signaling.words import Reason, Sending
from tests.signaling.fakes import leg
from tests.signaling.seconds import MOTHER, OFFICIAL, PRISONER, SON, TEN, Call
from visitation.words import Fault, VisitKind


def test_a_good_call_loses_nothing() -> None:
    call = Call(PRISONER, MOTHER)

    call.goes_on(60)

    assert call.ledger.taken() == {}
    assert call.ledger.both_here


def test_a_familys_line_that_breaks_is_counted_from_when_it_broke() -> None:
    call = Call(PRISONER, MOTHER)
    call.goes_on(10)

    call.cuts_off("mother")
    call.goes_on(20)
    call.mends("mother")
    call.goes_on(10)

    assert call.ledger.taken() == {Fault.FAMILY: 20}
    assert call.ledger.taken() == {}


def test_a_blink_is_not_counted() -> None:
    call = Call(PRISONER, MOTHER)
    call.goes_on(10)

    call.cuts_off("prisoner")
    call.goes_on(5)
    call.mends("prisoner")
    call.falls_silent("mother", 3)
    call.goes_on(5)

    assert call.ledger.taken() == {}


def test_what_breaks_on_both_sides_at_once_is_the_services() -> None:
    call = Call(PRISONER, MOTHER)
    call.goes_on(10)

    call.cuts_off("mother", "prisoner")
    call.goes_on(20)
    call.mends("prisoner")
    call.goes_on(10)
    call.mends("mother")
    call.goes_on(10)

    assert call.ledger.taken() == {Fault.SERVER: 30}


def test_whoever_is_not_back_long_after_has_a_broken_line() -> None:
    call = Call(PRISONER, MOTHER)
    call.goes_on(10)

    call.cuts_off("mother", "prisoner")
    call.goes_on(10)
    call.mends("prisoner")
    call.goes_on(90)

    lost = call.ledger.taken()
    assert sum(lost.values()) == 100
    assert lost[Fault.FAMILY] == 100 - lost[Fault.SERVER]
    assert 60 <= lost[Fault.SERVER] <= 70


def test_sound_that_stops_on_a_good_line_has_no_known_cause() -> None:
    call = Call(PRISONER, MOTHER)
    call.goes_on(10)

    call.falls_silent("mother", 8)
    call.goes_on(5)

    assert call.ledger.taken() == {Fault.UNKNOWN: 8}


@pytest.mark.parametrize("direction", ["up", "down"])
def test_half_of_all_packets_lost_is_as_good_as_nothing(direction: str) -> None:
    call = Call(PRISONER, MOTHER)
    call.goes_on(10)

    getattr(call, direction)["mother"] = leg(loss=0.5)
    call.goes_on(10)
    getattr(call, direction)["mother"] = leg(loss=0.3)
    call.goes_on(10)

    assert call.ledger.taken() == {Fault.FAMILY: 10}


def test_muting_oneself_loses_nothing() -> None:
    call = Call(PRISONER, MOTHER)
    call.goes_on(10)

    call.room.sends("mother", audio=Sending.MUTED, video=Sending.ON)
    call.falls_silent("mother", 30)
    call.room.sends("mother", audio=Sending.NONE, video=Sending.NONE)
    call.up["mother"] = None
    call.goes_on(30)

    assert call.ledger.taken() == {}


def test_a_pause_loses_nothing() -> None:
    call = Call(PRISONER, MOTHER)
    call.goes_on(10)

    call.room.pause(True)
    call.cuts_off("mother")
    call.goes_on(60)
    call.room.pause(False)
    call.goes_on(5)

    assert call.ledger.taken() == {Fault.FAMILY: 5}


def test_a_hold_is_the_prisons() -> None:
    call = Call(PRISONER, MOTHER, needs_supervisor=True)

    call.goes_on(31)

    assert call.ledger.taken() == {Fault.PRISON: 30}


def test_before_both_sides_have_come_nothing_is_lost() -> None:
    call = Call(PRISONER)
    call.goes_on(100)
    call.cuts_off("prisoner")
    call.goes_on(100)
    call.mends("prisoner")

    call.come(MOTHER)
    call.goes_on(10)

    assert call.ledger.taken() == {}


def test_a_leg_that_never_comes_is_counted_from_the_beginning() -> None:
    call = Call(PRISONER, MOTHER)
    call.up["mother"] = call.down["mother"] = None

    call.goes_on(21)

    assert call.ledger.taken() == {Fault.FAMILY: 20}


def test_a_leg_that_takes_a_moment_loses_nothing() -> None:
    call = Call(PRISONER, MOTHER)
    call.up["mother"] = call.down["mother"] = leg(state="connecting")
    call.goes_on(4)
    call.mends("mother")
    call.silent["mother"] = None
    call.goes_on(2)
    call.silent["mother"] = 0.0
    call.goes_on(10)

    assert call.ledger.taken() == {}


def test_one_of_a_family_who_can_be_heard_is_enough() -> None:
    call = Call(PRISONER, MOTHER, SON)
    call.goes_on(10)

    call.cuts_off("mother")
    call.goes_on(30)
    call.cuts_off("son")
    call.goes_on(10)

    assert call.ledger.taken() == {Fault.FAMILY: 10}


def test_whoever_the_line_took_away_is_missed_and_whoever_left_is_not() -> None:
    call = Call(PRISONER, MOTHER)
    call.goes_on(10)

    call.cuts_off("mother")
    call.room.lose("mother", now=call.now)
    call.goes_on(30)
    call.room.leave("mother", now=call.now, reason=Reason.LOST)
    call.goes_on(30)
    assert call.ledger.taken() == {Fault.FAMILY: 60}
    assert not call.ledger.both_here

    call.mends("mother")
    call.come(MOTHER)
    call.goes_on(10)
    call.room.leave("mother", now=call.now)
    call.goes_on(60)
    assert call.ledger.taken() == {}


def test_whoever_closed_their_page_is_missed_until_their_place_is_given_up() -> None:
    call = Call(PRISONER, MOTHER)
    call.goes_on(10)

    call.cuts_off("mother")
    call.room.lose("mother", now=call.now, closed=True)
    call.goes_on(60)
    call.room.leave("mother", now=call.now, reason=Reason.LOST)
    call.goes_on(600)

    assert call.ledger.taken() == {Fault.FAMILY: 60}


def test_after_the_service_was_away_its_absence_is_its_own() -> None:
    back = replace(MOTHER, been_in=True)
    call = Call(replace(PRISONER, been_in=True), ledger=Ledger(resumed_at=TEN))
    call.goes_on(12)
    call.come(back)
    call.up["mother"] = call.down["mother"] = leg(state="connecting")
    call.goes_on(2)
    call.mends("mother")
    call.goes_on(10)

    assert call.ledger.taken() == {Fault.SERVER: 14}


def test_the_absence_of_the_service_counts_also_if_lines_are_well_at_once() -> None:
    call = Call(replace(PRISONER, been_in=True), ledger=Ledger(resumed_at=TEN))
    call.goes_on(12)
    call.come(replace(MOTHER, been_in=True))
    call.goes_on(10)

    assert call.ledger.taken() == {Fault.SERVER: 12}


def test_whoever_had_not_come_before_the_service_went_was_not_kept_away() -> None:
    call = Call(replace(PRISONER, been_in=True), ledger=Ledger(resumed_at=TEN))
    call.goes_on(100)
    call.come(MOTHER)
    call.goes_on(10)

    assert call.ledger.taken() == {}


def test_only_the_visits_own_time_counts() -> None:
    call = Call(PRISONER, MOTHER)
    call.second = -60
    call.goes_on(10)
    call.cuts_off("mother")
    call.goes_on(60)
    assert call.ledger.taken() == {Fault.FAMILY: 10}

    call.mends("mother")
    call.second = 30 * 60 - 20
    call.goes_on(10)
    call.cuts_off("mother")
    call.goes_on(60)
    assert call.ledger.taken() == {Fault.FAMILY: 10}


def test_where_no_family_comes_the_official_is_the_other_side() -> None:
    call = Call(PRISONER, OFFICIAL, kind=VisitKind.OFFICIAL)
    call.goes_on(10)

    call.cuts_off("official")
    call.goes_on(20)

    assert call.ledger.taken() == {Fault.OFFICIAL: 20}

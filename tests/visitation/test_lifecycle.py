"""The tables of what may follow what, and who may do it."""

from itertools import product

import pytest

from visitation import lifecycle
from visitation.lifecycle import (
    FINAL,
    MAY,
    MESSAGE,
    OCCUPYING,
    PARTICIPANT,
    TICKS,
    VISIT,
    Act,
    IllegalMove,
    MessageState,
    ParticipantState,
    VisitAction,
    VisitState,
)
from visitation.words import STAFF

EVERY_MOVE = list(product(VisitState, VisitAction))


@pytest.mark.parametrize(("state", "action"), EVERY_MOVE)
def test_a_visit_moves_as_the_table_says_and_not_otherwise(
    state: VisitState, action: VisitAction
) -> None:
    if lifecycle.allows(state, action):
        assert lifecycle.after(state, action) is VISIT[state, action]
        return
    with pytest.raises(IllegalMove) as refused:
        lifecycle.after(state, action)
    assert (refused.value.state, refused.value.action) == (state, action)


def test_every_state_but_the_first_is_reached_from_a_held_visit() -> None:
    reached, waiting = {VisitState.HELD}, [VisitState.HELD]
    while waiting:
        here = waiting.pop()
        new = {then for (state, _), then in VISIT.items() if state is here} - reached
        reached |= new
        waiting += new
    assert reached == set(VisitState)


def test_a_visit_that_is_over_stays_over() -> None:
    assert (
        frozenset(
            {
                VisitState.COMPLETED,
                VisitState.DECLINED,
                VisitState.CANCELLED,
                VisitState.EXPIRED,
                VisitState.MISSED,
            }
        )
        == FINAL
    )
    assert not FINAL & OCCUPYING


def test_every_action_is_used() -> None:
    assert {action for _, action in VISIT} == set(VisitAction)


def test_a_participant_goes_forward_but_for_a_broken_line_and_a_return() -> None:
    assert set(PARTICIPANT) == set(ParticipantState)
    for state, after in PARTICIPANT.items():
        assert state not in after
    back = ParticipantState.JOINED in PARTICIPANT[ParticipantState.RECONNECTING]
    again = ParticipantState.WAITING in PARTICIPANT[ParticipantState.LEFT]
    assert back
    assert again


def test_ticks_may_skip_forward_and_never_back() -> None:
    for place, state in enumerate(TICKS):
        ticked = set(TICKS) & PARTICIPANT[state]
        assert ticked == set(TICKS[place + 1 :])


def test_a_message_that_was_delivered_is_left_alone() -> None:
    assert MessageState.DELIVERED not in MESSAGE
    assert MessageState.PENDING in MESSAGE[MessageState.SENDING]
    states = set(MESSAGE) | {state for after in MESSAGE.values() for state in after}
    assert states == set(MessageState)


def test_every_act_is_somebodys_and_no_act_is_a_familys() -> None:
    assert set(MAY) == set(Act)
    for roles in MAY.values():
        assert roles
        assert roles <= STAFF


def test_the_diagram_has_an_arrow_per_move() -> None:
    lines = lifecycle.as_mermaid().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert "    booked --> live: start" in lines
    assert len(lines) == len(VISIT) + 1

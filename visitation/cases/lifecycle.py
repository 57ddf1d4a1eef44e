"""The life of a case as a table, and who may do what to one.

Which state may follow which lives in this file. Pages draw their buttons from the same
tables, so that a page never offers what is refused. Which roles decide a kind of case
is the kind's own business (`kinds`).
"""

from collections.abc import Mapping

from visitation.errors import VisitationError
from visitation.words import CaseAction, CaseState, Role

#: States in which a case waits for an answer.
OPEN = frozenset(
    {
        CaseState.SUBMITTED,
        CaseState.IN_PROGRESS,
        CaseState.REFERRED,
        CaseState.REOPENED,
        CaseState.APPEALED,
    }
)
FINAL = frozenset(CaseState) - OPEN

_ANSWERS = {
    CaseAction.REFER: CaseState.REFERRED,
    CaseAction.GRANT: CaseState.GRANTED,
    CaseAction.DENY: CaseState.DENIED,
    CaseAction.WITHDRAW: CaseState.WITHDRAWN,
}

CASE: Mapping[tuple[CaseState, CaseAction], CaseState] = {
    **{
        (state, CaseAction.TAKE): CaseState.IN_PROGRESS
        for state in CaseState
        if state in OPEN
    },
    **{
        (state, action): then
        for state in CaseState
        if state in OPEN
        for action, then in _ANSWERS.items()
    },
    **{
        (state, CaseAction.REOPEN): CaseState.REOPENED
        for state in CaseState
        if state in FINAL
    },
    (CaseState.DENIED, CaseAction.APPEAL): CaseState.APPEALED,
}

#: What leaves a case in its state, and in which states it is done.
STAYS: Mapping[CaseAction, frozenset[CaseState]] = {
    CaseAction.REPEAT: OPEN,
    CaseAction.ASSIGN: OPEN,
    CaseAction.POSTPONE: OPEN,
    CaseAction.CORRECT_KIND: OPEN,
    CaseAction.ORDER: OPEN | {CaseState.GRANTED, CaseState.DENIED},
    CaseAction.NOTE: frozenset(CaseState),
    CaseAction.ATTACH: frozenset(CaseState),
    CaseAction.CARRY_OUT: frozenset(CaseState),
    CaseAction.CANCEL_ORDER: frozenset(CaseState),
    CaseAction.ERASE: FINAL,
    CaseAction.NOT_REACHED: frozenset(CaseState),
    CaseAction.TELL: frozenset(CaseState),
}

_DECIDING = frozenset({Role.OFFICIAL, Role.WARDEN, Role.ADMINISTRATOR})
_ASKING = frozenset({Role.FAMILY, Role.CLERK, Role.WARDEN, Role.OFFICIAL})
#: What only the roles that decide the kind may do.
DECIDING = frozenset(
    {
        CaseAction.TAKE,
        CaseAction.ASSIGN,
        CaseAction.REFER,
        CaseAction.GRANT,
        CaseAction.DENY,
        CaseAction.ORDER,
        CaseAction.CANCEL_ORDER,
        CaseAction.POSTPONE,
        CaseAction.REOPEN,
    }
)

MAY_CASE: Mapping[CaseAction, frozenset[Role]] = {
    **dict.fromkeys((action for action in CaseAction if action in DECIDING), _DECIDING),
    CaseAction.RAISE: _ASKING | {Role.ADMINISTRATOR},
    CaseAction.REPEAT: _ASKING | {Role.ADMINISTRATOR},
    CaseAction.NOTE: _DECIDING | {Role.CLERK},
    CaseAction.ATTACH: _DECIDING | {Role.CLERK, Role.FAMILY},
    CaseAction.CARRY_OUT: _DECIDING | {Role.CLERK},
    CaseAction.WITHDRAW: _ASKING,
    CaseAction.APPEAL: _ASKING,
    CaseAction.CORRECT_KIND: _DECIDING | {Role.CLERK},
    #: Time does it, and nobody else.
    CaseAction.ERASE: frozenset(),
    CaseAction.NOT_REACHED: frozenset(),
    CaseAction.TELL: _DECIDING | {Role.CLERK},
}


class IllegalStep(VisitationError):
    """A case was asked to do something its state does not allow."""

    def __init__(self, state: CaseState, action: CaseAction) -> None:
        super().__init__(f"cannot {action} a {state} case")
        self.state = state
        self.action = action


def after(state: CaseState, action: CaseAction) -> CaseState:
    """The state that an action leads to, which may be the same.

    Raises:
        IllegalStep: if the state does not allow the action.
    """
    if state in STAYS.get(action, ()):
        return state
    try:
        return CASE[state, action]
    except KeyError:
        raise IllegalStep(state, action) from None


def allows(state: CaseState, action: CaseAction) -> bool:
    """Whether a case in this state takes the action."""
    return (state, action) in CASE or state in STAYS.get(action, ())


def as_mermaid() -> str:
    """A case's life as a diagram; a test keeps docs/cases.md equal to it."""
    arrows = (f"    {a} --> {b}: {action}" for (a, action), b in CASE.items())
    return "\n".join(["stateDiagram-v2", "    [*] --> submitted: raise", *arrows])

"""Who may decide a case: the roles of its kind, that are not shut out."""

from visitation.audit import Actor
from visitation.cases import kinds
from visitation.cases.tables import Case
from visitation.errors import Invalid, NotAllowed
from visitation.people.tables import Account


def may_decide(case: Case, by: Actor) -> bool:
    """Whether somebody's role decides a case of this kind."""
    return by.role in kinds.KINDS[case.kind].deciders


def check_decides(case: Case, by: Actor) -> int:
    """Refuse whoever does not decide this kind.

    Returns:
        The id of the account that does.

    Raises:
        NotAllowed: if this role does not.
    """
    if by.account_id is None or not may_decide(case, by):
        raise NotAllowed("decide")
    return by.account_id


def check_receiver(case: Case, to: Account) -> None:
    """Refuse to hand a case to whoever could not decide it.

    Raises:
        Invalid: if they could not, or were shut out.
    """
    if to.disabled_at is not None or to.role not in kinds.KINDS[case.kind].deciders:
        raise Invalid("to", "not_a_decider")

"""What a choice of a policy's numbers must fulfil: by itself, and in each prison."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from visitation.errors import Invalid
from visitation.places.policy import LIMITS, Policy
from visitation.places.policy_levels import DEFAULTS, Value
from visitation.timespan import QUANTUM
from visitation.words import Approval, Asker, Chatting, Recorded, Supervision

_WORDS = {
    "supervision": frozenset(Supervision),
    "approval": frozenset(Approval),
    "chatting": frozenset(Chatting),
    "recorded": frozenset(Recorded),
}
_QUANTUM_MINUTES = QUANTUM.seconds // 60
#: Looks at a policy, and at a prison's shortest slot in minutes, if it has any.
Unfitting = Callable[[Policy, int | None], bool]


class Unfit(Invalid):
    """A choice does not fit prisons that it would hold for.

    Attributes:
        site_ids: those prisons; none where it fits nowhere at all.
    """

    def __init__(self, field: str, reason: str, site_ids: tuple[int, ...]) -> None:
        super().__init__(field, reason)
        self.site_ids = site_ids


def refuse_impossible(name: str, value: Value | None) -> None:
    """Let a choice pass that is within the limits of its number.

    Raises:
        Invalid: with the number's name and the reason.
    """
    if name not in DEFAULTS:
        raise Invalid(name, "unusable")
    if value is None:
        return
    if name in _WORDS:
        if value not in _WORDS[name]:
            raise Invalid(name, "unusable")
        return
    least, most = LIMITS[name]
    if not isinstance(value, int) or not least <= value <= most:
        raise Invalid(name, "out_of_range")
    if name == "turnover_minutes" and value % _QUANTUM_MINUTES:
        raise Invalid(name, "whole_quanta")


def refuse_unfit(
    itself: Policy,
    policies: Mapping[int, Policy],
    shortest: Mapping[int, int],
    changed: Iterable[str],
) -> None:
    """Let changes pass that leave every prison with slots, and with time to book them.

    Args:
        itself: what would be in force at the scope of the change.
        policies: what would be in force in each prison concerned.
        shortest: the shortest slot of prisons, in minutes.
        changed: the numbers that change; what hangs on no other is not looked at.

    Raises:
        Unfit: with the prisons that it does not fit.
    """
    names = frozenset(changed)
    for field, touched, reason, unfitting in _CHECKS:
        if touched.isdisjoint(names):
            continue
        there = tuple(
            site_id
            for site_id, policy in policies.items()
            if unfitting(policy, shortest.get(site_id))
        )
        if there or unfitting(itself, None):
            raise Unfit(field, reason, there)


def _swallows_slots(policy: Policy, shortest: int | None) -> bool:
    return shortest is not None and shortest <= policy.turnover_minutes


def _leaves_no_time(asker: Asker, policy: Policy, shortest: int | None) -> bool:
    return policy.notice(asker) > policy.horizon(asker)


def _ahead(prefix: str, asker: Asker) -> tuple[str, frozenset[str], str, Unfitting]:
    notice, horizon = f"{prefix}notice_minutes", f"{prefix}horizon_days"
    unfitting = partial(_leaves_no_time, asker)
    return notice, frozenset({notice, horizon}), "notice_beyond_horizon", unfitting


#: The field that is refused, the numbers it hangs on, the reason, and when.
_CHECKS: tuple[tuple[str, frozenset[str], str, Unfitting], ...] = (
    (
        "turnover_minutes",
        frozenset({"turnover_minutes"}),
        "turnover_swallows_slots",
        _swallows_slots,
    ),
    _ahead("", Asker.STAFF),
    _ahead("family_", Asker.FAMILY),
    _ahead("official_", Asker.OFFICIAL),
)

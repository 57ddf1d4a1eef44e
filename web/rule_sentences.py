"""The booking rules in plain words, with the numbers of the policy that is in force.

One sentence for each refusal that a family can meet; the rules themselves stand in
`scheduler.rules`.
"""

from collections.abc import Mapping

from scheduler.proposals import Refusal
from visitation.places import Policy
from visitation.words import Approval
from web import present
from web.i18n import N_, _, ngettext

#: What families are told before they ask, in the order of the page.
SENTENCES: Mapping[Refusal, str] = {
    Refusal.TOO_SOON: N_(
        "Ask at least %(family_notice)s before the visit. The office can book up to "
        "%(notice)s before."
    ),
    Refusal.TOO_FAR_AHEAD: N_(
        "You can ask for a visit up to %(family_horizon)s ahead, the office up to "
        "%(horizon)s."
    ),
    Refusal.NOT_A_SLOT: N_("Visits take place in the opening hours of the prison."),
    Refusal.HOLIDAY: N_(
        "On holidays there are visits only where the prison opens for them."
    ),
    Refusal.KIND_NOT_OFFERED: N_(
        "Some hours are kept for lawyers or for meetings with an official."
    ),
    Refusal.CLOSED: N_("While the prison or the office is closed there are no visits."),
    Refusal.OTHER_PROVINCE: N_(
        "Families come from the prison’s own province, and from provinces it was "
        "allowed to take."
    ),
    Refusal.KIOSK_NOT_THERE: N_(
        "In a village, visits take place while the mobile office is there."
    ),
    Refusal.WEEKLY_LIMIT: N_(
        "A prisoner has up to %(visits_per_week)s from Saturday to Friday."
    ),
    Refusal.MONTHLY_LIMIT: N_(
        "A prisoner has up to %(visits_per_month)s in a month of the calendar."
    ),
    Refusal.NOBODY_VISITS: N_("At least one visitor comes."),
    Refusal.PARTY_TOO_LARGE: N_("Up to %(max_party)s come to one visit."),
    Refusal.NO_ADULT: N_("One of them is %(adult_age)s old or older."),
    Refusal.NOT_APPROVED: N_(
        "Each visitor is approved by the prison first. The office asks for that."
    ),
    Refusal.BANNED: N_("Somebody who is banned for a time can visit again after it."),
    Refusal.BARRED: N_(
        "Where a judge has forbidden visits in writing, there are none until the order "
        "ends."
    ),
    Refusal.NOT_A_LAWYER: N_("Visits of a lawyer are for lawyers alone."),
    Refusal.PRISONER_AWAY: N_(
        "A prisoner who is in court or at a doctor has no visit at that time."
    ),
    Refusal.KEPT_APART: N_(
        "Some prisoners must not meet; then another day is found for one of them."
    ),
    Refusal.VISITOR_BUSY: N_("Nobody is in two visits at once."),
}

#: What is about seats, officials and records: the office sees to it.
UNPUBLISHED = frozenset(Refusal) - SENTENCES.keys()

#: What the policy says beside the rules.
CANCELLING = N_("You can cancel up to %(cancel)s before the visit.")
THREE_TIMES = N_(
    "At a service point the clerk asks for you. Name up to three times, the best "
    "first: if the first cannot be, you get the next."
)
UNTIL_IT_BEGINS = N_(
    "Ask at least %(family_notice)s before the visit. The office can book until it "
    "begins."
)
APPROVED_FIRST = N_(
    "Staff of the prison look at what you, or the clerk for you, ask for. The time is "
    "kept meanwhile. If nobody has answered %(decide)s before the visit, the request "
    "lapses and you can ask again."
)
BOOKED_AT_ONCE = N_("What you, or the clerk for you, ask for is booked at once.")
CANCELLED_BY_US = N_(
    "If the prison cancels a visit you waited for, you are back in line where you "
    "stood."
)
EARLY = N_("Come early: the waiting room opens %(early)s before the visit.")

_HOUR = 60
_DAY = 24 * _HOUR


def published(policy: Policy) -> tuple[str, ...]:
    """Every rule that families should know, in the language being spoken."""
    numbers, before = _numbers(policy), dict(SENTENCES)
    if not policy.notice_minutes:
        before[Refusal.TOO_SOON] = UNTIL_IT_BEGINS
    after = (
        THREE_TIMES,
        APPROVED_FIRST if policy.approval is Approval.REQUIRED else BOOKED_AT_ONCE,
        CANCELLING,
        CANCELLED_BY_US,
        EARLY,
    )
    return tuple(_(one, **numbers) for one in (*before.values(), *after))


def stretch(minutes: int) -> str:
    """A length of time in the largest unit that leaves no rest: «۲ روز»."""
    if minutes and minutes % _DAY == 0:
        text = ngettext("%(num)s day", "%(num)s days", minutes // _DAY)
    elif minutes and minutes % _HOUR == 0:
        text = ngettext("%(num)s hour", "%(num)s hours", minutes // _HOUR)
    else:
        text = ngettext("%(num)s minute", "%(num)s minutes", minutes)
    return present.digits(text)


def _numbers(policy: Policy) -> dict[str, str]:
    week, month = policy.visits_per_week, policy.visits_per_month
    party, age = policy.max_party, policy.adult_age
    counted = {
        "visits_per_week": ngettext("%(num)s visit", "%(num)s visits", week),
        "visits_per_month": ngettext("%(num)s visit", "%(num)s visits", month),
        "max_party": ngettext("%(num)s person", "%(num)s people", party),
        "adult_age": ngettext("%(num)s year", "%(num)s years", age),
    }
    return {
        "family_notice": stretch(policy.family_notice_minutes),
        "notice": stretch(policy.notice_minutes),
        "family_horizon": stretch(policy.family_horizon_days * _DAY),
        "horizon": stretch(policy.horizon_days * _DAY),
        "cancel": stretch(policy.cancel_minutes),
        "decide": stretch(policy.decide_minutes),
        "early": stretch(policy.early_minutes),
        **{name: present.digits(text) for name, text in counted.items()},
    }

"""The booking rules: from a proposal to every reason to refuse it.

A rule looks at what is proposed and at what is known, and returns the reason to
refuse or None. Rules read no clock and no database: `situation` has looked everything
up before. A new rule is one function, one line in a tuple, and a sentence for people.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from scheduler.proposals import Proposal, Refusal, Situation
from scheduler.slots import Slot
from visitation.timespan import on_quantum
from visitation.words import VisitKind

#: Nobody books a visit longer than this, whatever the template says.
LONGEST = timedelta(hours=4)


Rule = Callable[[Proposal, Situation], Refusal | None]


def is_not_over(proposal: Proposal, known: Situation) -> Refusal | None:
    """A visit is not booked after its end."""
    return Refusal.OVER if proposal.span.end <= known.now else None


def has_not_begun(proposal: Proposal, known: Situation) -> Refusal | None:
    """A visit is booked before it begins."""
    begun = proposal.span.start < known.now < proposal.span.end
    return Refusal.BEGUN if begun else None


def gives_notice(proposal: Proposal, known: Situation) -> Refusal | None:
    """A visit is booked at least the prison's notice ahead."""
    soon = known.now <= proposal.span.start < known.now + known.limits.notice
    return Refusal.TOO_SOON if soon else None


def is_within_the_horizon(proposal: Proposal, known: Situation) -> Refusal | None:
    """A visit is booked at most so many days ahead as the prison allows."""
    far = proposal.span.start > known.now + known.limits.horizon
    return Refusal.TOO_FAR_AHEAD if far else None


def has_even_times(proposal: Proposal, known: Situation) -> Refusal | None:
    """A visit begins and ends on five minutes and takes four hours at most."""
    span = proposal.span
    even = on_quantum(span.start) and on_quantum(span.end) and span.length <= LONGEST
    return None if even else Refusal.ODD_TIMES


def is_a_slot(proposal: Proposal, known: Situation) -> Refusal | None:
    """A visit takes one slot of the prison's weekly opening hours."""
    slot = known.holiday or _matching(proposal, known)
    return None if slot else Refusal.NOT_A_SLOT


def is_no_holiday(proposal: Proposal, known: Situation) -> Refusal | None:
    """On a holiday a prison keeps none of its hours but those that say so."""
    off = known.holiday and not _matching(proposal, known)
    return Refusal.HOLIDAY if off else None


def kind_is_offered(proposal: Proposal, known: Situation) -> Refusal | None:
    """A slot is open to some kinds of visit, and this is one of them."""
    slots = _matching(proposal, known)
    offered = not slots or any(proposal.kind in slot.kinds for slot in slots)
    return None if offered else Refusal.KIND_NOT_OFFERED


def nothing_is_closed(proposal: Proposal, known: Situation) -> Refusal | None:
    """No visit takes place where or when the prison or the point is closed."""
    return Refusal.CLOSED if known.closed else None


def terminal_is_of_the_prison(proposal: Proposal, known: Situation) -> Refusal | None:
    """The prisoner sits at a terminal of the prison."""
    return None if known.terminal_is_here else Refusal.TERMINAL_ELSEWHERE


def terminal_is_in_order(proposal: Proposal, known: Situation) -> Refusal | None:
    """The terminal works."""
    return None if known.terminal_in_order else Refusal.TERMINAL_OUT_OF_ORDER


def kiosk_is_a_kiosk(proposal: Proposal, known: Situation) -> Refusal | None:
    """The family sits at a kiosk of a service point, or uses its own phone."""
    return None if known.kiosk_is_kiosk else Refusal.NOT_A_KIOSK


def kiosk_is_in_order(proposal: Proposal, known: Situation) -> Refusal | None:
    """The kiosk works."""
    return None if known.kiosk_in_order else Refusal.KIOSK_OUT_OF_ORDER


def kiosk_is_there(proposal: Proposal, known: Situation) -> Refusal | None:
    """A mobile office's kiosk is used in a village, while the office stands there."""
    return None if known.kiosk_is_there else Refusal.KIOSK_NOT_THERE


def province_is_admitted(proposal: Proposal, known: Situation) -> Refusal | None:
    """A prison takes families of its own province, and of those it was granted."""
    return None if known.province_admitted else Refusal.OTHER_PROVINCE


def prisoner_is_of_the_prison(proposal: Proposal, known: Situation) -> Refusal | None:
    """The prisoner is registered in this prison."""
    return None if known.prisoner_is_here else Refusal.PRISONER_ELSEWHERE


def prisoner_is_not_released(proposal: Proposal, known: Situation) -> Refusal | None:
    """Somebody who was released is visited at home."""
    return Refusal.PRISONER_RELEASED if known.prisoner_released else None


def prisoner_is_not_away(proposal: Proposal, known: Situation) -> Refusal | None:
    """Nobody is visited while they have to be in court or at a doctor's."""
    return Refusal.PRISONER_AWAY if known.prisoner_away else None


def those_kept_apart_do_not_meet(
    proposal: Proposal, known: Situation
) -> Refusal | None:
    """Prisoners who must not meet are not visited on one day in one prison."""
    return Refusal.KEPT_APART if known.kept_apart else None


def somebody_visits(proposal: Proposal, known: Situation) -> Refusal | None:
    """A family or legal visit has at least one visitor."""
    alone = proposal.kind is not VisitKind.OFFICIAL and not proposal.visitor_ids
    return Refusal.NOBODY_VISITS if alone else None


def party_is_small_enough(proposal: Proposal, known: Situation) -> Refusal | None:
    """A party is no larger than the prison allows."""
    large = len(proposal.visitor_ids) > known.limits.max_party
    return Refusal.PARTY_TOO_LARGE if large else None


def visitors_are_approved(proposal: Proposal, known: Situation) -> Refusal | None:
    """Every visitor is an approved contact of the prisoner."""
    unknown = proposal.visitor_ids - known.approved - known.banned
    return Refusal.NOT_APPROVED if unknown else None


def nobody_is_banned(proposal: Proposal, known: Situation) -> Refusal | None:
    """No visitor is banned from visiting the prisoner."""
    return Refusal.BANNED if proposal.visitor_ids & known.banned else None


def nobody_is_barred(proposal: Proposal, known: Situation) -> Refusal | None:
    """No judge's order is in force against the visit."""
    return Refusal.BARRED if known.barred else None


def an_adult_comes(proposal: Proposal, known: Situation) -> Refusal | None:
    """A child comes with an adult; whose birthday is unknown counts as one."""
    alone = proposal.visitor_ids and proposal.visitor_ids <= known.minors
    return Refusal.NO_ADULT if alone else None


def legal_visitors_are_lawyers(proposal: Proposal, known: Situation) -> Refusal | None:
    """A legal visit, which nobody watches, is for the prisoner's lawyers alone."""
    others = proposal.kind is VisitKind.LEGAL and proposal.visitor_ids - known.lawyers
    return Refusal.NOT_A_LAWYER if others else None


def official_visit_has_official(proposal: Proposal, known: Situation) -> Refusal | None:
    """An official visit has an official."""
    missing = proposal.kind is VisitKind.OFFICIAL and proposal.official_id is None
    return Refusal.OFFICIAL_MISSING if missing else None


def legal_visit_has_no_official(proposal: Proposal, known: Situation) -> Refusal | None:
    """No official attends a legal visit."""
    there = proposal.kind is VisitKind.LEGAL and proposal.official_id is not None
    return Refusal.OFFICIAL_NOT_ADMITTED if there else None


def official_is_active(proposal: Proposal, known: Situation) -> Refusal | None:
    """The official has an account that is in use."""
    return None if known.official_is_active else Refusal.OFFICIAL_NOT_ACTIVE


def official_is_available(proposal: Proposal, known: Situation) -> Refusal | None:
    """An official who gave weekly hours is booked within them."""
    return None if known.official_is_then else Refusal.OFFICIAL_NOT_THEN


def cover_holds(proposal: Proposal, known: Situation) -> Refusal | None:
    """An official who covers a session attends what lies within it."""
    return None if known.cover_holds else Refusal.OUTSIDE_COVER


def is_within_the_weekly_limit(proposal: Proposal, known: Situation) -> Refusal | None:
    """A prisoner has so many family visits in a week; legal ones are not counted."""
    full = proposal.kind is VisitKind.FAMILY and known.week.spent
    return Refusal.WEEKLY_LIMIT if full else None


def is_within_the_monthly_limit(proposal: Proposal, known: Situation) -> Refusal | None:
    """A prisoner has so many family visits in a month of the Solar Hijri calendar."""
    full = proposal.kind is VisitKind.FAMILY and known.month.spent
    return Refusal.MONTHLY_LIMIT if full else None


def terminal_is_free(proposal: Proposal, known: Situation) -> Refusal | None:
    """One visit at a terminal at a time, with time to change in between."""
    return Refusal.TERMINAL_TAKEN if "terminal" in known.taken else None


def kiosk_is_free(proposal: Proposal, known: Situation) -> Refusal | None:
    """One visit at a kiosk at a time, with time to change in between."""
    return Refusal.KIOSK_TAKEN if "kiosk" in known.taken else None


def prisoner_is_free(proposal: Proposal, known: Situation) -> Refusal | None:
    """A prisoner is in one visit at a time."""
    return Refusal.PRISONER_BUSY if "prisoner" in known.taken else None


def visitors_are_free(proposal: Proposal, known: Situation) -> Refusal | None:
    """A visitor is in one visit at a time."""
    return Refusal.VISITOR_BUSY if "visitor" in known.taken else None


def official_is_free(proposal: Proposal, known: Situation) -> Refusal | None:
    """An official attends one visit at a time."""
    return Refusal.OFFICIAL_BUSY if "official" in known.taken else None


#: What nobody may override, whatever the reason.
HARD_RULES: tuple[Rule, ...] = (
    is_not_over,
    has_even_times,
    nothing_is_closed,
    terminal_is_of_the_prison,
    terminal_is_in_order,
    kiosk_is_a_kiosk,
    kiosk_is_in_order,
    kiosk_is_there,
    prisoner_is_of_the_prison,
    prisoner_is_not_released,
    prisoner_is_not_away,
    those_kept_apart_do_not_meet,
    somebody_visits,
    visitors_are_approved,
    nobody_is_banned,
    nobody_is_barred,
    legal_visitors_are_lawyers,
    official_visit_has_official,
    legal_visit_has_no_official,
    official_is_active,
    cover_holds,
    terminal_is_free,
    kiosk_is_free,
    prisoner_is_free,
    visitors_are_free,
    official_is_free,
)

#: What a scheduler is held to; the ones that are not hard yield to a stated reason.
RULES: tuple[Rule, ...] = (
    has_not_begun,
    gives_notice,
    is_within_the_horizon,
    is_a_slot,
    is_no_holiday,
    kind_is_offered,
    province_is_admitted,
    party_is_small_enough,
    an_adult_comes,
    official_is_available,
    is_within_the_weekly_limit,
    is_within_the_monthly_limit,
    *HARD_RULES,
)


#: The refusal for each kind of thing that somebody else has claimed.
TAKEN: Mapping[str, Refusal] = {
    "terminal": Refusal.TERMINAL_TAKEN,
    "kiosk": Refusal.KIOSK_TAKEN,
    "prisoner": Refusal.PRISONER_BUSY,
    "visitor": Refusal.VISITOR_BUSY,
    "official": Refusal.OFFICIAL_BUSY,
}


def refusals(
    proposal: Proposal, known: Situation, rules: tuple[Rule, ...] = RULES
) -> tuple[Refusal, ...]:
    """Every reason to refuse, in the order of the rules."""
    return tuple(reason for rule in rules if (reason := rule(proposal, known)))


def _matching(proposal: Proposal, known: Situation) -> tuple[Slot, ...]:
    return tuple(
        slot
        for slot in known.slots
        if slot.terminal_id == proposal.terminal_id and slot.span == proposal.span
    )

"""What a change of the rules does, as lines of the page that asks before it is made.

Knows words and numbers; what is at odds is judged by `scheduler.at_odds`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import at_odds as judging
from scheduler.at_odds import Effect
from visitation.places import Origin, Proposed, Site
from web import labels, policy_words, present
from web.i18n import _, ngettext
from web.policy_words import MEANINGS

#: So many visits, and places, are named.
SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A number that changes: its name, what it was and would be, and what that does.

    Attributes:
        otherwise: the names of prisons that keep a choice of their own.
        references: the visits to come that would not fit any more.
    """

    name: str
    before: str
    after: str
    does: str
    otherwise: tuple[str, ...]
    more: int
    references: tuple[str, ...]


async def rows(
    session: AsyncSession,
    proposed: Proposed,
    known: Mapping[str, Origin],
    *,
    now: datetime,
) -> Sequence[Change]:
    """A line for each number that changes, in the order of the page."""
    effects = await judging.effects(session, proposed, now=now)
    named = {site for some in proposed.otherwise.values() for site in some}
    names = dict(
        (
            await session.exec(
                select(Site.id, Site.name).where(col(Site.id).in_(sorted(named)))
            )
        ).all()
    )
    order = [*MEANINGS, *policy_words.WORDS]
    return tuple(
        _change(name, proposed, known[name], effects[name], names)
        for name in sorted(proposed.changes, key=order.index)
    )


def at_odds(changes: Sequence[Change]) -> tuple[str, ...]:
    """Every visit that would not fit any more, once."""
    return tuple(dict.fromkeys(one for row in changes for one in row.references))


def _change(
    name: str,
    proposed: Proposed,
    origin: Origin,
    effect: Effect,
    names: Mapping[int, str],
) -> Change:
    chosen = proposed.changes[name]
    keeping = proposed.otherwise[name]
    return Change(
        name=_title(name),
        before=_value(name, origin.value),
        after=_value(name, origin.above if chosen is None else chosen),
        does=_does(effect),
        otherwise=tuple(names[one] for one in keeping[:SHOWN]),
        more=max(0, len(keeping) - SHOWN),
        references=effect.at_odds,
    )


def _title(name: str) -> str:
    known = MEANINGS.get(name)
    return _(known[0] if known else policy_words.TITLES[name])


def _value(name: str, value: int | str) -> str:
    kind = policy_words.WORDS.get(name)
    return labels.label(kind(str(value))) if kind else present.digits(value)


def _does(effect: Effect) -> str:
    if effect.at_odds:
        count = len(effect.at_odds)
        return ngettext(
            "%(count)s visit to come does not fit it. It stays booked.",
            "%(count)s visits to come do not fit it. They stay booked.",
            count,
            count=present.digits(count),
        )
    if effect.holds is None:
        return _("It holds for what is booked or asked for from now on.")
    return ngettext(
        "It holds at once, also for %(count)s visit that is arranged already.",
        "It holds at once, also for %(count)s visits that are arranged already.",
        effect.holds,
        count=present.digits(effect.holds),
    )

"""What may be chosen when booking a slot: who, with whom, where.

Reads. Whether it may be booked so is for the rules to say, once it is held.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.booking import Refused
from scheduler.proposals import Refusal
from visitation import people, visits
from visitation.errors import NotFound
from visitation.people import Account, Contact, Prisoner, Scope, Standing, Visitor
from visitation.places import Site
from visitation.visits import boards, claims
from visitation.words import Role, StationKind
from web import named, present, prison_reach
from web.i18n import N_, _
from web.labels import label
from web.slot_places import Place

#: The words for a place that is no kiosk.
OWN_PHONE = "own"
_LONGEST_LIST = 30
_STANDINGS = {
    Standing.NOT_APPROVED: N_("not approved: %(state)s"),
    Standing.BANNED: N_("banned from visiting"),
}
_BUSY = N_("in another visit at this time")
#: What `rules.RULES` has beside `rules.HARD_RULES`; a stated reason overrides these.
SOFT = frozenset(
    {
        Refusal.BEGUN,
        Refusal.TOO_SOON,
        Refusal.TOO_FAR_AHEAD,
        Refusal.NOT_A_SLOT,
        Refusal.HOLIDAY,
        Refusal.KIND_NOT_OFFERED,
        Refusal.OTHER_PROVINCE,
        Refusal.PARTY_TOO_LARGE,
        Refusal.NO_ADULT,
        Refusal.OFFICIAL_NOT_THEN,
        Refusal.WEEKLY_LIMIT,
        Refusal.MONTHLY_LIMIT,
    }
)
Option = tuple[str, str] | tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What there is to choose from for one prisoner in one slot.

    Attributes:
        visitors: those who may come, for checkboxes.
        others: those who may not, with the reason.
        kiosks: the free ones, and the own phone.
        officials: those who work for the prison, busy ones marked.
    """

    prisoner: Prisoner
    visitors: tuple[Option, ...]
    others: tuple[tuple[str, str], ...]
    places: tuple[Option, ...]
    officials: tuple[Option, ...]
    kinds: tuple[Option, ...]


async def find_prisoners(
    session: AsyncSession, prison: Site, text: str
) -> Sequence[Prisoner]:
    """The prisoners of a prison whose name or number contains the text."""
    found = await people.find_prisoners(
        session,
        scope=Scope(sites=frozenset({prison.id})),
        text=text,
        limit=_LONGEST_LIST,
    )
    return [one for one in found if one.released_at is None]


async def choices(
    session: AsyncSession,
    scope: Scope,
    place: Place,
    prisoner_id: int,
    *,
    kept: frozenset[str] = frozenset(),
    but_visit: int | None = None,
) -> Choices:
    """What can be chosen for a prisoner in a slot.

    Args:
        session: to read from.
        scope: whose kiosks are offered.
        place: the slot.
        prisoner_id: who is visited.
        kept: resources that were chosen before; they stay on the list with a remark
            though they are taken, so that another slot finds them still chosen.
        but_visit: what whoever chooses holds; it is not in its own way.

    Raises:
        NotFound: if the prisoner is not in that prison.
    """
    prisoner = await named.prisoner(session, scope, prisoner_id)
    if prisoner.site_id != place.prison.id:
        raise NotFound("prisoner")
    contacts = await people.contacts_of(session, prisoner.id)
    kiosks = await boards.seats(session, scope=scope, kind=StationKind.KIOSK)
    officials = await prison_reach.people_of(session, place.prison, [Role.OFFICIAL])
    taken = await claims.held(
        session,
        visits.resources(prisoner_id=prisoner.id)
        | {f"visitor:{visitor.id}" for _contact, visitor in contacts}
        | {f"kiosk:{seat.id}" for seat in kiosks}
        | {f"official:{account.id}" for account in officials},
        place.span,
        turnover=place.policy.turnover,
        but_visit=but_visit,
    )
    may, may_not = _visitors(contacts, place.start, taken, kept)
    return Choices(
        prisoner=prisoner,
        visitors=may,
        others=may_not,
        places=(
            (OWN_PHONE, _("Their own phone or computer")),
            *_kiosks(kiosks, taken, kept),
        ),
        officials=_marked(officials, taken),
        kinds=tuple(
            (kind.value, label(kind))
            for kind in sorted(place.slot.kinds if place.slot else ())
        ),
    )


def may_override(refused: Refused) -> bool:
    """Whether a stated reason would be enough to book all the same."""
    return set(refused.reasons) <= SOFT


def _kiosks(
    seats: Iterable[boards.Seat], taken: frozenset[str], kept: frozenset[str]
) -> list[Option]:
    found: list[Option] = []
    for seat in seats:
        key, words = (
            f"kiosk:{seat.id}",
            present.parted(seat.site, seat.name),
        )
        if key in kept and key in taken:
            found.append((str(seat.id), words, _("taken at this time")))
        elif seat.out_of_order is None and key not in taken:
            found.append((str(seat.id), words))
    return found


def _visitors(
    contacts: Iterable[tuple[Contact, Visitor]],
    at: datetime,
    taken: frozenset[str],
    kept: frozenset[str],
) -> tuple[tuple[Option, ...], tuple[tuple[str, str], ...]]:
    may: list[Option] = []
    may_not: list[tuple[str, str]] = []
    for contact, visitor in contacts:
        named = f"{present.isolated(visitor.name)} – {label(contact.relation)}"
        key = f"visitor:{visitor.id}"
        if reason := _bar(contact, at):
            may_not.append((named, reason))
        elif key in taken and key not in kept:
            may_not.append((named, _(_BUSY)))
        elif key in taken:
            may.append((str(visitor.id), named, _(_BUSY)))
        elif visitor.phone is None:
            may.append((str(visitor.id), named, _("no phone")))
        else:
            may.append((str(visitor.id), named))
    return tuple(may), tuple(may_not)


def _bar(contact: Contact, at: datetime) -> str:
    words = _STANDINGS.get(people.standing(contact, at))
    return _(words, state=label(contact.state)) if words else ""


def _marked(officials: Iterable[Account], taken: frozenset[str]) -> tuple[Option, ...]:
    return tuple(
        (
            str(account.id),
            _(
                "%(name)s (attends another visit then)",
                name=present.isolated(account.name),
            )
            if f"official:{account.id}" in taken
            else account.name,
        )
        for account in officials
    )

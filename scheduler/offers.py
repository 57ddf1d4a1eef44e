"""Offering a slot that came free to whoever waits, and what they answer.

An offer holds the slot as any hold does, so the claims keep it from everybody else; it
lapses with that hold. The family first in line that can use the slot is asked first.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, notices
from scheduler.possible import Place
from scheduler.wishes import Wish, of_family
from visitation import audit, messages, waiting
from visitation.audit import SYSTEM, Actor
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.people import Visitor
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Participant, Visit
from visitation.waiting import NoSuchOffer, Offer, Waiting, WaitingEntry, codes
from visitation.wording import Template
from visitation.words import OfferState, Outcome, Part, WaitingState

#: How long a family has to answer, unless the visit is near.
ANSWER = timedelta(hours=2)
#: Nobody is asked to answer faster than this.
SOONEST = timedelta(minutes=15)
#: Nobody is woken for an offer: wall times of the prison.
AWAKE = (time(7), time(22))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """An offer as the family that got it may see it.

    Attributes:
        participant_id: of the visitor whose phone it is.
        place: the service point's name; None for the family's own phone.
    """

    offer: Offer
    participant_id: int
    span: Timespan
    zone: ZoneInfo
    prison: str
    place: str | None


def answer_by(start: datetime, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Until when an offer made now may be answered; None if now is no time to ask.

    Half of the time left is the family's to answer, the other half to get ready.
    """
    if not AWAKE[0] <= now.astimezone(zone).time() < AWAKE[1]:
        return None
    left = min(ANSWER, (start - now) / 2)
    return now + left if left >= SOONEST else None


async def offer(
    session: AsyncSession,
    one: Waiting,
    place: Place,
    *,
    terminal_id: int,
    until: datetime,
    keyring: Keyring,
    now: datetime,
    by: Actor = SYSTEM,
) -> Offer:
    """Hold a slot for a waiting family, and ask it by message whether it comes.

    A family without a phone is asked by staff, who see every open offer.

    Raises:
        NotWaiting: if the family is off the list, or was asked meanwhile.
        Overtaken: if somebody else was just quicker.
        Refused: with every reason not to hold the slot for it.
    """
    entry = await session.get_one(WaitingEntry, one.entry.id, populate_existing=True)
    await waiting.shift(session, entry, WaitingState.OFFERED, by=by, now=now)
    wish = _wish(entry, one, place, terminal_id)
    visit = await booking.hold(session, keyring=keyring, by=by, now=now, **wish)
    visit.hold_until = until
    entry.visit_id = visit.id
    session.add_all([visit, entry])
    made = Offer(
        reference=keyring.reference(),
        entry_id=entry.id,
        visit_id=visit.id,
        made_at=now,
        expires_at=until,
    )
    await codes.add(session, made, keyring=keyring)
    audit.note(
        session,
        by,
        "offer_slot",
        f"offer:{made.id}",
        now=now,
        visit_id=visit.id,
        waiting=entry.id,
        until=until.isoformat(),
    )
    await _ask(session, made, visit, now)
    return made


def _wish(entry: WaitingEntry, one: Waiting, place: Place, terminal_id: int) -> Wish:
    return of_family(
        entry,
        one.visitor_ids,
        prison_id=entry.prison_id,
        terminal_id=terminal_id,
        span=place.opportunity.span,
        kiosk_id=place.kiosk_id,
    )


async def find(
    session: AsyncSession,
    *,
    code: str,
    phone_digits: str,
    keyring: Keyring,
    now: datetime,
) -> Offered:
    """The open offer of a reply code and the last four digits of a visitor's phone.

    Raises:
        NoSuchOffer: if the code is nobody's, the phone is another's, or it is too late.
    """
    found = await codes.find_by_code(session, code, keyring=keyring)
    rows = await session.exec(
        select(Participant, Visitor.phone)
        .join(Visitor, col(Visitor.id) == col(Participant.visitor_id))
        .where(Participant.visit_id == found.visit_id)
        .order_by(col(Participant.id))
    )
    mine = [person for person, phone in rows.all() if _ends(phone, phone_digits)]
    visit = await session.get_one(Visit, found.visit_id)
    if not mine or found.expires_at <= now or visit.state is not VisitState.HELD:
        raise NoSuchOffer
    prison = await session.get_one(Site, visit.prison_id)
    scene = await notices.scene_of(session, visit)
    return Offered(
        offer=found,
        participant_id=mine[0].id,
        span=Timespan(visit.starts_at, visit.ends_at),
        zone=scene.zone,
        prison=prison.name,
        place=scene.point,
    )


async def accept(
    session: AsyncSession, made: Offer, *, keyring: Keyring, by: Actor, now: datetime
) -> Visit:
    """Book what was offered, and tell the family as of any booking.

    Raises:
        NoSuchOffer: if it was answered, or is too late.
        Overtaken: if the hold ran out at this moment.
    """
    visit, entry = await _answered(session, made, OfferState.ACCEPTED, by=by, now=now)
    # Where staff answer for a family the question may still be on its way.
    await messages.discard(session, visit_id=visit.id)
    await booking.confirm(session, visit, keyring=keyring, by=by, now=now)
    placed = WaitingState.PLACED
    await waiting.shift(session, entry, placed, by=by, now=now, visit_id=visit.id)
    return visit


async def decline(
    session: AsyncSession, made: Offer, *, reason: str, by: Actor, now: datetime
) -> None:
    """Let a slot go to whoever is next; the family keeps its place in line.

    `reason` is kept with the visit that was held, in the language of whoever answers.

    Raises:
        NoSuchOffer: if it was answered, or is too late.
        Overtaken: if the hold ran out at this moment.
    """
    visit, entry = await _answered(session, made, OfferState.DECLINED, by=by, now=now)
    outcome = Outcome.CANCELLED_BY_FAMILY
    await booking.cancel(
        session, visit=visit, outcome=outcome, reason=reason, by=by, now=now
    )
    await waiting.shift(session, entry, WaitingState.WAITING, by=by, now=now)


async def lapse(session: AsyncSession, offer_id: int, *, now: datetime) -> bool:
    """Put a family back in line whose hold is gone; False if there was no need.

    Raises:
        Overtaken: if somebody else was quicker.
        NotWaiting: if the entry is in some other state.
    """
    made = await session.get_one(Offer, offer_id)
    visit = await session.get_one(Visit, made.visit_id)
    if visit.state is VisitState.HELD:
        return False
    if not await _close(session, made, OfferState.LAPSED, now):
        return False
    entry = await session.get_one(WaitingEntry, made.entry_id)
    await waiting.shift(session, entry, WaitingState.WAITING, by=SYSTEM, now=now)
    await messages.discard(session, visit_id=visit.id)
    audit.note(session, SYSTEM, "offer_lapsed", f"offer:{made.id}", now=now)
    return True


async def _answered(
    session: AsyncSession, made: Offer, state: OfferState, *, by: Actor, now: datetime
) -> tuple[Visit, WaitingEntry]:
    if made.expires_at <= now or not await _close(session, made, state, now):
        raise NoSuchOffer
    visit = await session.get_one(Visit, made.visit_id, populate_existing=True)
    entry = await session.get_one(WaitingEntry, made.entry_id, populate_existing=True)
    if visit.state is not VisitState.HELD:
        raise NoSuchOffer
    audit.note(
        session, by, f"offer_{state}", f"offer:{made.id}", now=now, visit_id=visit.id
    )
    return visit, entry


async def _close(
    session: AsyncSession, made: Offer, state: OfferState, now: datetime
) -> bool:
    closed = await session.exec(
        update(Offer)
        .where(col(Offer.id) == made.id, col(Offer.state) == OfferState.OPEN)
        .values(state=state, answered_at=now, code_sealed=None, code_fingerprint=None)
        .execution_options(synchronize_session=False)
    )
    return closed.rowcount == 1


async def _ask(session: AsyncSession, made: Offer, visit: Visit, now: datetime) -> None:
    scene = await notices.scene_of(session, visit)
    everybody = await notices.recipients(session, visit.id)
    for one in everybody:
        # A reply code is the family's alone, so no helper is asked.
        if one.part is not Part.VISITOR or one.address is None or one.phone is None:
            continue
        wall = visit.starts_at.astimezone(scene.zone)
        until = made.expires_at.astimezone(scene.zone)
        await messages.put(
            session,
            Template.OFFER,
            dedup_key=f"offer:{made.id}",
            **one.address,
            language=one.language,
            variables={
                "day": notices.spoken_day(wall, one.language),
                "time": notices.spoken_time(wall, one.language),
                "until": notices.spoken_time(until, one.language),
            },
            now=now,
            expires_at=made.expires_at,
            visit_id=visit.id,
            participant_id=one.participant_id,
        )
        return


def _ends(phone: str | None, digits: str) -> bool:
    return phone is not None and bool(digits) and phone.endswith(digits)

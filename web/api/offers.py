"""Offers, for programs: what was offered to whom, and a family's answer."""

from typing import Annotated

from pydantic import Field, StringConstraints
from sqlmodel import col, select

from scheduler import offers
from visitation.places import Site
from visitation.visits import Visit
from visitation.waiting import Offer, WaitingEntry
from visitation.words import OfferState, Role
from web import queue_reach
from web.api import cursors, visit_answers
from web.api.answers import Listing
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Id, Instant, Line, Page, Told
from web.api.visit_answers import told
from web.api.waiting import WRITERS, WaitingFamily, told_family


class OffersQuery(Page):
    """Which offers."""

    prison: Id | None = None
    state: OfferState | None = None


class OfferDeclined(Asked):
    """Why a family leaves a slot to others."""

    reason: Annotated[Line, StringConstraints(min_length=1)]


class OfferedSlot(Told):
    """A slot held for a waiting family until it answers."""

    reference: str
    entry: str = Field(description="The reference of the family's entry on the list.")
    visit: str = Field(description="The reference of the visit that holds the slot.")
    state: OfferState
    made_at: Instant
    expires_at: Instant
    answered_at: Instant | None


class OfferedSlots(Listing):
    """Offers in the order in which they were made."""

    items: list[OfferedSlot]


async def accept_offer(call: Call) -> visit_answers.Visit:
    """Book what is offered to a family, which said so to whoever asks here."""
    visit = await offers.accept(
        call.session,
        await queue_reach.open_offer(call.session, call.subject),
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    return await told(call, visit)


async def decline_offer(call: Call) -> WaitingFamily:
    """Let what is offered go to the next in line; the family keeps its place."""
    await offers.decline(
        call.session,
        await queue_reach.open_offer(call.session, call.subject),
        reason=call.body.reason,
        by=call.by.actor,
        now=call.now,
    )
    return await told_family(
        call, await call.session.get_one(WaitingEntry, call.subject.id)
    )


async def list_offers(call: Call) -> OfferedSlots:
    """List the slots that were offered to waiting families, answered or not."""
    asked: OffersQuery = call.query
    query = (
        select(Offer, WaitingEntry.reference, Visit.reference)
        .join(WaitingEntry, col(WaitingEntry.id) == col(Offer.entry_id))
        .join(Visit, col(Visit.id) == col(Offer.visit_id))
        .join(Site, col(Site.id) == col(WaitingEntry.prison_id))
        .where(
            call.by.scope.of_sites(),
            col(Offer.id) > (cursors.read_id(asked.cursor) or 0),
        )
        .order_by(col(Offer.id))
        .limit(asked.limit + 1)
    )
    if asked.prison is not None:
        query = query.where(WaitingEntry.prison_id == asked.prison)
    if asked.state is not None:
        query = query.where(Offer.state == asked.state)
    rows = (await call.session.exec(query)).all()
    shown, following = cursors.page(rows, asked.limit, lambda row: (row[0].id,))
    items = [
        OfferedSlot(
            reference=made.reference,
            entry=entry,
            visit=visit,
            state=made.state,
            made_at=made.made_at,
            expires_at=made.expires_at,
            answered_at=made.answered_at,
        )
        for made, entry, visit in shown
    ]
    return OfferedSlots(items=items, next=following)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/offers",
        act=list_offers,
        allow=frozenset({Role.SCHEDULER, Role.ADMINISTRATOR, Role.AUDITOR}),
        query=OffersQuery,
        answer=OfferedSlots,
    ),
    Endpoint(
        method="POST",
        path="/waiting/{entry}/accept",
        act=accept_offer,
        allow=WRITERS,
        subject=queue_reach.entry,
        answer=visit_answers.Visit,
    ),
    Endpoint(
        method="POST",
        path="/waiting/{entry}/decline",
        act=decline_offer,
        allow=WRITERS,
        subject=queue_reach.entry,
        body=OfferDeclined,
        answer=WaitingFamily,
    ),
)

"""Requests of prisoners, for programs: list, read, raise, decide, and their orders.

What is read is what pages show the same account; no name and no tracking code is told.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from pydantic import Field, StringConstraints
from sqlmodel import col

from visitation import cases
from visitation.cases import Board, Case, Listed, Wanted, acts, boards, steps
from visitation.errors import Invalid
from visitation.words import (
    CaseAction,
    CaseKind,
    CaseSource,
    CaseState,
    OrderState,
    Role,
    Visibility,
)
from web import case_reach, named
from web.api.answers import Listing
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Id, Instant, Page, Reference, Told
from web.routing import Door

_RAISERS: frozenset[Role | Door] = case_reach.may(CaseAction.RAISE) - {Role.CLERK}
_DECIDERS = case_reach.may(CaseAction.GRANT)
#: What is said of a request, or about it.
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=steps.LONGEST)
]
Answer = Annotated[str, StringConstraints(max_length=300)] | int | bool


class Sought(Page):
    """Which requests."""

    kind: CaseKind | None = None
    state: CaseState | None = None
    changed_since: Instant | None = Field(
        default=None, description="Only what was changed then or later."
    )


class NewCase(Asked):
    """What is asked for a prisoner."""

    kind: CaseKind
    prisoner_id: Id
    visitor_id: Id | None = Field(
        default=None, description="Who of the family asks; null: the prisoner does."
    )
    text: Words = ""
    answers: dict[Annotated[str, StringConstraints(max_length=32)], Answer] = Field(
        default_factory=dict, max_length=20, description="By the fields of the kind."
    )


class Outcome(StrEnum):
    """What becomes of a request."""

    GRANT = "grant"
    DENY = "deny"
    REFER = "refer"


class CaseDecision(Asked):
    """What becomes of a request, and the words for it."""

    outcome: Outcome
    text: Annotated[Words, StringConstraints(min_length=1)] = Field(
        description="The family reads an answer; staff read what is passed on."
    )


class CaseRow(Told):
    """A request, as lists have it."""

    reference: Reference
    kind: CaseKind
    state: CaseState
    source: CaseSource
    prisoner_id: Id
    prison_id: Id
    owner_id: Id | None = Field(description="Null while nobody has it.")
    raised_at: Instant
    due_at: Instant
    decided_at: Instant | None
    changed_at: Instant
    open_orders: int


class CaseStepTold(Told):
    """One thing that was done."""

    number: int
    action: CaseAction
    state: CaseState
    visibility: Visibility
    text: str
    at: Instant


class CaseOrderTold(Told):
    """What somebody is told to do for a request."""

    reference: Reference
    site_id: Id | None
    account_id: Id | None
    text: str
    state: OrderState
    due_at: Instant
    made_at: Instant
    ended_at: Instant | None
    answer: str


class CaseTold(CaseRow):
    """A request with what was said, and everything done since."""

    text: str
    answers: dict[str, str | int | bool]
    steps: list[CaseStepTold]


class CaseList(Listing):
    """Requests, the least lately changed first."""

    items: list[CaseRow]


class CaseOrders(Listing):
    """The orders of a request, the oldest first."""

    items: list[CaseOrderTold]


async def list_cases(call: Call) -> CaseList:
    """List requests of prisoners, the least lately changed first.

    To follow them, ask again with the last `changed_at` as `changed_since`.
    """
    asked: Sought = call.query
    wanted = Wanted(
        kinds=[asked.kind] if asked.kind else (),
        states=[asked.state] if asked.state else (),
        changed_since=asked.changed_since,
    )
    try:
        page = await boards.listed(
            call.session,
            Board.ALL,
            case_reach.reader(call.by),
            now=call.now,
            wanted=wanted,
            by_change=True,
            after=asked.cursor or "",
            limit=asked.limit,
        )
    except Invalid:
        raise Invalid("cursor", "cursor") from None
    items = [CaseRow(**_row(one)) for one in page.rows]
    return CaseList(items=items, next=page.onward or None)


async def get_case(call: Call) -> CaseTold:
    """Get one request, with what was asked and everything that was done."""
    return await _told(call, call.subject.id)


async def raise_case(call: Call) -> CaseTold:
    """Ask for something for a prisoner; the same while it is open is one request."""
    asked: NewCase = call.body
    prisoner = await named.prisoner(call.session, call.by.scope, asked.prisoner_id)
    raised = await cases.raise_case(
        call.session,
        kind=asked.kind,
        prisoner_id=prisoner.id,
        source=_source(call, asked),
        text=asked.text,
        answers=asked.answers,
        visitor_id=asked.visitor_id,
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    # The same may be open already, of somebody whose requests the caller does not read.
    reader, reference = case_reach.reader(call.by), raised.case.reference
    await cases.by_reference(call.session, reference, reader=reader)
    return await _told(call, raised.case.id)


async def decide_case(call: Call) -> CaseTold:
    """Agree to a request, do not agree, or pass it on; the family is told.

    Only roles that decide such a kind. Closed already, it is refused (409).
    """
    asked: CaseDecision = call.body
    case = await call.session.get_one(Case, call.subject.id)
    by: dict[str, Any] = {"text": asked.text, "by": call.by.actor, "now": call.now}
    if asked.outcome is Outcome.GRANT:
        await acts.grant(call.session, case, **by)
    elif asked.outcome is Outcome.DENY:
        await acts.deny(call.session, case, **by)
    else:
        await acts.refer(call.session, case, **by)
    return await _told(call, case.id)


async def list_case_orders(call: Call) -> CaseOrders:
    """List what sites and people were told to do for a request."""
    found = await cases.orders_of(call.session, call.subject)
    items = [CaseOrderTold.model_validate(one) for one in found]
    return CaseOrders(items=items, next=None)


def _source(call: Call, asked: NewCase) -> CaseSource:
    if asked.visitor_id is not None:
        return CaseSource.FAMILY
    official = call.by.role is Role.OFFICIAL
    return CaseSource.OFFICIAL if official else CaseSource.PRISONER


async def _told(call: Call, case_id: int) -> CaseTold:
    case = await call.session.get_one(Case, case_id)
    sight = case_reach.reader(call.by).sight
    done = await cases.history(call.session, case, sight=sight)
    [row] = await _rows(call, case_id)
    return CaseTold(
        **_row(row),
        text=case.text,
        answers=case.answers,
        steps=[CaseStepTold.model_validate(one) for one in done],
    )


async def _rows(call: Call, case_id: int) -> Sequence[Listed]:
    return await boards.rows(
        call.session, col(Case.id) == case_id, order=(col(Case.id),), limit=1
    )


def _row(one: Listed) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "kind": one.kind,
        "state": one.state,
        "source": one.source,
        "prisoner_id": one.prisoner_id,
        "prison_id": one.prison_id,
        "owner_id": one.owner_id,
        "raised_at": one.raised_at,
        "due_at": one.due_at,
        "decided_at": one.decided_at,
        "changed_at": one.changed_at,
        "open_orders": one.orders,
    }


_of_one = partial(Endpoint, allow=case_reach.READERS, subject=case_reach.case)
ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/cases",
        act=list_cases,
        allow=case_reach.READERS,
        query=Sought,
        answer=CaseList,
    ),
    Endpoint(
        method="POST",
        path="/cases",
        act=raise_case,
        allow=_RAISERS,
        body=NewCase,
        answer=CaseTold,
        status=201,
    ),
    _of_one(method="GET", path="/cases/{case}", act=get_case, answer=CaseTold),
    Endpoint(
        method="POST",
        path="/cases/{case}/decision",
        act=decide_case,
        allow=_DECIDERS,
        subject=case_reach.own,
        body=CaseDecision,
        answer=CaseTold,
    ),
    _of_one(
        method="GET",
        path="/cases/{case}/orders",
        act=list_case_orders,
        answer=CaseOrders,
    ),
)

"""What staff type to write a request down, and the rows that they choose from.

Reads what is within the reach of who writes; hands nothing in.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import cases
from visitation.cases import Kind
from visitation.errors import Invalid
from visitation.people import Contact, Prisoner, Standing, Visitor, standing
from visitation.words import CaseKind, Role
from web import case_answers, gate, picks, point_reach, present, prison_reach, refusals
from web.fields import Line, Note
from web.forms import Fields, Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.labels import label
from web.picks import Pick
from web.principals import StaffPrincipal


class Whom(Fields):
    """For whom something is asked."""

    prison: Pick = Field(title=N_("Prison"))
    number: Annotated[Line, StringConstraints(min_length=1, max_length=32)] = Field(
        title=N_("Prisoner number")
    )


class Written(Whom):
    """What is asked, by whom, and where it is written down."""

    kind: CaseKind | None = None
    visitor: Pick | None = Field(default=None, title=N_("Who asks"))
    point: Pick | None = Field(default=None, title=N_("Where it is written down"))
    text: Note = Field(default="", title=N_("In their own words"))


async def checked(
    request: web.Request,
    form: Form[Written],
    prisoner: Prisoner,
    kind: Kind,
    posted: Mapping[str, str],
) -> tuple[Form[Written], dict[str, Any]]:
    """The form with what is wrong with its choices, its text and its answers."""
    me = gate.staff(request)
    async with request.app[DATABASE].read() as session:
        known = await visitors(request, session, prisoner)
        places = await points(session, me)
    form = picks.among(form, "visitor", [number for number, _name in known])
    form = picks.among(form, "point", [number for number, _name in places])
    if me.role is Role.CLERK:
        for name in ("visitor", "point"):
            if not form.text(name):
                form = form.faulted(name, _("Choose one from the list."))
    if kind.text_required and not form.text("text").strip():
        form = form.faulted("text", _("Fill this in."))
    try:
        return form, cases.checked(kind.code, case_answers.typed(kind, posted))
    except Invalid as wrong:
        sentence = refusals.sentence(wrong.reason)
        return form.faulted(case_answers.PREFIX + wrong.field, sentence), {}


def kept(form: Form[Written], posted: Mapping[str, str]) -> Form[Written]:
    """The form with the answers as they were typed, so that it draws them again."""
    answers = {
        name: (text,)
        for name, text in posted.items()
        if name.startswith(case_answers.PREFIX)
    }
    return replace(form, typed={**form.typed, **answers})


def kinds_for(me: StaffPrincipal) -> list[Kind]:
    """The kinds that somebody may write down; a prison none that it does not read."""
    return [
        one
        for one in cases.KINDS.values()
        if one.prison_reads or me.role is not Role.WARDEN
    ]


async def prisoner_of(
    session: AsyncSession, me: StaffPrincipal, whom: Whom
) -> Prisoner | None:
    known = {one.id for one in await prison_reach.asked_for(session, me)}
    rows = await session.exec(
        select(Prisoner).where(
            Prisoner.site_id == whom.prison, Prisoner.number == whom.number
        )
    )
    found = rows.first()
    return found if found is not None and whom.prison in known else None


async def visitors(
    request: web.Request, session: AsyncSession, prisoner: Prisoner
) -> list[tuple[int, str]]:
    rows = await session.exec(
        select(Contact, Visitor)
        .join(Visitor, col(Visitor.id) == col(Contact.visitor_id))
        .where(Contact.prisoner_id == prisoner.id)
        .order_by(col(Visitor.name_folded), col(Visitor.id))
    )
    now = request.app[CLOCK]()
    return [
        (visitor.id, present.parted(visitor.name, label(contact.relation)))
        for contact, visitor in rows.all()
        if standing(contact, now) is Standing.APPROVED
    ]


async def points(session: AsyncSession, me: StaffPrincipal) -> list[tuple[int, str]]:
    """The points where a clerk writes things down; nobody else names one."""
    if me.role is not Role.CLERK:
        return []
    return [(one.id, one.name) for one in await point_reach.points(session, me.scope)]

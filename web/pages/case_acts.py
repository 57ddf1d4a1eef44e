"""What staff do to a request from its page, one short form each.

A handler reads the form, calls the one use case, and answers with the page.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.cases import Case, acts, untold
from visitation.errors import Invalid, NotAllowed, VisitationError
from visitation.people import Account, Prisoner
from visitation.places import Site
from visitation.words import CaseAction
from web import case_file, case_reach, forms, gate
from web.case_forms import Change, Correction, Delay, Handing, Remark
from web.forms import Fields
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.render import redirect
from web.routing import Page, Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One act: what is typed for it, what does it, and what is said when it is done."""

    action: CaseAction
    fields: type[Fields]
    act: Callable[[AsyncSession, Case, Any, Actor, datetime], Awaitable[object]]
    done: str


async def show(request: web.Request) -> web.Response:
    """A request, its history, and what may be done."""
    return await case_file.page(request)


async def _take(
    session: AsyncSession, case: Case, _typed: Fields, by: Actor, now: datetime
) -> object:
    return await acts.take(session, case, by=by, now=now)


async def _note(
    session: AsyncSession, case: Case, typed: Remark, by: Actor, now: datetime
) -> object:
    return await acts.note(
        session, case, text=typed.text, visibility=typed.visibility, by=by, now=now
    )


async def _assign(
    session: AsyncSession, case: Case, typed: Handing, by: Actor, now: datetime
) -> object:
    prisoner = await session.get_one(Prisoner, case.prisoner_id)
    prison = await session.get_one(Site, prisoner.site_id)
    near = await case_reach.receivers(session, case, prison)
    if typed.to not in {one.id for one in near}:
        raise Invalid("to", "not_a_decider")
    to = await session.get_one(Account, typed.to)
    return await acts.assign(session, case, to=to, by=by, now=now)


async def _postpone(
    session: AsyncSession, case: Case, typed: Delay, by: Actor, now: datetime
) -> object:
    return await acts.postpone(
        session, case, due=typed.due, reason=typed.reason, by=by, now=now
    )


async def _correct_kind(
    session: AsyncSession, case: Case, typed: Correction, by: Actor, now: datetime
) -> object:
    return await acts.correct_kind(session, case, kind=typed.kind, by=by, now=now)


async def _tell(
    session: AsyncSession, case: Case, _typed: Fields, by: Actor, now: datetime
) -> None:
    await untold.told(session, case, by=by, now=now)


async def _withdraw(
    session: AsyncSession, case: Case, typed: Change, by: Actor, now: datetime
) -> object:
    return await acts.withdraw(session, case, text=typed.text, by=by, now=now)


async def _reopen(
    session: AsyncSession, case: Case, typed: Change, by: Actor, now: datetime
) -> object:
    return await acts.reopen(session, case, text=typed.text, by=by, now=now)


async def _appeal(
    session: AsyncSession, case: Case, typed: Change, by: Actor, now: datetime
) -> object:
    return await acts.appeal(session, case, text=typed.text, by=by, now=now)


DOINGS = (
    Doing(
        action=CaseAction.TAKE, fields=Fields, act=_take, done=N_("You have it now.")
    ),
    Doing(
        action=CaseAction.NOTE, fields=Remark, act=_note, done=N_("The note is kept.")
    ),
    Doing(
        action=CaseAction.ASSIGN,
        fields=Handing,
        act=_assign,
        done=N_("It is given on. They find it among theirs."),
    ),
    Doing(
        action=CaseAction.POSTPONE,
        fields=Delay,
        act=_postpone,
        done=N_("The answer is put off."),
    ),
    Doing(
        action=CaseAction.CORRECT_KIND,
        fields=Correction,
        act=_correct_kind,
        done=N_("The kind is corrected."),
    ),
    Doing(
        action=CaseAction.TELL,
        fields=Fields,
        act=_tell,
        done=N_("It is noted that the family knows."),
    ),
    Doing(
        action=CaseAction.WITHDRAW,
        fields=Change,
        act=_withdraw,
        done=N_("It is noted as withdrawn."),
    ),
    Doing(
        action=CaseAction.REOPEN,
        fields=Change,
        act=_reopen,
        done=N_("It is open again."),
    ),
    Doing(
        action=CaseAction.APPEAL,
        fields=Change,
        act=_appeal,
        done=N_("It is looked at once more, by somebody else."),
    ),
)


def _doing(doing: Doing) -> Page:
    async def do(request: web.Request) -> web.Response:
        form = await forms.read(request, doing.fields)
        name, me = doing.action.value, gate.staff(request)
        if not form.ok:
            return await case_file.page(request, form=form, opened=name, status=422)
        if isinstance(form.value, Remark):
            _check_sight(form.value, case_file.visibilities(me))
        try:
            async with request.app[DATABASE].write() as session:
                case = await session.get_one(Case, gate.subject(request, Case).id)
                now = request.app[CLOCK]()
                await doing.act(session, case, form.value, me.actor, now)
        except NotAllowed:
            raise
        except VisitationError as refused:
            form = form.refused(refused)
            return await case_file.page(request, form=form, opened=name, status=409)
        return await _after(request, _(doing.done))

    return do


def _check_sight(remark: Remark, offered: list[tuple[str, str]]) -> None:
    """Nobody writes what they could not read themselves."""
    if remark.visibility.value not in {value for value, _words in offered}:
        raise NotAllowed("visibility")


async def _after(request: web.Request, flash: str) -> web.Response:
    """The page again, or the board if what was done took it out of reach."""
    here = gate.subject(request, Case)
    parts = {"case": here.reference}
    async with request.app[DATABASE].read() as session:
        left = await case_reach.case(session, parts, gate.staff(request), None)
    if left is None:
        return redirect(request, "cases.index", flash=flash)
    return redirect(request, "cases.show", case=here.reference, flash=flash)


ROUTES = (
    Route(
        method="GET",
        path="/cases/{case}",
        page=show,
        allow=case_reach.READERS,
        subject=case_reach.case,
        name="cases.show",
    ),
    *(
        Route(
            method="POST",
            path=f"/cases/{{case}}/{one.action.value.replace('_', '-')}",
            page=_doing(one),
            allow=case_reach.may(one.action),
            subject=case_reach.subject_for(one.action),
            name=f"case_acts.{one.action.value}",
        )
        for one in DOINGS
    ),
)

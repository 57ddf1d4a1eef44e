"""Asking for a visit for a family: whom, who comes, and up to three times, best first.

For clerks, whose families may have no phone and may not read, and for those who plan.
Large choices, few on a page; the first time is held while the others are looked for.
"""

from collections.abc import Sequence

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import choosing, objections, requests
from scheduler.booking import Refused
from scheduler.proposals import Refusal
from visitation import audit, lifecycle
from visitation.errors import VisitationError
from visitation.lifecycle import Act, VisitState
from visitation.visits import Visit
from visitation.words import Role
from web import asking_choices, asking_views, forms, gate, present, refusals
from web.api import idempotency
from web.api.problems import Answer
from web.asking_choices import RANKS, Known
from web.asking_form import Party, Whom, Wishes
from web.forms import Form
from web.i18n import _
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import redirect
from web.routing import Page, Route

_ASKERS = lifecycle.MAY[Act.ASK]


async def new(request: web.Request) -> web.Response:
    """First, whom the family would like to visit; below, what became of requests."""
    return await asking_views.whom(request, forms.blank(Whom))


async def party(request: web.Request) -> web.Response:
    """Then, who comes, and where to."""
    whom = await forms.read(request, Whom)
    if not whom.ok:
        return await asking_views.whom(request, whom, status=422)
    who = await _known(request, whom)
    if who is None:
        return await asking_views.whom(request, _unknown(whom), status=422)
    likely = {
        "visitors": (who.visitors[0][0],) if len(who.visitors) == 1 else (),
        "place": (who.points[0][0],) if who.points else (),
    }
    said = (await forms.read(request, Party)).typed
    return asking_views.party(
        request, who, Form(model=Party, typed=likely | dict(said))
    )


async def days(request: web.Request) -> web.Response:
    """Then a day: those next to come that have a free time."""
    step = await _step(request)
    if isinstance(step, web.Response):
        return step
    form, who = step
    async with request.app[DATABASE].read() as session:
        found = await asking_choices.days(
            session,
            who,
            asking_choices.party(who, form.value),
            since=form.value.since,
            now=request.app[CLOCK](),
        )
    return asking_views.step(
        request, "days", form, who, found=found, kept=form.value.chosen
    )


async def at(request: web.Request) -> web.Response:
    """Then a time of that day."""
    step = await _step(request)
    return step if isinstance(step, web.Response) else await _times(request, *step)


async def choose(request: web.Request) -> web.Response:
    """Then everything once more, while the first choice is held."""
    step = await _step(request)
    return step if isinstance(step, web.Response) else await _check(request, *step)


async def send(request: web.Request) -> web.Response:
    """Ask or book, as the prison wants it; sent twice, it is done once."""
    step = await _step(request)
    if isinstance(step, web.Response):
        return step
    form, who = step
    if form.value.ranked:
        return await _sent(request, form, who)
    return await _times(request, form, who)


async def _sent(request: web.Request, form: Form[Wishes], who: Known) -> web.Response:
    keyring, me = request.app[KEYRING], gate.staff(request)

    async def act(session: AsyncSession) -> Answer:
        visit = await _send(session, request, form.value, who)
        return Answer(status=303, text=f"{visit.state} {visit.reference}")

    try:
        done = await idempotency.once(
            request.app[DATABASE],
            act,
            actor=me.actor.key,
            key=f"page:{form.value.key or keyring.reference()}"[:128],
            asked=repr(sorted(form.typed.items())),
            keyring=keyring,
            now=request.app[CLOCK](),
        )
    except choosing.HoldOver:
        return await _check(request, form, who, over=True)
    except Refused:
        # Choosing says the same again, and what is free instead.
        return await _check(request, form, who)
    except VisitationError as refused:
        return await _check(request, form.refused(refused), who)
    state, _space, reference = done.text.partition(" ")
    if state == VisitState.REQUESTED:
        return redirect(request, "requests.requested", visit=reference)
    may_book = me.role in lifecycle.MAY[Act.BOOK]
    page = "visits.booked" if may_book else "slip.show"
    return redirect(request, page, visit=reference)


async def _send(
    session: AsyncSession, request: web.Request, typed: Wishes, who: Known
) -> Visit:
    me, now = gate.staff(request), request.app[CLOCK]()
    one = asking_choices.party(who, typed)
    held = await choosing.kept(session, by=me.actor, now=now)
    if typed.hold and (held is None or held.reference != typed.hold):
        raise choosing.HoldOver(typed.hold)
    for place in typed.ranked:
        await asking_choices.proposal(session, who, one, place)
    ask = requests.submit if typed.decide else requests.ask
    visit = await ask(
        session,
        ranked=typed.ranked,
        keyring=request.app[KEYRING],
        by=me.actor,
        now=now,
        **asking_choices.wish(who, typed),
    )
    if typed.seen:
        audit.note(
            session,
            me.actor,
            "identity_seen",
            f"visit:{visit.id}",
            now=now,
            visit_id=visit.id,
        )
    return visit


async def _check(
    request: web.Request, form: Form[Wishes], who: Known, *, over: bool = False
) -> web.Response:
    """Hold the first choice, and say what speaks against any; else choose again."""
    typed, me = form.value, gate.staff(request)
    if not typed.ranked:
        return await _times(request, form, who)
    try:
        async with request.app[DATABASE].write() as session:
            held, reasons = await _held(session, request, typed, who)
            looked_at = await requests.is_looked_at(session, who.prison.id, by=me.actor)
    except Refused as refused:
        return await _times(request, form.refused(refused), who, refused=True)
    return asking_views.step(
        request,
        "check",
        form,
        who,
        status=200 if form.ok else 409,
        held=held,
        over=over,
        wishes=[
            {
                "name": name,
                "rank": _(RANKS[place]),
                "span": found.span,
                "reasons": [refusals.sentence(reason) for reason in against],
            }
            for place, (name, found, against) in enumerate(
                zip(typed.chosen, typed.ranked, reasons, strict=True)
            )
        ],
        more=len(typed.chosen) < requests.MOST_WISHES,
        looked_at=looked_at,
        may_choose=me.role in lifecycle.MAY[Act.DECIDE],
        key=request.app[KEYRING].reference(),
    )


async def _held(
    session: AsyncSession, request: web.Request, typed: Wishes, who: Known
) -> tuple[Visit, list[Sequence[Refusal]]]:
    """The best of the times, held, and what speaks against each of them."""
    by, now = gate.staff(request).actor, request.app[CLOCK]()
    one = asking_choices.party(who, typed)
    proposed = [
        await asking_choices.proposal(session, who, one, place)
        for place in typed.ranked
    ]
    held = await choosing.keep(
        session,
        keyring=request.app[KEYRING],
        by=by,
        now=now,
        **asking_choices.wish(who, typed),
    )
    return held, [
        await objections.against(session, each, now=now, but_visit=held.id)
        for each in proposed
    ]


async def _times(
    request: web.Request, form: Form[Wishes], who: Known, *, refused: bool = False
) -> web.Response:
    """The times of the day that was looked at; of a refused first choice's, else."""
    typed = form.value
    first = typed.ranked[0].span.start if typed.ranked else None
    day = typed.day or (present.local_day(first, who.zone) if first else None)
    if day is None:
        return await days(request)
    kept = typed.chosen[1:] if refused else typed.chosen
    return await asking_views.times(request, who, form, day=day, kept=kept)


async def _step(request: web.Request) -> tuple[Form[Wishes], Known] | web.Response:
    """What was said so far; the page to go back to, where something is missing."""
    form = await forms.read(request, Wishes)
    whom = forms.parse(Whom, [(name, form.text(name)) for name in ("prison", "number")])
    who = await _known(request, whom) if whom.ok else None
    if who is None:
        return await asking_views.whom(
            request, _unknown(whom) if whom.ok else whom, status=422
        )
    if gate.staff(request).role is Role.CLERK and not form.text("seen"):
        form = form.faulted(
            "seen", _("Look at the identity card of each of them first.")
        )
    if not form.ok:
        return asking_views.party(request, who, form, status=422)
    return form, who


async def _known(request: web.Request, whom: Form[Whom]) -> Known | None:
    async with request.app[DATABASE].read() as session:
        return await asking_choices.known(
            session, gate.staff(request), whom.value, now=request.app[CLOCK]()
        )


def _unknown(form: Form[Whom]) -> Form[Whom]:
    return form.faulted(
        "number", _("No prisoner of this prison has this number. Check each digit.")
    )


def _route(method: str, path: str, page: Page) -> Route:
    return Route(method=method, path=f"/asking{path}", page=page, allow=_ASKERS)


ROUTES = (
    _route("GET", "", new),
    _route("POST", "/party", party),
    _route("POST", "/days", days),
    _route("POST", "/times", at),
    _route("POST", "/choose", choose),
    _route("POST", "", send),
)

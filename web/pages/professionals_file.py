"""A professional files a request for a client: the kind, what it asks, the code.

The fields are those that everybody answers; which kinds there are, the profession says.
"""

from aiohttp import web

from scheduler import professional
from visitation import cases
from visitation.cases import Case, Kind
from visitation.errors import NotFound, VisitationError
from visitation.professionals import Client
from visitation.words import CaseKind, CaseSource
from web import filing_form, gate, i18n, present, professional_reach
from web.forms import Fields, Form
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import render
from web.routing import PHONE, Page, Route


async def kinds(request: web.Request) -> web.Response:
    """What was filed for the client so far, and the kinds there are to file."""
    who, language = gate.subject(request, Client), i18n.language()
    if not who.is_in_force(request.app[CLOCK]()):
        return not_in_force(request)
    return render(
        request,
        "professionals/kinds.html",
        who=who,
        filed=await _filed(request, who),
        kinds=[
            (kind.code.value, kind.title(language), kind.hint(language))
            for kind in cases.KINDS.values()
            if kind.code in who.rights.files
        ],
    )


async def write(request: web.Request) -> web.Response:
    """The form of one kind."""
    if not gate.subject(request, Client).is_in_force(request.app[CLOCK]()):
        return not_in_force(request)
    kind = _kind(request)
    return _form_page(request, kind, filing_form.blank(kind))


async def file(request: web.Request) -> web.Response:
    """File the request; the same sent twice is one."""
    who, kind = gate.subject(request, Client), _kind(request)
    form, answers, text = await filing_form.read(request, kind)
    if not form.ok:
        return _form_page(request, kind, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            raised = await professional.file(
                session,
                who.mandate.reference,
                kind=kind.code,
                text=text,
                answers=answers,
                visitor_id=who.licence.visitor_id,
                keyring=request.app[KEYRING],
                by=gate.visitor(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        return _form_page(request, kind, form.refused(refused), status=409)
    return render(
        request,
        "professionals/filed.html",
        who=who,
        case=raised.case,
        tracking=raised.tracking,
        due=raised.case.due_at,
        is_new=raised.is_new,
    )


def not_in_force(request: web.Request) -> web.Response:
    """Why nothing can be done for the client now."""
    return render(request, "professionals/not_in_force.html", status=409)


async def _filed(request: web.Request, who: Client) -> list[Case]:
    async with request.app[DATABASE].read() as session:
        found = await cases.of_visitor(
            session, visitor_id=who.licence.visitor_id, prisoner_id=who.prisoner.id
        )
    return [one for one in found if one.source is CaseSource.PROFESSIONAL]


def _kind(request: web.Request) -> Kind:
    """The kind of `{kind}`.

    Raises:
        NotFound: if the profession files no such requests.
    """
    code = request.match_info["kind"]
    if code not in gate.subject(request, Client).rights.files:
        raise NotFound("kind")
    return cases.KINDS[CaseKind(code)]


def _form_page(
    request: web.Request, kind: Kind, form: Form[Fields], *, status: int = 200
) -> web.Response:
    note = kind.eligibility(i18n.language())
    return render(
        request,
        "professionals/file.html",
        status=status,
        form=form,
        who=gate.subject(request, Client),
        kind=kind.code,
        fields=filing_form.asked(kind),
        words_required=kind.text_required,
        note=present.isolated(note) if note else "",
    )


def _route(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/mine/clients/{{mandate}}/file{path}",
        page=page,
        allow=PHONE,
        subject=professional_reach.client,
    )


ROUTES = (
    _route("GET", "", kinds),
    _route("GET", "/{kind}", write),
    _route("POST", "/{kind}", file),
)

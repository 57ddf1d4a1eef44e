"""The record of who did what: searched, taken along, and its chain checked.

Changes nothing but the record itself, which keeps who looked for what.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, persian, places
from visitation.audit import Broken, Checkpoint
from visitation.visits import acts
from visitation.visits.acts import Found, Sought
from visitation.words import Role
from web import audit_words, forms, gate, picks, present
from web.booking_form import Id
from web.fields import Day, Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, SETTINGS
from web.midnights import midnight
from web.render import render, url
from web.routing import Door, Route

READERS: frozenset[Role | Door] = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
PAGE = 50
_SHORT = StringConstraints(max_length=60)
Facts = Mapping[str, str | int]
_KEY = re.compile(r"system|[a-z_]{1,20}:[0-9]{1,10}")


class Search(forms.Fields):
    """What to look for; `before` is the id of the last entry seen."""

    who: Annotated[Line, _SHORT] = Field(default="", title=N_("Who did it"))
    whom: Annotated[Line, _SHORT] = Field(default="", title=N_("To what"))
    act: Annotated[Line, _SHORT] = Field(default="", title=N_("What was done"))
    kind: Annotated[Line, _SHORT] = Field(default="", title=N_("Kind of thing"))
    since: Day | None = Field(default=None, title=N_("From the day"))
    until: Day | None = Field(default=None, title=N_("To the day"))
    site: Id | None = Field(default=None, title=N_("Prison, office or village"))
    before: Id | None = None


async def index(request: web.Request) -> web.Response:
    """The newest entries that fit."""
    return await _page(request)


async def verify(request: web.Request) -> web.Response:
    """Walk the whole chain, and say how far it is intact."""
    database, broken = request.app[DATABASE], None
    async with database.read() as session:
        try:
            count = await audit.verify(session)
        except Broken as found:
            broken = count = found.sequence
        end = await audit.checkpoint(session)
    facts = {"seal": count, "intact": broken is None}
    await _note(request, "verify_audit", facts)
    return await _page(request, checked=_verdict(end, broken))


async def read(
    request: web.Request,
) -> tuple[Form[Search], Sought, list[tuple[int, str]]]:
    """What the address asks for, and the places somebody may ask about."""
    form, scope = forms.from_query(request, Search), gate.staff(request).scope
    async with request.app[DATABASE].read() as session:
        found = await places.find_sites(session, within=scope.of_sites())
        sites = picks.site_options(found)
        form = picks.among(form, "site", [number for number, _name in sites])
        form, sought = await _sought(request, session, form)
    return form, sought, sites


async def note_search(request: web.Request, action: str, sought: Sought) -> None:
    """Keep in the record who looked for what in it."""
    await _note(request, action, sought.facts())


async def _note(request: web.Request, action: str, facts: Facts) -> None:
    async with request.app[DATABASE].write() as session:
        audit.note(
            session,
            gate.staff(request).actor,
            action,
            "audit",
            now=request.app[CLOCK](),
            asked=dict(facts),
        )


async def _sought(
    request: web.Request, session: AsyncSession, form: Form[Search]
) -> tuple[Form[Search], Sought]:
    if not form.ok:
        return form, Sought()
    asked = form.value
    who, whom = await _key(session, asked.who), await _key(session, asked.whom)
    if whom is None and asked.whom:
        whom = await acts.visit_key(session, persian.to_ascii_digits(asked.whom))
    if asked.who and who is None:
        form = form.faulted("who", _(_NOBODY))
    if asked.whom and whom is None:
        form = form.faulted("whom", _(_NOTHING))
    if asked.since and asked.until and asked.until < asked.since:
        form = form.faulted("until", _("This day is before the first one."))
    form = _known(form, "act", audit_words.WORDS)
    form = _known(form, "kind", acts.KINDS)
    return form, Sought(
        who=who,
        subject=whom,
        kind=asked.kind or None,
        action=asked.act or None,
        since=midnight(request, asked.since),
        until=midnight(request, asked.until, days=1),
        site_id=asked.site,
    )


_NOBODY = N_("No account has this name, and it is no key such as system or station:7.")
_NOTHING = N_(
    "No visit has this reference, no account this name, and it is no key such as "
    "prisoner:12."
)


async def _key(session: AsyncSession, typed: str) -> str | None:
    plain = persian.fold(typed)
    if not plain or _KEY.fullmatch(plain):
        return plain or None
    return await acts.account_key(session, plain)


def _known(form: Form[Search], name: str, among: Collection[str]) -> Form[Search]:
    chosen = form.text(name)
    if not chosen or chosen in among:
        return form
    return form.faulted(name, _("Choose one from the list."))


async def _page(
    request: web.Request, *, checked: tuple[str, str] | None = None
) -> web.Response:
    form, sought, sites = await read(request)
    before = form.value.before if form.ok else None
    rows = await _rows(request, sought, before) if form.ok else []
    typed = {name: texts[0] for name, texts in form.typed.items() if texts[0]}
    filters = {name: text for name, text in typed.items() if name != "before"}
    last = str(rows[PAGE - 1]["id"]) if len(rows) > PAGE else ""
    return render(
        request,
        "admin/audit.html",
        status=200 if form.ok else 422,
        form=form,
        rows=rows[:PAGE],
        actions=audit_words.options(),
        kinds=[(kind, _(audit_words.SUBJECTS[kind])) for kind in acts.KINDS],
        sites=sites,
        everywhere=gate.staff(request).scope.everywhere,
        zone=request.app[SETTINGS].zone,
        checked=checked,
        exports=_exports(request, filters),
        older=url(request, "audit.index", query={**filters, "before": last})
        if last
        else None,
        newest=url(request, "audit.index", query=filters) if before else None,
        is_filtered=bool(filters),
    )


async def _rows(
    request: web.Request, sought: Sought, before: int | None
) -> Sequence[Mapping[str, object]]:
    """One more than a page has, to know whether there is another."""
    scope = gate.staff(request).scope
    async with request.app[DATABASE].read() as session:
        found = await acts.newest(
            session, sought, scope=scope, before=before, limit=PAGE + 1
        )
        entries = [one.entry for one in found]
        names = await acts.names(session, entries)
        references = await acts.references(session, entries)
    await note_search(request, "search_audit", sought)
    return [_row(one, names, references) for one in found]


def _exports(request: web.Request, filters: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (words, url(request, "audit_export.export", query={**filters, "as": kind}))
        for kind, words in (
            ("csv", _("As a table (CSV)")),
            ("jsonl", _("As lines of JSON")),
        )
    ]


def _row(
    one: Found, names: Mapping[str, str], references: Mapping[int, str]
) -> dict[str, object]:
    entry = one.entry
    return {
        "id": entry.id,
        "at": entry.at,
        "who": _named(entry.actor, names),
        "what": audit_words.sentence(entry),
        "whom": _named(entry.subject, names),
        "visit": references.get(entry.visit_id or 0),
        "facts": [(name, _fact(value)) for name, value in entry.facts.items()],
        "seal": present.digits(one.sequence) if one.sequence else "",
    }


def _fact(value: object) -> str | datetime:
    """A fact as it is exported, but that people read instants on their own clock."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return at if at.tzinfo else str(value)


def _named(key: str, names: Mapping[str, str]) -> str:
    if name := names.get(key):
        return present.isolated(name)
    return audit_words.subject(key)


def _verdict(end: Checkpoint, broken: int | None) -> tuple[str, str]:
    if broken is not None:
        return "bad", _(_BROKEN, number=present.digits(broken))
    if not end.sequence:
        return "plain", _(_NONE_YET)
    number = present.digits(end.sequence)
    return "good", _(_INTACT, number=number, hash=end.hash)


_INTACT = N_(
    "The chain is intact up to seal %(number)s. Write down this checkpoint and keep it "
    "elsewhere: %(hash)s"
)
_NONE_YET = N_("Nothing is sealed yet. New entries are sealed within a minute.")
_BROKEN = N_(
    "The chain breaks at seal %(number)s: an entry was changed or removed. Up to the "
    "seal before it is intact. Change nothing, keep the last backups and tell whoever "
    "is responsible for the service."
)

ROUTES = (
    Route(
        method="GET",
        path="/audit",
        page=index,
        allow=READERS,
        menu=N_("Record of acts"),
    ),
    Route(method="POST", path="/audit/verify", page=verify, allow=READERS),
)

"""What an endpoint of the API is, and how a request becomes its answer.

An endpoint is a value: method, path, models, roles, and the act behind it. Routes and
the OpenAPI document are both made of the same values. An act gets a `Call` inside a
transaction and returns what to tell, or raises.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from multidict import MultiMapping
from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.errors import VisitationError
from visitation.keyring import Keyring
from visitation.visits import Visit
from visitation.words import Role
from web import gate, live
from web.api import idempotency, problems
from web.api.kinds import Asked, Told
from web.api.problems import Answer, Mistake, NotJson, Unusable
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING, REQUEST_ID, SETTINGS, SUBJECT
from web.principals import StaffPrincipal
from web.routing import Door, Route, Subject
from web.throttle import THROTTLE, per_minute

PREFIX = "/api/v1"
KEY_HEADER = "Idempotency-Key"
KEY_LENGTH = 128
#: Of one account, reading and writing together.
PACE = per_minute(600)

_MISTAKES = {
    "utf8": N_("Send the text as UTF-8."),
    "repeated": N_("Give this once."),
    "idempotency_key": N_("Use 1 to 128 printable ASCII characters."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What an act is given.

    Attributes:
        session: a transaction; it may write if the endpoint does.
        by: whose token it was.
        subject: the row the URL is about, read outside this transaction.
        query, body: the endpoint's models, checked; None where it has none.
        link: what text messages end with, for those who want to see them.
    """

    session: AsyncSession
    by: StaffPrincipal
    now: datetime
    keyring: Keyring
    subject: Any
    query: Any
    body: Any
    link: str = ""


Act = Callable[[Call], Awaitable[Told]]
#: An act, given its transaction and what is asked of it.
Tell = Callable[[AsyncSession, Any], Awaitable[Told]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """How long work is parted, so that others write in between.

    What is done of it stands whatever becomes of the rest, so asking for it again must
    do no harm.

    Attributes:
        of: the bodies of the parts, each of which is an act and a transaction.
        whole: one answer of theirs.
    """

    of: Callable[[Any], Iterable[Any]]
    whole: Callable[[Sequence[Any]], Told]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One thing that programs may ask for.

    Attributes:
        path: below `/api/v1`.
        act: its docstring is what the document says.
        allow: the roles whose tokens may.
        answer: the model of what is told.
        query: the model of what follows the question mark.
        body: the model of the JSON that is sent.
        subject: finds the row that the URL is about.
        status: of the answer when it is done.
        tells_room: whether people may wait in a call for what it changes.
        only_looks: a POST that changes nothing: what it looks for, a name or a phone
            number, must stand in no address.
        parts: how it is done part by part, where it is long.
    """

    method: str
    path: str
    act: Act
    allow: frozenset[Role | Door]
    answer: type[Told]
    query: type[Asked] | None = None
    body: type[Asked] | None = None
    subject: Subject | None = None
    status: int = 200
    tells_room: bool = False
    only_looks: bool = False
    parts: Parts | None = None

    @property
    def name(self) -> str:
        """Stable: the operation's id in the document."""
        return getattr(self.act, "__name__", "")

    @property
    def writes(self) -> bool:
        """Whether it changes anything, and so takes an idempotency key."""
        return self.method != "GET" and not self.only_looks

    @property
    def route(self) -> Route:
        """The endpoint as one of the URLs of the application."""

        async def page(request: web.Request) -> web.StreamResponse:
            return await _respond(request, self)

        return Route(
            method=self.method,
            path=f"{PREFIX}{self.path}",
            page=page,
            allow=self.allow,
            subject=self.subject,
            name=f"api.{self.name}",
        )


async def _respond(request: web.Request, endpoint: Endpoint) -> web.Response:
    try:
        answer = await _answer(request, endpoint)
        if endpoint.tells_room and answer.status == endpoint.status:
            await live.changed(request, gate.subject(request, Visit).reference)
    except VisitationError as error:
        answer = problems.answer(error, request_id=request[REQUEST_ID])
    return web.Response(
        status=answer.status,
        text=answer.text,
        headers=answer.headers,
        content_type=problems.CONTENT_TYPE
        if answer.status >= 400  # noqa: PLR2004
        else "application/json",
    )


async def _answer(request: web.Request, endpoint: Endpoint) -> Answer:
    by = gate.staff(request)
    await request.app[THROTTLE].hit(PACE, "api", str(by.account_id))
    query = _query(request.query, endpoint.query)
    raw = await _text(request) if endpoint.body is not None else ""
    body = _body(request.content_type, raw, endpoint.body)
    database, tell = request.app[DATABASE], _telling(request, endpoint, query)

    async def act(session: AsyncSession) -> Answer:
        return _said(endpoint, await tell(session, body))

    if not endpoint.writes:
        async with database.read() as session:
            return await act(session)
    if endpoint.parts is not None:
        return await _in_parts(
            request, endpoint, endpoint.parts, tell, body=body, raw=raw
        )
    if (named := _named(request, raw)) is None:
        async with database.write() as session:
            return await act(session)
    return await idempotency.once(
        database, _refusing(act, request[REQUEST_ID]), **named
    )


def _telling(request: web.Request, endpoint: Endpoint, query: Asked | None) -> Tell:
    """The endpoint's act, but for the transaction and what is asked."""

    async def tell(session: AsyncSession, body: Any) -> Told:
        return await endpoint.act(
            Call(
                session=session,
                by=gate.staff(request),
                now=request.app[CLOCK](),
                keyring=request.app[KEYRING],
                subject=request.get(SUBJECT),
                query=query,
                body=body,
                link=request.app[SETTINGS].message_link,
            )
        )

    return tell


async def _in_parts(
    request: web.Request,
    endpoint: Endpoint,
    parts: Parts,
    tell: Tell,
    *,
    body: Asked | None,
    raw: str,
) -> Answer:
    """Do what is long in several transactions, and keep the answer in the last one."""
    database, named = request.app[DATABASE], _named(request, raw)
    if named and (known := await idempotency.answered(database, **named)) is not None:
        return known
    told = []
    for part in parts.of(body):
        async with database.write() as session:
            told.append(await tell(session, part))
        # Whoever waited for the database is let in before the next part.
        await asyncio.sleep(0)
    answer = _said(endpoint, parts.whole(told))
    if named is None:
        return answer

    async def keep(_session: AsyncSession) -> Answer:
        return answer

    return await idempotency.once(database, keep, **named)


def _said(endpoint: Endpoint, told: Told) -> Answer:
    return Answer(status=endpoint.status, text=told.model_dump_json())


def _named(request: web.Request, raw: str) -> idempotency.Named | None:
    """What tells a write from any other, if the program gave it a name."""
    key = _key(request)
    if key is None:
        return None
    return {
        "actor": gate.staff(request).actor.key,
        "key": key,
        "asked": f"{request.method} {request.path_qs}\n{raw}",
        "keyring": request.app[KEYRING],
        "now": request.app[CLOCK](),
    }


def _refusing(act: idempotency.Act, request_id: str) -> idempotency.Act:
    """The act with its refusals as answers, so that they can be given again."""

    async def acting(session: AsyncSession) -> Answer:
        try:
            async with session.begin_nested():
                return await act(session)
        except VisitationError as error:
            return problems.answer(error, request_id=request_id)

    return acting


async def _text(request: web.Request) -> str:
    try:
        return (await request.read()).decode()
    except UnicodeDecodeError:
        raise Unusable((_mistake("", "utf8"),)) from None


def _query(given: MultiMapping[str], model: type[Asked] | None) -> Asked | None:
    repeated = sorted({name for name in given if len(given.getall(name)) > 1})
    if repeated:
        raise Unusable(tuple(_mistake(name, "repeated") for name in repeated))
    try:
        return (model or Asked).model_validate(dict(given))
    except ValidationError as found:
        raise Unusable.of(found) from None


def _body(content_type: str, raw: str, model: type[Asked] | None) -> Asked | None:
    if model is None:
        return None
    if content_type != "application/json":
        raise NotJson
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as found:
        raise Unusable.of(found) from None


def _key(request: web.Request) -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is None:
        return None
    if not key or len(key) > KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise Unusable((_mistake(KEY_HEADER, "idempotency_key"),))
    return key


def _mistake(name: str, code: str) -> Mistake:
    return Mistake(field=name, code=code, detail=_(_MISTAKES[code]))

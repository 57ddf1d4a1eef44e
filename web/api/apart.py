"""Prisoners who must not meet, for programs; others are told by id alone."""

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people
from web import named, subjects
from web.api.endpoint import Call
from web.api.kinds import Asked, Id, Instant, Told
from web.api.restricting import LIFTS, READS, RECORDS, Needed, Parts, reaches
from web.principals import DevicePrincipal, Principal


class NewPair(Asked):
    """Another prisoner, whom this one must not meet."""

    other_id: Id
    reason: Needed


class KeptApart(Told):
    """Two prisoners who are never visited on one day in one prison."""

    id: Id
    prisoner_ids: list[Id]
    reason: str
    since: Instant
    ended_at: Instant | None


class Pairs(Told):
    """Everybody a prisoner is kept apart from."""

    items: list[KeptApart]


async def list_kept_apart(call: Call) -> Pairs:
    """List whom a prisoner is kept apart from."""
    found = await people.apart_from(call.session, call.subject.id)
    return Pairs(items=[_pair(kept) for kept, _other in found])


async def keep_apart(call: Call) -> KeptApart:
    """Keep two prisoners apart: never visited on one day in one prison."""
    asked: NewPair = call.body
    other = await named.prisoner(call.session, call.by.scope, asked.other_id)
    kept = await people.keep_apart(
        call.session,
        call.subject.id,
        other.id,
        reason=asked.reason,
        by=call.by.actor,
        now=call.now,
    )
    return _pair(kept)


async def let_meet(call: Call) -> KeptApart:
    """Let two prisoners meet again."""
    kept = await call.session.get_one(people.KeptApart, call.subject.id)
    await people.let_meet(call.session, kept, by=call.by.actor, now=call.now)
    return _pair(kept)


def _pair(kept: people.KeptApart) -> KeptApart:
    return KeptApart(
        id=kept.id,
        prisoner_ids=[kept.one_id, kept.other_id],
        reason=kept.reason,
        since=kept.since,
        ended_at=kept.ended_at,
    )


async def _kept(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> people.KeptApart | None:
    """The pair of `{pair}`, for staff who reach one of the two."""
    found = await subjects.by_id(session, people.KeptApart, parts.get("pair", ""))
    for prisoner_id in (found.one_id, found.other_id) if found else ():
        if await reaches(session, principal, prisoner_id):
            return found
    return None


ENDPOINTS = (
    READS(path="/prisoners/{prisoner}/kept-apart", act=list_kept_apart, answer=Pairs),
    RECORDS(
        path="/prisoners/{prisoner}/kept-apart",
        act=keep_apart,
        body=NewPair,
        answer=KeptApart,
    ),
    LIFTS(path="/kept-apart/{pair}/end", act=let_meet, subject=_kept, answer=KeptApart),
)

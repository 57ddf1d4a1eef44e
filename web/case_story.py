"""The history of a request in words: what was done, to whom it went, until when.

Reads the names that steps only have as ids; the rest is pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases import Done
from visitation.people import Account
from visitation.places import Site
from visitation.words import CaseAction, CaseKind, Visibility
from web import present
from web.i18n import _
from web.labels import label

#: Steps that hand a request to somebody.
_HANDING = frozenset({CaseAction.ASSIGN, CaseAction.REFER, CaseAction.ORDER})
#: Steps whose text is for some readers only, and says for whom.
_MARKED = frozenset({CaseAction.NOTE, CaseAction.ATTACH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One step as people read it."""

    number: int
    words: str
    more: str
    visibility: str
    text: str
    who: str
    at: str


async def told(
    session: AsyncSession, steps: Sequence[Done], *, zone: ZoneInfo
) -> list[Told]:
    """The steps in words, the newest first."""
    names = await _names(session, steps)
    return [
        Told(
            number=one.number,
            words=label(one.action),
            more=_more(one, names, zone),
            visibility=_marked(one),
            text=one.text,
            who=one.by,
            at=present.moment(one.at, zone),
        )
        for one in reversed(steps)
    ]


async def _names(
    session: AsyncSession, steps: Sequence[Done]
) -> Mapping[tuple[str, int], str]:
    handed = [one.facts for one in steps if one.action in _HANDING]
    people = {facts["to"] for facts in handed if facts.get("to")}
    sites = {facts["site"] for facts in handed if facts.get("site")}
    accounts = await session.exec(
        select(Account.id, Account.name).where(col(Account.id).in_(people))
    )
    places = await session.exec(
        select(Site.id, Site.name).where(col(Site.id).in_(sites))
    )
    return {
        **{("to", number): name for number, name in accounts},
        **{("site", number): name for number, name in places},
    }


def _more(one: Done, names: Mapping[tuple[str, int], str], zone: ZoneInfo) -> str:
    if one.action in _HANDING:
        whom = [
            names.get((kind, one.facts[kind]), "")
            for kind in ("to", "site")
            if one.facts.get(kind)
        ]
        return present.parted(*filter(None, whom))
    if one.action is CaseAction.POSTPONE:
        day = date.fromisoformat(one.facts["to"])
        return _("until %(day)s", day=present.day(day, zone, weekday=False))
    if one.action is CaseAction.CORRECT_KIND:
        was, is_ = (CaseKind(one.facts[name]) for name in ("was", "is"))
        return _("from “%(was)s” to “%(is)s”", **{"was": label(was), "is": label(is_)})
    return _changed(one.facts)


def _changed(facts: Mapping[str, Any]) -> str:
    """Whether the kind has still to be said, or asking once more changed answers."""
    if facts.get("unsorted"):
        return _("nobody has said yet what kind it is")
    return _("with other answers") if facts.get("was") else ""


def _marked(one: Done) -> str:
    if one.action not in _MARKED and one.visibility is not Visibility.OFFICIALS:
        return ""
    return label(one.visibility)

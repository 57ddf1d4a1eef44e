"""What the rows of one batch may refer to: the prisons within reach, and prisoners.

A few queries for a batch, however many rows it has. What is out of reach does not
exist, but as a prison to which somebody is taken.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, literal_column
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import persian
from visitation.audit import Actor
from visitation.imports import cells
from visitation.imports.report import Row, RowRefused
from visitation.keyring import Keyring
from visitation.people.identity import fingerprint_of
from visitation.people.newcomers import Newcomer
from visitation.people.scope import Scope
from visitation.people.tables import Prisoner
from visitation.places.tables import Province, Site
from visitation.words import SiteKind

#: As much of a name as is kept.
LONGEST_NAME = 100
LONGEST_WARD = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who brings something in, how far they reach, when, and with which keys."""

    scope: Scope
    keyring: Keyring
    by: Actor
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A prisoner as the database knows them before the batch."""

    id: int
    site_id: int
    number: str
    name_folded: str
    ward: str
    visited_on: date | None
    fingerprint: str | None
    released_at: datetime | None


# As the index has it, word for word: with bound parameters SQLite would not use it.
_SQUEEZED: ColumnElement[str] = literal_column("replace(prisoner.name_folded, ' ', '')")
_KNOWN = [one.name for one in fields(Known)]
_COLUMNS: Any = [
    Prisoner.national_id_fingerprint
    if name == "fingerprint"
    else getattr(Prisoner, name)
    for name in _KNOWN
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prison:
    """A prison that rows may name; out of reach, only as where somebody is taken."""

    id: int
    reached: bool
    zone: ZoneInfo
    names: frozenset[str]
    provinces: frozenset[str]


class Around:
    """The prisons and prisoners that the rows of a batch may mean."""

    def __init__(
        self, prisons: Iterable[Prison], known: Iterable[Known], desk: Desk
    ) -> None:
        self.desk = desk
        self._everywhere = {prison.id: prison for prison in prisons}
        self.prisons = {
            number: one for number, one in self._everywhere.items() if one.reached
        }
        self._by_name: dict[str, list[Prison]] = defaultdict(list)
        for prison in self._everywhere.values():
            for name in prison.names:
                self._by_name[name].append(prison)
        self._by_id: dict[str, Known] = {}
        self._at: dict[tuple[int, str], Known] = {}
        self._named: dict[tuple[int, str], set[int]] = defaultdict(set)
        for one in known:
            if one.fingerprint:
                self._by_id[one.fingerprint] = one
            self._at[one.site_id, persian.fold(one.number)] = one
            self._named[one.site_id, squeezed(one.name_folded)].add(one.id)

    def prison(self, row: Row) -> Prison:
        """The prison a row names, by its id or by its name within a province.

        Raises:
            RowRefused: if there is none within reach, or several have the name.
        """
        return self._named_in(row, "prison", "province")

    def destination(self, row: Row) -> Prison:
        """Where a row says somebody is taken: any prison, but first one within reach.

        Raises:
            RowRefused: if there is none, or several have the name.
        """
        return self._named_in(row, "to_prison", "to_province", anywhere=True)

    def _named_in(
        self, row: Row, name: str, province: str, *, anywhere: bool = False
    ) -> Prison:
        said = squeezed(row.cell(name))
        if not said:
            raise RowRefused(name, "cell_missing")
        within = squeezed(row.cell(province))
        found = self._by_name[said] if said in self._by_name else self._numbered(said)
        if within:
            found = [one for one in found if within in one.provinces]
        near = [one for one in found if one.reached]
        found = near or (found if anywhere else [])
        if not found:
            raise RowRefused(name, "import_unknown_prison")
        if len(found) > 1:
            raise RowRefused(province, "import_several_prisons")
        return found[0]

    def with_id(self, national_id: str) -> Known | None:
        """Who has a national ID, within reach or not."""
        mark = fingerprint_of(national_id, keyring=self.desk.keyring)
        return self._by_id.get(mark) if mark else None

    def at(self, site_id: int, number: str) -> Known | None:
        """Who has a number in a prison."""
        return self._at.get((site_id, persian.fold(number)))

    def namesakes(self, site_id: int, name: str) -> set[int]:
        """Who in a prison has a name, however it is spelled and spaced."""
        return self._named[site_id, squeezed(name)]

    def remember(self, one: Known) -> None:
        """Count somebody in who was added or changed by the batch itself."""
        if one.fingerprint:
            self._by_id[one.fingerprint] = one
        self._at[one.site_id, persian.fold(one.number)] = one
        self._named[one.site_id, squeezed(one.name_folded)].add(one.id)

    def expect(self, one: Newcomer, number: int) -> Known:
        """Count somebody in who will be added; `number` tells those apart meanwhile."""
        expected = Known(
            id=-number,
            site_id=one.site_id,
            number=one.number,
            name_folded=persian.fold(one.name),
            ward=one.ward,
            visited_on=one.visited_on,
            fingerprint=fingerprint_of(one.national_id, keyring=self.desk.keyring),
            released_at=None,
        )
        self.remember(expected)
        return expected

    def forget(self, one: Known) -> None:
        """Leave out again who was expected and not added."""
        if one.fingerprint:
            self._by_id.pop(one.fingerprint, None)
        self._at.pop((one.site_id, persian.fold(one.number)), None)
        self._named[one.site_id, squeezed(one.name_folded)].discard(one.id)

    def move(self, was: Known, now: Known) -> None:
        """Count somebody in at another place or under another number."""
        self.forget(was)
        self.remember(now)

    def prisoner(self, row: Row) -> Known:
        """The prisoner a row is about: by national ID, else by prison and number.

        Raises:
            RowRefused: if there is none within reach, or the two do not agree.
        """
        national_id = cells.national_id(row)
        number = cells.number(row, "number")
        named = self.with_id(national_id) if national_id else None
        if named is not None:
            if named.site_id not in self.prisons:
                raise RowRefused("national_id", "import_unknown_prisoner")
            if number and persian.fold(number) != persian.fold(named.number):
                raise RowRefused("number", "import_not_the_same")
            if row.cell("prison") and self.prison(row).id != named.site_id:
                raise RowRefused("prison", "import_not_the_same")
            return named
        if not number:
            field = "national_id" if national_id else "number"
            code = "import_unknown_prisoner" if national_id else "cell_missing"
            raise RowRefused(field, code)
        found = self.at(self.prison(row).id, number)
        if found is None:
            raise RowRefused("number", "import_unknown_prisoner")
        if national_id and found.fingerprint:
            raise RowRefused("national_id", "import_not_the_same")
        return found

    def _numbered(self, said: str) -> list[Prison]:
        if not (said.isascii() and said.isdigit()):
            return []
        prison = self._everywhere.get(int(said))
        return [prison] if prison else []


async def around(session: AsyncSession, rows: Sequence[Row], desk: Desk) -> Around:
    """What the rows may refer to."""
    return await with_prisons(session, await prisons(session, desk), rows, desk)


async def with_prisons(
    session: AsyncSession,
    within: Sequence[Prison],
    rows: Sequence[Row],
    desk: Desk,
) -> Around:
    """What the rows may refer to, among prisons that are known already."""
    return Around(within, await _known(session, within, rows, desk), desk)


async def prisons(session: AsyncSession, desk: Desk) -> list[Prison]:
    """The prisons that were not given up, and which of them are within reach."""
    found = await session.exec(
        select(Site, Province)
        .join(Province, col(Province.id) == col(Site.province_id))
        .where(
            Site.kind == SiteKind.PRISON,
            or_(col(Site.closed_at).is_(None), col(Site.closed_at) > desk.now),
        )
    )
    return [
        Prison(
            id=site.id,
            reached=desk.scope.reaches(site),
            zone=ZoneInfo(site.zone),
            names=frozenset({squeezed(site.name)}),
            provinces=frozenset({squeezed(province.name), squeezed(province.code)}),
        )
        for site, province in found
    ]


def as_known(prisoner: Prisoner) -> Known:
    """A prisoner as the rows of a batch see them."""
    return Known(
        id=prisoner.id,
        site_id=prisoner.site_id,
        number=prisoner.number,
        name_folded=prisoner.name_folded,
        ward=prisoner.ward,
        visited_on=prisoner.visited_on,
        fingerprint=prisoner.national_id_fingerprint,
        released_at=prisoner.released_at,
    )


def squeezed(text: str) -> str:
    """Text as names are compared: folded, and without any space."""
    return persian.fold(text).replace(" ", "")


async def _known(
    session: AsyncSession, within: Sequence[Prison], rows: Sequence[Row], desk: Desk
) -> list[Known]:
    # One question each, because an OR of the three would use none of their indexes.
    named = Around(within, (), desk)
    found: dict[int, Known] = {}
    for condition in _conditions(rows, named):
        for row in await session.exec(select(*_COLUMNS).where(condition)):
            one = Known(**dict(zip(_KNOWN, row, strict=True)))
            found[one.id] = one
    return list(found.values())


def _conditions(rows: Sequence[Row], named: Around) -> Iterable[ColumnElement[bool]]:
    marks: set[str] = set()
    places: set[tuple[int, str]] = set()
    names: dict[str, int] = {}
    for row in rows:
        marks |= _marks(row, named.desk.keyring)
        for column, prison_id in _prison_ids(row, named):
            number = _number(row, column)
            if number:
                places |= {(prison_id, number), (prison_id, persian.fold(number))}
            if name := _name(row):
                names[squeezed(name)] = prison_id
    if marks:
        yield col(Prisoner.national_id_fingerprint).in_(marks)
    if places:
        # More than was named, where several prisons are: it costs less than pairs.
        yield and_(
            col(Prisoner.site_id).in_({site_id for site_id, _number in places}),
            col(Prisoner.number).in_({number for _site_id, number in places}),
        )
    if names:
        yield and_(
            col(Prisoner.site_id).in_(set(names.values())),
            _SQUEEZED.in_(names),
        )


def _marks(row: Row, keyring: Keyring) -> set[str]:
    try:
        mark = fingerprint_of(cells.national_id(row), keyring=keyring)
    except RowRefused:
        return set()
    return {mark} if mark else set()


def _prison_ids(row: Row, named: Around) -> Iterable[tuple[str, int]]:
    """The prisons a row names, each with the column of the number there."""
    for number, prison in (
        ("number", named.prison),
        ("to_number", named.destination),
    ):
        try:
            yield number, prison(row).id
        except RowRefused:
            continue


def _number(row: Row, column: str) -> str:
    try:
        return cells.number(row, column)
    except RowRefused:
        return ""


def _name(row: Row) -> str:
    try:
        return cells.text(row, "name", longest=LONGEST_NAME)
    except RowRefused:
        return ""

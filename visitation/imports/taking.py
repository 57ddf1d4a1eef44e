"""Taking rows in: each stands or falls by itself, each with a line of the report.

A kind of row is a function that decides what a row means and gives the writing, if any:
in a savepoint of its own, or, for newcomers, together with others. What one row is
refused for leaves the others alone.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people
from visitation.database import is_conflict
from visitation.errors import Invalid, NotFound, VisitationError
from visitation.imports.around import Around, Known, as_known
from visitation.imports.doubles import Doubles
from visitation.imports.report import Line, Row, RowOutcome, RowRefused
from visitation.people.newcomers import Newcomer

Write = Callable[[AsyncSession], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a row comes to.

    Attributes:
        write: does it; None where there is nothing to do.
        adds: who is to be added, together with others of the batch.
        remarks: codes of what people should look at although the row goes in.
    """

    outcome: RowOutcome
    write: Write | None = None
    adds: Newcomer | None = None
    remarks: tuple[str, ...] = ()


UNCHANGED = Verdict(outcome=RowOutcome.UNCHANGED)
#: Decides about one row; raises what it refuses for.
Decide = Callable[[AsyncSession, Row, Around], Awaitable[Verdict]]


async def take_each(
    session: AsyncSession,
    rows: Sequence[Row],
    around: Around,
    decide: Decide,
    *,
    doubles: Doubles,
    dry_run: bool,
) -> tuple[Line, ...]:
    """Take the rows in, in their order; in a dry run, take all of it back at the end.

    Args:
        session: a transaction that may write.
        rows: of one kind.
        around: what they may refer to.
        decide: what a row of that kind comes to.
        doubles: what the rows before these named.
        dry_run: whether everything is done and then undone.
    """
    taking = _Taking(session, around, decide, doubles)
    async with session.begin_nested() as everything:
        for row in rows:
            await taking.take(row)
        await taking.add_newcomers()
        if dry_run:
            await everything.rollback()
    return tuple(taking.lines)


class _Taking:
    """The rows of a batch on their way in, and the newcomers who go in together."""

    def __init__(
        self, session: AsyncSession, around: Around, decide: Decide, doubles: Doubles
    ) -> None:
        self.lines: list[Line] = []
        self._session, self._around = session, around
        self._decide, self._doubles = decide, doubles
        self._newcomers: dict[int, tuple[Row, Newcomer, Known]] = {}

    async def take(self, row: Row) -> None:
        """Take one row in, or put a newcomer beside the others."""
        if row.fault:
            self.lines.append(_refused(row, "", (row.fault,)))
            return
        if (earlier := self._doubles.earlier(row)) is not None:
            self.lines.append(_refused(row, "", ("import_repeated",), earlier))
            return
        try:
            self.lines.append(await self._taken(row))
        except VisitationError as refused:
            self.lines.append(_refused(row, *_why(refused)))
        except IntegrityError as error:
            # Somebody else wrote the same at this moment; its savepoint is undone.
            if not is_conflict(error):
                raise
            self.lines.append(_refused(row, "", ("import_overtaken",)))

    async def _taken(self, row: Row) -> Line:
        verdict = await self._decide(self._session, row, self._around)
        if verdict.write is not None and self._newcomers:
            # It may be about one of them, who has no id before.
            await self.add_newcomers()
            verdict = await self._decide(self._session, row, self._around)
        if verdict.adds is not None:
            expected = self._around.expect(verdict.adds, row.number)
            self._newcomers[len(self.lines)] = row, verdict.adds, expected
        elif verdict.write is not None:
            async with self._session.begin_nested():
                await verdict.write(self._session)
        return Line(row=row.number, outcome=verdict.outcome, reasons=verdict.remarks)

    async def add_newcomers(self) -> None:
        """Add all who were put aside: at once, or one by one if some cannot be."""
        waiting, self._newcomers = self._newcomers, {}
        if not waiting:
            return
        desk = self._around.desk
        try:
            async with self._session.begin_nested():
                added = await people.add_prisoners(
                    self._session,
                    [newcomer for _row, newcomer, _expected in waiting.values()],
                    keyring=desk.keyring,
                    by=desk.by,
                    now=desk.now,
                )
        except VisitationError:
            for place, (row, newcomer, expected) in waiting.items():
                try:
                    await self._add_alone(newcomer, expected)
                except VisitationError as refused:
                    self._around.forget(expected)
                    self.lines[place] = _refused(row, *_why(refused))
            return
        for number, (_row, _newcomer, expected) in zip(
            added, waiting.values(), strict=True
        ):
            self._around.move(expected, replace(expected, id=number))

    async def _add_alone(self, newcomer: Newcomer, expected: Known) -> None:
        desk = self._around.desk
        async with self._session.begin_nested():
            prisoner = await people.add_prisoner(
                self._session,
                site_id=newcomer.site_id,
                number=newcomer.number,
                name=newcomer.name,
                national_id=newcomer.national_id or None,
                ward=newcomer.ward,
                visited_on=newcomer.visited_on,
                keyring=desk.keyring,
                by=desk.by,
                now=desk.now,
            )
        self._around.move(expected, as_known(prisoner))


def _why(refused: VisitationError) -> tuple[str, tuple[str, ...]]:
    """The column and the reasons of a refusal.

    Raises:
        VisitationError: the same, if it is none of a row.
    """
    if isinstance(refused, (RowRefused, Invalid)):
        return refused.field, (refused.reason,)
    if isinstance(refused, NotFound):
        return "", ("import_not_found",)
    reasons = tuple(str(reason) for reason in getattr(refused, "reasons", ()))
    if not reasons:
        raise refused
    return "", reasons


def _refused(
    row: Row, field: str, reasons: tuple[str, ...], other_row: int | None = None
) -> Line:
    return Line(
        row=row.number,
        outcome=RowOutcome.REFUSED,
        field=field,
        reasons=reasons,
        other_row=other_row,
    )

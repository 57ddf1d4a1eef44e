"""Taking rows in: each in a savepoint of its own, each with a line of the report.

A kind of row is a function that decides what a row means and gives the writing, if any.
What one row is refused for leaves the others alone.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.errors import Invalid, NotFound, VisitationError
from visitation.imports.around import Around
from visitation.imports.doubles import Doubles
from visitation.imports.report import Line, Row, RowOutcome, RowRefused

Write = Callable[[AsyncSession], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a row comes to.

    Attributes:
        write: does it; None where there is nothing to do.
        remarks: codes of what people should look at although the row goes in.
    """

    outcome: RowOutcome
    write: Write | None = None
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
    async with session.begin_nested() as everything:
        lines = [await _line(session, row, around, decide, doubles) for row in rows]
        if dry_run:
            await everything.rollback()
    return tuple(lines)


async def _line(
    session: AsyncSession, row: Row, around: Around, decide: Decide, doubles: Doubles
) -> Line:
    if row.fault:
        return _refused(row, "", (row.fault,))
    if (earlier := doubles.earlier(row)) is not None:
        return _refused(row, "", ("import_repeated",), earlier)
    try:
        verdict = await decide(session, row, around)
        if verdict.write is not None:
            async with session.begin_nested():
                await verdict.write(session)
    except (RowRefused, Invalid) as refused:
        return _refused(row, refused.field, (refused.reason,))
    except NotFound:
        return _refused(row, "", ("import_not_found",))
    except VisitationError as refused:
        reasons = tuple(str(reason) for reason in getattr(refused, "reasons", ()))
        if not reasons:
            raise
        return _refused(row, "", reasons)
    return Line(row=row.number, outcome=verdict.outcome, reasons=verdict.remarks)


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

"""Changing many things that are due, each in a small transaction of its own.

Other nodes do the same at this moment: what somebody else has changed, or holds, is
passed over, and the next turn finds it if it is still due. What fails keeps nobody
behind it from their turn, and is said when all had theirs.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.database import Database, is_conflict
from visitation.database.engine import may_try_again

Due = TypeVar("Due")


async def changed(
    database: Database,
    due: Iterable[Due],
    change: Callable[[AsyncSession, Due], Awaitable[bool]],
    *,
    overtaken: tuple[type[Exception], ...] = (),
) -> int:
    """Change each thing that is due; return for how many `change` said it did.

    Args:
        database: where they are.
        due: the things, in the order in which they have their turn.
        change: changes one; False if there was no need.
        overtaken: what it raises when somebody else was quicker.

    Raises:
        ExceptionGroup: with whatever went wrong, after the last.
    """
    count = 0
    wrong: list[Exception] = []
    for one in due:
        try:
            async with database.write() as session:
                count += await change(session, one)
        except overtaken:
            continue
        except Exception as error:  # noqa: BLE001 - all of them are raised below
            if not _is_passed_over(error):
                wrong.append(error)
    if wrong:
        raise ExceptionGroup(f"{len(wrong)} could not be changed", wrong)
    return count


def _is_passed_over(error: Exception) -> bool:
    """Whether another transaction did the same, or is at it."""
    if isinstance(error, IntegrityError):
        return is_conflict(error)
    return isinstance(error, DBAPIError) and may_try_again(error)

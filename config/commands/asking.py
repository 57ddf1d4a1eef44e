"""What the commands share: reading settings, carrying out acts, and refusing."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from config import admin, opening, reading
from config.acts import ACTS
from config.desk import Desk
from visitation.database import Database
from visitation.errors import VisitationError
from visitation.keyring import Keyring

P = ParamSpec("P")
R = TypeVar("R")
out = Console(highlight=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def refusing(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what is raised on purpose into a line and an exit code."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except reading.BadSettings as bad:
            err.print("The settings make no sense:", style="bold red")
            for problem in bad.problems:
                err.print(f"  {problem}", markup=False)
            raise typer.Exit(2) from None
        except VisitationError as refused:
            err.print(str(refused), style="red", markup=False)
            raise typer.Exit(1) from None
        except OSError as error:
            err.print(error.strerror or str(error), style="red", markup=False)
            raise typer.Exit(1) from None
        except DBAPIError as error:
            err.print(
                f"The database cannot be used: {error.orig}", style="red", markup=False
            )
            raise typer.Exit(1) from None

    return guarded


def carry_out(name: str, /, **args: Any) -> Any:
    """Ask the running service to act, or open the database if none runs.

    Raises:
        BadSettings: if the settings make no sense.
        VisitationError: if the act is refused.
    """
    settings = reading.read()
    try:
        return asyncio.run(admin.ask(opening.admin_socket(settings), name, args))
    except admin.NobodyThere:
        database = opening.opened(settings)
        return asyncio.run(_alone(database, opening.keyring(settings), name, args))


def shown(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    """Print rows as a table."""
    table = Table(*(name.replace("_", " ") for name in columns), box=None)
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in columns))
    out.print(table)


async def _alone(
    database: Database, keyring: Keyring, name: str, args: dict[str, Any]
) -> Any:
    try:
        desk = Desk(database=database, keyring=keyring, now=datetime.now(UTC))
        return await ACTS[name](desk, **args)
    finally:
        await database.close()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)

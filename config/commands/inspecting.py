"""`visitation doctor` and `visitation config …`: look, and say what was found."""

from datetime import UTC, datetime
from typing import Any

import typer
from pydantic import SecretStr

from config import doctor as examination
from config import reading
from config.commands.asking import out, refusing
from config.doctor import Grade
from visitation.database.engine import normal_url

settings_app = typer.Typer(help="The settings as they are.", no_args_is_help=True)
_MARKS = {
    Grade.GOOD: "[green]✓[/]",
    Grade.MIND: "[yellow]![/]",
    Grade.BAD: "[red]✗[/]",
}


@refusing
def doctor() -> None:
    """Look at clock, ports, database, relay and gateway, and say what is wrong."""
    bad = 0
    for finding in examination.examine(reading.read(), datetime.now(UTC)):
        out.print(_MARKS[finding.grade], f"{finding.about}:", end=" ")
        out.print(finding.says, markup=False, soft_wrap=True)
        bad += finding.grade is Grade.BAD
    if bad:
        raise typer.Exit(1)


@settings_app.command()
@refusing
def show() -> None:
    """Show every setting as it is in force; secrets are masked."""
    for name, value in _flat(reading.read().model_dump()):
        if name == "database.url":
            shown = normal_url(value).render_as_string(hide_password=True)
        else:
            shown = _shown(value)
        out.print(f"{name} = {shown}", markup=False, soft_wrap=True)


@settings_app.command()
@refusing
def check() -> None:
    """Say whether the settings make sense."""
    reading.read()
    out.print("The settings make sense.")


def _flat(table: dict[str, Any], under: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            found += _flat(value, f"{under}{name}.")
        else:
            found.append((f"{under}{name}", value))
    return found


def _shown(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "true" if value else "false"
        case SecretStr():
            return "********"
        case tuple():
            return ", ".join(str(one) for one in value) or "-"
        case _:
            return str(value) or "-"

"""`visitation holidays …`: the days on which prisons keep no weekly hours."""

from typing import Annotated

import typer

from config.commands.asking import carry_out, out, refusing, shown

app = typer.Typer(
    help="The days on which prisons keep no weekly hours.", no_args_is_help=True
)
COLUMNS = ("day", "jalali", "name", "province", "observed", "by_hand")


@app.command()
@refusing
def seed(
    *,
    years: Annotated[
        int, typer.Option(min=1, max=10, help="How many, from this year on.")
    ] = 3,
) -> None:
    """Take over the official calendar of Iran; what people changed stands."""
    done = carry_out("holidays_seed", years=years)
    out.print(
        f"{done['added']} new, {done['renamed']} renamed, "
        f"{done['withdrawn']} taken back."
    )


@app.command("list")
@refusing
def list_holidays(
    *,
    days: Annotated[
        int, typer.Option(min=1, max=3660, help="How far ahead, from today on.")
    ] = 366,
) -> None:
    """List the holidays to come, struck out or not."""
    shown(COLUMNS, carry_out("holidays_list", days=days))

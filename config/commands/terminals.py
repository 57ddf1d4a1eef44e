"""`visitation terminal …`: the browsers of terminals and kiosks."""

from typing import Annotated

import typer

from config.commands.asking import carry_out, out, refusing, shown

app = typer.Typer(help="The browsers of terminals and kiosks.", no_args_is_help=True)
COLUMNS = ("id", "site", "kind", "name", "paired_at")


@app.command()
@refusing
def pair(
    station: Annotated[int, typer.Argument(help="Its number in `terminal list`.")],
) -> None:
    """Issue a code that pairs a station's browser, good once and for half an hour."""
    paired = carry_out("terminal_pair", station_id=station)
    out.print(f"{paired['site']}, {paired['station']}: {paired['code']}", markup=False)


@app.command("list")
@refusing
def list_stations() -> None:
    """List every station, and since when a browser is paired with it."""
    shown(COLUMNS, carry_out("terminal_list"))

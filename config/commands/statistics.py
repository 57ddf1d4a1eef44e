"""`visitation recount-statistics`: counting figures anew from the record."""

from typing import Annotated

import typer

from config.commands.asking import carry_out, out, refusing


@refusing
def recount(
    *,
    first: Annotated[
        str, typer.Option("--from", help="A month such as 1405-01; all if left out.")
    ] = "",
    last: Annotated[str, typer.Option("--to", help="The last month.")] = "",
) -> None:
    """Have the service count figures anew; it begins within a quarter of a minute."""
    carry_out("recount_statistics", first=first, last=last)
    out.print("The service counts them at its next turn, and goes on beside its work.")

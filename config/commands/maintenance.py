"""`visitation maintenance …`: work on the service that people are told of."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from config.commands.asking import carry_out, out, refusing, shown
from config.desk import Impossible
from visitation.maintenance import WorkReason
from visitation.places.tables import DEFAULT_ZONE

app = typer.Typer(
    help="Work on the service, told at the top of every page.", no_args_is_help=True
)
COLUMNS = ("id", "from", "to", "reason", "closed", "withdrawn")


@app.command()
@refusing
def announce(
    *,
    starts: Annotated[
        str, typer.Option("--from", help='Such as "2026-11-23 22:00", in Tehran.')
    ],
    ends: Annotated[str, typer.Option("--to", help="In the same form.")],
    reason: Annotated[WorkReason, typer.Option(help="Why.")] = WorkReason.UPDATE,
    text_fa: Annotated[str, typer.Option(help="What to say besides.")] = "",
    text_en: Annotated[str, typer.Option(help="The same in English.")] = "",
    closed: Annotated[
        bool, typer.Option(help="Close families' pages meanwhile.")
    ] = False,
) -> None:
    """Tell everybody of work; pages stop telling by themselves when it is over."""
    done = carry_out(
        "work_announce",
        starts=_instant(starts),
        ends=_instant(ends),
        reason=reason.value,
        text_fa=text_fa,
        text_en=text_en,
        closed=closed,
    )
    out.print(f"Announced as {done['id']}.")


@app.command()
@refusing
def end(work: Annotated[int, typer.Argument(help="See `list`.")]) -> None:
    """Take an announcement back, or end work that is done sooner."""
    carry_out("work_end", work_id=work)
    out.print("Pages tell of it no longer.")


@app.command("list")
@refusing
def list_work() -> None:
    """List what was announced, the last to begin first."""
    shown(COLUMNS, carry_out("work_list"))


def _instant(typed: str) -> str:
    try:
        given = datetime.fromisoformat(typed)
    except ValueError:
        raise Impossible(f"{typed} is no time such as 2026-11-23 22:00") from None
    zone = ZoneInfo(DEFAULT_ZONE)
    return (given if given.tzinfo else given.replace(tzinfo=zone)).isoformat()

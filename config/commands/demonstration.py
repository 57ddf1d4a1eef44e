"""`visitation demo`: seeds, serves, and prints the links."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.table import Table

from config import demo as demonstration
from config import logs, opening, program
from config.commands.asking import out, refusing
from config.demo import Invitation
from config.settings import Settings
from visitation.database import Database

#: What each link is for, beside its role.
_PURPOSES = {
    "family": "the visitor, in the call",
    "terminal": "the prisoner's seat, in the call",
    "prosecutor": "the official, in the call",
    "lawyer": "a lawyer, in a call that is encrypted from end to end",
    "terminal2": "the client's seat, in the lawyer's call",
    "warden": "brings people, starts and ends visits",
    "scheduler": "books, moves and cancels visits",
    "clerk": "receives families at the service point",
    "administrator": "places, people, accounts",
    "auditor": "reads who did what",
    "phone": "a family at home, asks, books, moves, cancels",
    "practice": "the lawyer's own pages: clients, visits, requests",
    "graduate": "a law graduate, who helps people to ask for something",
}


@refusing
def demo(
    port: Annotated[
        int | None, typer.Option(help="The port; the first free one from 8080 on.")
    ] = None,
    lan: Annotated[
        bool, typer.Option("--lan", help="Serve HTTPS to other devices as well.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON when ready.")
    ] = False,
    folder: Annotated[
        Path, typer.Option("--data", help="Where the demonstration keeps its data.")
    ] = Path(".demo"),
) -> None:
    """Run the whole service with seeded data, and print links into it."""
    settings = demonstration.prepared(
        folder.absolute(), port=port, to_lan=lan, fresh=fresh
    )
    logs.set_up(settings.log)
    if opening.tables(settings) == "behind":
        opening.bring_up_to_date(settings)
    database = opening.opened(settings, new=True)
    uvloop.run(_show(settings, database, as_json=as_json))


async def _show(settings: Settings, database: Database, *, as_json: bool) -> None:
    with program.signals() as told:
        staged, invitation = await demonstration.staged(
            settings, database, opening.keyring(settings)
        )
        async with program.running(settings, database, demonstration=staged):
            if as_json:
                print(json.dumps(asdict(invitation), ensure_ascii=False), flush=True)
            else:
                _invite(invitation)
            await told.wait()
    if not as_json:
        out.print("Stopped. The data is kept; --fresh starts over.")


def _invite(invitation: Invitation) -> None:
    links = invitation.links.values()
    table = Table(box=None, padding=(0, 2, 0, 0))
    # A link that is cut leads nowhere; what it is for may take a second line.
    table.add_column("open this", no_wrap=True, min_width=max(map(len, links)))
    table.add_column("to be")
    for role, link in invitation.links.items():
        table.add_row(link, f"[bold]{role}[/], {_PURPOSES[role]}")
    out.print(
        "\nTwo visits are open now. Open the first three links in three tabs for the "
        "family's,\nand [bold]lawyer[/] and [bold]terminal2[/] for the lawyer's: "
        "both tabs show the same four words.\n"
    )
    out.print(table)
    for name, code in invitation.codes.items():
        digits = invitation.phones[name][-4:]
        out.print(
            f"\nThe visitor's code, for /join: [bold]{code}[/] ({name}), "
            f"and the last digits of the phone: [bold]{digits}[/]"
        )
    password = next(iter(invitation.passwords.values()))
    out.print(f"Everybody's password, for /sign-in: [bold]{password}[/]")
    if invitation.lan:
        out.print(
            "Other devices will warn of a certificate they do not know; that is ours. "
            "The links with an address work there, the others on this machine only."
        )
    out.print(
        "[yellow]Use headphones: several tabs in one room howl.[/] Ctrl-C stops.\n"
    )

"""`visitation corrections …`: what was meant otherwise than it was guessed."""

import csv
import sys

import typer

from config.commands.asking import carry_out, refusing

app = typer.Typer(
    help="Requests that were meant otherwise than they were guessed.",
    no_args_is_help=True,
)
COLUMNS = ("taken", "meant", "text")


@app.callback()
def main() -> None:
    """Requests that were meant otherwise than they were guessed."""


@app.command()
@refusing
def export() -> None:
    """Print them as CSV, without numbers and names, to learn from.

    Read each before it goes into the sentences: a name that nobody knew stays in it.
    """
    written = csv.DictWriter(sys.stdout, COLUMNS)
    written.writeheader()
    written.writerows(carry_out("corrections_export"))

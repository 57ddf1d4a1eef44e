"""`visitation recordings …`: keys, whether files are as they were, and another try."""

from typing import Annotated

import typer

from config import reading, recordings
from config.commands.asking import carry_out, err, out, refusing
from config.desk import Impossible
from visitation.errors import VisitationError
from visitation.recordings import inspecting
from visitation.recordings.inspecting import Kept
from visitation.recordings.keys import KeyUnknown, KeyWraps
from visitation.recordings.space import Space

app = typer.Typer(
    help="Recordings of visits: their keys, and whether they are whole.",
    no_args_is_help=True,
)


@app.command()
@refusing
def rewrap() -> None:
    """Have the current key wrap the key of every recording; may be run again."""
    space, wraps = _there()
    changed, wrong = 0, 0
    found = inspecting.references(space.directory)
    for reference in found:
        try:
            changed += wraps.rewrap(space.directory, reference)
        except VisitationError as error:
            wrong += 1
            err.print(f"{reference}: {_said(error)}", style="red", markup=False)
    already = len(found) - changed - wrong
    out.print(f"{changed} wrapped anew with {wraps.current}; {already} were already.")
    if wrong:
        out.print(f"{wrong} could not be: keep the old keys.")
        raise typer.Exit(1)


@app.command()
@refusing
def check(
    *,
    quiet: Annotated[bool, typer.Option(help="Say only what is wrong.")] = False,
) -> None:
    """Read every file of every recording, and name what is not as it was written."""
    space, wraps = _there()
    expected = [Kept(**one) for one in carry_out("recordings_kept")]
    wrong, known = 0, any(one.files for one in expected)
    if missing := recordings.without_shelf(space.directory, known=known):
        wrong += 1
        err.print(missing, style="red", markup=False)
    for flaw in inspecting.flaws(space.directory, wraps, expected):
        wrong += 1
        where = f"{flaw.reference}/{flaw.file}" if flaw.file else flaw.reference
        err.print(f"{where}: {flaw.how}", style="red", markup=False)
    if wrong:
        raise typer.Exit(1)
    if not quiet:
        out.print(f"{len(expected)} recordings are as they were written.")


@app.command()
@refusing
def retry(
    references: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REFERENCE]…", help="All that failed, if none."),
    ] = None,
) -> None:
    """Have recordings that could not be prepared for playing be tried once more.

    Put -- before references that begin with a dash.
    """
    tried = carry_out("recordings_retry", references=references or [])
    for reference in tried:
        out.print(reference, markup=False)
    out.print(f"{len(tried)} will be tried once more by the service.")


def _there() -> tuple[Space, KeyWraps]:
    settings = reading.read()
    space, wraps = recordings.space(settings), recordings.wraps(settings)
    if space is None or wraps is None:
        raise Impossible("nothing is recorded here: recordings.directory is empty")
    if not space.directory.is_dir():
        raise Impossible(f"there is nothing yet in {space.directory}")
    return space, wraps


def _said(error: VisitationError) -> str:
    if isinstance(error, KeyUnknown):
        return f"needs the key {error.key_id}, which is not in the settings"
    return "its key is gone or damaged"

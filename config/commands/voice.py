"""`visitation voice …`: the sentences that pages say aloud."""

import csv
import sys
from typing import Annotated

import typer

from config.commands.asking import refusing
from web import voice
from web.assets import STATIC_FOLDER
from web.voice import stand_ins
from web.voice.stand_ins import Source

app = typer.Typer(help="The sentences that pages say aloud.", no_args_is_help=True)


@app.callback()
def main() -> None:
    """The sentences that pages say aloud."""


@app.command("list")
@refusing
def list_sentences(
    language: Annotated[str, typer.Option(help="The speaker's language.")] = "fa",
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Also those that a person has recorded.")
    ] = False,
) -> None:
    """Print what a speaker is to record: the file, the sentence, who speaks it now.

    A language without sentences of its own gets the Persian and the English ones beside
    each other, to translate.
    """
    out, known = csv.writer(sys.stdout), stand_ins.made()
    out.writerow(("file", "spoken by", *_columns(language)))
    for name, texts in voice.load().items():
        by = stand_ins.source(name, language, known, STATIC_FOLDER)
        if every or by is not Source.PERSON:
            said = [texts[one] for one in _columns(language)]
            out.writerow((voice.clip_path(name, language), by.value, *said))


def _columns(language: str) -> tuple[str, ...]:
    return (language,) if language in voice.WRITTEN else voice.WRITTEN

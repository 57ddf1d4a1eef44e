"""What a prison's own system knows, sent row by row: one endpoint for each kind.

The answer is a report with a line for each row; what one row is refused for leaves the
others alone. Sending the same rows again changes nothing.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints, create_model

from scheduler import bulk
from visitation import imports
from visitation.imports import COLUMNS, Desk, Doubles, Kind, Row, RowOutcome, counted
from visitation.words import Role
from web import import_words
from web.api.endpoint import Act, Call, Endpoint
from web.api.kinds import Asked, Told
from web.api.problems import Reason
from web.routing import Door

KEEPERS: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
#: How many rows one request brings; visits are booked, which takes longer.
MOST_ROWS, MOST_VISITS = 500, 50
_Cell = Annotated[str, StringConstraints(max_length=300)]


class ImportedRow(Told):
    """What became of one row."""

    row: int = Field(description="Its place in `rows`, from 1.")
    outcome: RowOutcome
    field: str = Field(description="The column that is wrong; empty: none alone.")
    reasons: list[Reason] = Field(
        description="Why it was refused, or what to look at although it went in."
    )
    other_row: int | None = Field(description="The earlier row that says the same.")


class ImportReport(Told):
    """How many rows had each outcome, and a line for each."""

    dry_run: bool
    created: int
    changed: int
    unchanged: int
    refused: int
    rows: list[ImportedRow]


def _act(kind: Kind) -> Act:
    async def act(call: Call) -> ImportReport:
        asked: Any = call.body
        rows = [
            Row(number=number, cells=one.model_dump())
            for number, one in enumerate(asked.rows, start=1)
        ]
        return await _report(call, kind, rows, dry_run=asked.dry_run)

    act.__name__ = f"import_{kind.value}"
    act.__doc__ = (
        f"Import {kind.value} from another system.\n\n"
        "Each row goes in or is refused by itself; the same rows again change nothing. "
        "A cell is text as people write it: either calendar, any digits. With "
        "`dry_run` everything is done and undone, and the report is the same."
    )
    return act


async def _report(
    call: Call, kind: Kind, rows: Sequence[Row], *, dry_run: bool
) -> ImportReport:
    desk = Desk(
        scope=call.by.scope, keyring=call.keyring, by=call.by.actor, now=call.now
    )
    doubles = Doubles(kind)
    if kind is Kind.VISITS:
        lines = await bulk.book_each(
            call.session, rows, desk=desk, doubles=doubles, dry_run=dry_run
        )
    else:
        lines = await imports.take_in(
            call.session, kind, rows, desk=desk, doubles=doubles, dry_run=dry_run
        )
    return ImportReport(
        dry_run=dry_run,
        **{outcome.value: number for outcome, number in counted(lines).items()},
        rows=[
            ImportedRow(
                row=line.row,
                outcome=line.outcome,
                field=line.field,
                reasons=[
                    Reason(code=code, detail=import_words.sentence(code))
                    for code in line.reasons
                ],
                other_row=line.other_row,
            )
            for line in lines
        ],
    )


def _body(kind: Kind) -> type[Asked]:
    columns: dict[str, Any] = {c.name: (_Cell, "") for c in COLUMNS[kind]}
    name = kind.value.capitalize()
    row = create_model(
        f"{name}Row",
        __base__=Asked,
        __doc__="One row; leave out what is empty.",
        **columns,
    )
    most = MOST_VISITS if kind is Kind.VISITS else MOST_ROWS
    rows = Annotated[list[row], Field(min_length=1, max_length=most)]
    return create_model(
        f"{name}Import",
        __base__=Asked,
        __doc__=f"Rows of {kind.value}.",
        rows=(rows, ...),
        dry_run=(bool, False),
    )


ENDPOINTS = tuple(
    Endpoint(
        method="POST",
        path=f"/imports/{kind.value}",
        act=_act(kind),
        allow=KEEPERS,
        body=_body(kind),
        answer=ImportReport,
    )
    for kind in Kind
)

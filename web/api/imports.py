"""What a prison's own system knows, sent row by row: one endpoint for each kind.

The answer is a report with a line for each row; what one row is refused for leaves the
others alone. Sending the same rows again changes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Annotated, Any

from pydantic import Field, StringConstraints, create_model

from scheduler import bulk
from visitation import imports
from visitation.imports import COLUMNS, Desk, Doubles, Kind, Row, RowOutcome, counted
from visitation.words import Role
from web import import_words
from web.api.endpoint import Act, Call, Endpoint, Parts
from web.api.kinds import Asked, Told
from web.api.problems import Reason
from web.routing import Door

KEEPERS: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
#: How many rows one request brings; visits are booked, which takes longer.
MOST_ROWS, MOST_VISITS = 500, 50
#: How many of them go into one transaction, so that others book meanwhile.
AT_ONCE = 50
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Some rows of a request, and what the rows before them named."""

    rows: Sequence[Row]
    doubles: Doubles
    dry_run: bool


def _parted(kind: Kind, asked: Any) -> Iterator[_Part]:
    rows = (
        Row(number=number, cells=one.model_dump())
        for number, one in enumerate(asked.rows, start=1)
    )
    doubles = Doubles(kind)
    at_once = bulk.BATCH if kind is Kind.VISITS else AT_ONCE
    while batch := list(islice(rows, at_once)):
        yield _Part(rows=batch, doubles=doubles, dry_run=asked.dry_run)


def _joined(parts: Sequence[ImportReport]) -> ImportReport:
    return ImportReport(
        dry_run=parts[0].dry_run,
        **{
            outcome.value: sum(getattr(one, outcome.value) for one in parts)
            for outcome in RowOutcome
        },
        rows=[row for one in parts for row in one.rows],
    )


def _act(kind: Kind) -> Act:
    async def act(call: Call) -> ImportReport:
        return await _report(call, kind, call.body)

    act.__name__ = f"import_{kind.value}"
    act.__doc__ = (
        f"Import {kind.value} from another system.\n\n"
        "Each row goes in or is refused by itself; the same rows again change nothing. "
        "Rows go in some at a time: whatever becomes of the later ones, they stay. "
        "A cell is text as people write it: either calendar, any digits. With "
        "`dry_run` everything is done and undone, and the report is the same."
    )
    return act


async def _report(call: Call, kind: Kind, part: _Part) -> ImportReport:
    desk = Desk(
        scope=call.by.scope, keyring=call.keyring, by=call.by.actor, now=call.now
    )
    dry_run, doubles = part.dry_run, part.doubles
    if kind is Kind.VISITS:
        lines = await bulk.book_each(
            call.session, part.rows, desk=desk, doubles=doubles, dry_run=dry_run
        )
    else:
        lines = await imports.take_in(
            call.session, kind, part.rows, desk=desk, doubles=doubles, dry_run=dry_run
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
        parts=Parts(of=partial(_parted, kind), whole=_joined),
    )
    for kind in Kind
)

"""Figures of days and of the time before, what is published, what of losses counts.

Everything is counted anew when the service starts, but for lines and faces that may be
gone: what is counted of their months stays, on the first day of each.
"""

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_CELL = ("measure", "place_id", "prison_id", "kind", "key", "province_id")
_FADING = {"feedback": ("felt",), "line_record": ("line_time", "audio_only")}
_WRITTEN = {"feedback": "at", "line_record": "measured_at"}
#: Records are kept for 62 days at least, and no month is longer than 31.
_OLD = timedelta(days=93)
_SUMS = {"province_id": sa.Integer(), "first": sa.Date(), "grain": sa.String(8)}
#: The tables it refers to have an index that nothing can read back.
_ALONE = {"resolve_fks": False}
_UNCOUNTED = sa.text("seconds <> counted")


def upgrade() -> None:
    kept = [row for table in _FADING for row in _gone(table)]
    _drop()
    _cells("day", ("measure", "day", "kind", "key", "place_id", "prison_id"))
    _sums(("province_id", "grain", "first", "measure", "kind", "key"))
    _places("first", ("first", "measure", "kind", "place_id"))
    op.create_table(
        "published_figure",
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("province_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "quarter", "province_id", "code", name=op.f("pk_published_figure")
        ),
    )
    op.add_column("prisoner", sa.Column("visited_on", sa.Date(), nullable=True))
    op.add_column(
        "lost_time",
        sa.Column("counted", sa.Integer(), nullable=False, server_default="0"),
    )
    op.execute(sa.text("UPDATE lost_time SET counted = seconds"))
    with op.batch_alter_table("lost_time", reflect_kwargs=_ALONE) as table:
        table.alter_column("counted", server_default=None)
    op.create_index(
        "lost_time_uncounted",
        "lost_time",
        ["visit_id"],
        sqlite_where=_UNCOUNTED,
        postgresql_where=_UNCOUNTED,
    )
    if kept:
        cells = sa.table(
            "tally", *(sa.column(one) for one in ("day", *_CELL, "count", "total"))
        )
        cells.c.day.type = sa.Date()
        op.bulk_insert(cells, kept)
    _again()


def downgrade() -> None:
    op.drop_index("lost_time_uncounted", "lost_time")
    with op.batch_alter_table("lost_time", reflect_kwargs=_ALONE) as table:
        table.drop_column("counted")
    op.drop_column("prisoner", "visited_on")
    op.drop_table("published_figure")
    _drop()
    _cells("month", ("month", "measure", "kind", "key", "place_id", "prison_id"))
    _sums(("province_id", "month", "measure", "kind", "key"))
    _places("month", ("month", "measure", "place_id"))
    _again()


def _gone(table: str) -> list[dict[str, object]]:
    """The old months of which what was counted may be on record no more."""
    connection = op.get_bind()
    at = sa.column(_WRITTEN[table], sa.DateTime())
    oldest = connection.execute(
        sa.select(sa.func.min(at)).select_from(sa.table(table))
    ).scalar_one()
    cells = sa.table(
        "tally", *(sa.column(one) for one in ("month", *_CELL, "count", "total"))
    )
    rows = connection.execute(
        sa.select(cells).where(cells.c.measure.in_(_FADING[table]))
    )
    limit = date.today() - _OLD  # noqa: DTZ011 - a day more or less is of no matter
    if oldest is not None:
        limit = min(limit, date.fromisoformat(str(oldest)[:10]))
    found = []
    for row in rows.mappings():
        month = date.fromisoformat(str(row["month"]))
        if month < limit:
            names = (*_CELL, "count", "total")
            found.append({"day": month} | {name: row[name] for name in names})
    return found


def _again() -> None:
    op.execute(sa.text("DELETE FROM tally_mark"))


def _drop() -> None:
    for name in ("tally_place", "tally_sum", "tally"):
        op.drop_table(name)


def _cells(when: str, key: tuple[str, ...]) -> None:
    op.create_table(
        "tally",
        sa.Column("measure", sa.String(24), nullable=False),
        sa.Column(when, sa.Date(), nullable=False),
        *_words(),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("prison_id", sa.Integer(), nullable=False),
        sa.Column("province_id", sa.Integer(), nullable=False),
        *_amounts(),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_tally")),
    )
    for name in ("prison", "place", "province"):
        op.create_index(f"tally_by_{name}", "tally", [f"{name}_id", when])


def _sums(key: tuple[str, ...]) -> None:
    columns = [name for name in key if name not in {"measure", "kind", "key"}]
    op.create_table(
        "tally_sum",
        *(
            sa.Column(name, _SUMS.get(name, sa.Date()), nullable=False)
            for name in columns
        ),
        sa.Column("measure", sa.String(24), nullable=False),
        *_words(),
        *_amounts(),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_tally_sum")),
    )


def _places(when: str, key: tuple[str, ...]) -> None:
    kinds = [one for one in _words() if one.name in key]
    op.create_table(
        "tally_place",
        sa.Column(when, sa.Date(), nullable=False),
        sa.Column("measure", sa.String(24), nullable=False),
        *kinds,
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("province_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_tally_place")),
    )


def _words() -> tuple[sa.Column[str], ...]:
    names = ("kind", "key")
    return tuple(sa.Column(name, sa.String(32), nullable=False) for name in names)


def _amounts() -> tuple[sa.Column[int], ...]:
    names = ("count", "total")
    return tuple(sa.Column(name, sa.BigInteger(), nullable=False) for name in names)

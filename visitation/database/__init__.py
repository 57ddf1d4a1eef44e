"""The database: engines, transactions, column types, the one-process lock.

Knows SQLite and PostgreSQL and hides the difference; knows no table.
"""

from visitation.database.columns import UtcDateTime, enum_column
from visitation.database.engine import Database, DatabaseError, Held, is_conflict
from visitation.database.migrate import Behind, migrate, pending
from visitation.database.putting import Rows, put
from visitation.database.sending import changed, rows

__all__ = [
    "Behind",
    "Database",
    "DatabaseError",
    "Held",
    "Rows",
    "UtcDateTime",
    "changed",
    "enum_column",
    "is_conflict",
    "migrate",
    "pending",
    "put",
    "rows",
]

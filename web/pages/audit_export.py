"""The record of who did what, as a file: every entry that fits, with its seal.

Ends with the checkpoint of the chain. Whoever has all entries can count the chain
again: each hash is SHA-256 over the one before and the canonical JSON of the entry.
"""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC

from aiohttp import web

from visitation import audit
from visitation.audit import Checkpoint
from visitation.errors import NotFound
from visitation.visits import acts
from visitation.visits.acts import Found, Sought
from web import audit_words, gate
from web.keys import CLOCK, DATABASE
from web.pages.audit import READERS, note_search, read
from web.render import redirect
from web.routing import Route

_AT_ONCE = 1000
_COLUMNS = (
    "seal",
    "hash",
    "id",
    "at",
    "actor",
    "action",
    "words",
    "subject",
    "visit",
    "facts",
)
_KINDS = {"csv": "text/csv", "jsonl": "application/x-ndjson"}
#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def export(request: web.Request) -> web.StreamResponse:
    """Send all that fits, the oldest first, as it is read."""
    kind = request.query.get("as", "")
    if kind not in _KINDS:
        raise NotFound("format")
    form, sought, _sites = await read(request)
    if not form.ok:
        return redirect(request, "audit.index", query=dict(request.query))
    await note_search(request, "export_audit", sought)
    day = request.app[CLOCK]().astimezone(UTC).date()
    response = web.StreamResponse(
        headers={
            "Content-Type": f"{_KINDS[kind]}; charset=utf-8",
            "Content-Disposition": f'attachment; filename="audit-{day}.{kind}"',
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    # A spreadsheet reads Persian rightly only after a byte order mark.
    await response.write(_head().encode("utf-8-sig") if kind == "csv" else b"")
    async for text in _texts(request, sought, kind):
        await response.write(text.encode())
    await response.write_eof()
    return response


async def _texts(request: web.Request, sought: Sought, kind: str) -> AsyncIterator[str]:
    scope, after = gate.staff(request).scope, 0
    async with request.app[DATABASE].read() as session:
        end = await audit.checkpoint(session)
    while True:
        # One short transaction for each stretch: a slow reader holds no snapshot.
        async with request.app[DATABASE].read() as session:
            found = await acts.oldest(
                session, sought, scope=scope, after=after, limit=_AT_ONCE
            )
        if not found:
            break
        after = found[-1].entry.id
        yield "".join(_line(_row(one), kind) for one in found)
    yield _line(_last(end), kind)


def _row(one: Found) -> dict[str, object]:
    entry = one.entry
    return {
        "seal": one.sequence,
        "hash": one.hash,
        "id": entry.id,
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "words": audit_words.sentence(entry),
        "subject": entry.subject,
        "visit": entry.visit_id,
        "facts": entry.facts,
    }


def _last(end: Checkpoint) -> dict[str, object]:
    return {"action": "checkpoint", "seal": end.sequence, "hash": end.hash}


def _line(row: dict[str, object], kind: str) -> str:
    if kind == "jsonl":
        return json.dumps(row, ensure_ascii=False) + "\n"
    facts = row.get("facts")
    plain = {**row, "facts": json.dumps(facts, ensure_ascii=False) if facts else ""}
    return _table([_harmless(plain.get(name)) for name in _COLUMNS])


def _head() -> str:
    return _table(list(_COLUMNS))


def _table(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _harmless(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


ROUTES = (Route(method="GET", path="/audit/export", page=export, allow=READERS),)

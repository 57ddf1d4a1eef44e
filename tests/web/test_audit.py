"""Auditors search the record, take it along and check its chain."""

import ast
import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import book, english, made, text
from visitation import audit
from visitation.audit import Actor
from visitation.audit.seals import GENESIS
from visitation.lifecycle import VisitAction
from visitation.words import OfferState, Role, WaitingState
from web import audit_words

ROOT = Path(__file__).parents[2]


async def noted(site: Site, *acts: tuple[str, str]) -> None:
    async with site.database.write() as session:
        for action, subject in acts:
            audit.note(
                session,
                Actor.account(77, Role.CLERK),
                action,
                subject,
                now=site.clock(),
            )


async def lines(site: Site, query: str = "") -> list[dict[str, Any]]:
    response = await site.get(f"/audit/export?as=jsonl{query}")
    assert response.status == 200
    return [json.loads(line) for line in (await response.text()).splitlines()]


async def test_an_auditor_finds_by_who_what_whom_and_when(site: Site) -> None:
    auditor = await site.sign_in(Role.AUDITOR)
    await english(site)
    await noted(site, ("add_station", "station:5"), ("pair", "station:5"))
    day = site.clock().date().isoformat()
    found = await text(
        await site.get(f"/audit?act=pair&whom=station:5&since={day}&until={day}")
    )
    assert found.count("<tr>") == 2
    assert "Paired a device" in found
    mine = await lines(site, f"&who={auditor.username}")
    assert [one["action"] for one in mine[:-1]] == [
        "sign_in",
        "search_audit",
        "export_audit",
    ]
    assert mine[1]["facts"] == {
        "asked": {
            "subject": "station:5",
            "action": "pair",
            "since": mine[1]["facts"]["asked"]["since"],
            "until": mine[1]["facts"]["asked"]["until"],
        }
    }


async def test_a_visit_is_found_by_its_reference_and_at_its_prison(site: Site) -> None:
    world = await made(site)
    visit = await book(site, world)
    await site.sign_in(Role.AUDITOR)
    await english(site)
    page = await text(await site.get(f"/audit?whom={visit.reference}"))
    assert f"/visits/{visit.reference}" in page
    assert world.visitor.name not in page
    there = await lines(site, f"&site={visit.prison_id}&kind=visit")
    assert {one["visit"] for one in there[:-1]} == {visit.id}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("who=nobody", "No account has this name"),
        ("whom=XX99", "No visit has this reference"),
        ("act=dance", "Choose one from the list."),
        ("since=1405/09/02&until=1405/09/01", "before the first one"),
        ("site=4711", "Choose one from the list."),
    ],
)
async def test_a_search_that_makes_no_sense_is_told_and_kept(
    site: Site, query: str, says: str
) -> None:
    await site.sign_in(Role.AUDITOR)
    await english(site)
    response = await site.get(f"/audit?{query}")
    assert response.status == 422
    assert says in await text(response)


async def test_pages_go_on_by_key(site: Site) -> None:
    await site.sign_in(Role.AUDITOR)
    await english(site)
    await noted(site, *(("pair", f"station:{n}") for n in range(60)))
    first = await text(await site.get("/audit?act=pair"))
    assert first.count("<tr>") == 51
    start = first.index("/audit?act=pair&amp;before=")
    link = first[start : first.index('"', start)].replace("&amp;", "&")
    await noted(site, ("pair", "station:99"))
    second = await text(await site.get(link))
    assert second.count("<tr>") == 11


async def test_whoever_reaches_one_place_sees_what_concerns_it(site: Site) -> None:
    world = await made(site)
    visit = await book(site, world)
    await noted(site, ("add_account", "account:3"), ("set_policy", "site:4711"))
    await site.sign_in(Role.AUDITOR, sites=[visit.prison_id])
    found = (await lines(site))[:-1]
    assert {one["visit"] for one in found if one["visit"]} == {visit.id}
    assert "add_account" not in {one["action"] for one in found}
    assert "site:4711" not in {one["subject"] for one in found}
    await english(site)
    assert "within your reach" in await text(await site.get("/audit"))


async def test_a_whole_export_can_be_counted_again(site: Site, world: World) -> None:
    await site.sign_in(Role.AUDITOR)
    await noted(site, ("pair", "station:5"))
    async with site.database.write() as session:
        await audit.seal(session)
    rows = await lines(site)
    *found, end = rows
    previous, sealed = GENESIS, [one for one in found if one["seal"]]
    for one in sealed:
        names = ("id", "at", "actor", "action", "subject", "visit", "facts")
        canonical = json.dumps(
            {name: one[name] for name in names},
            sort_keys=True,
            ensure_ascii=False,
            separators=(",", ":"),
        )
        previous = hashlib.sha256(f"{previous}{canonical}".encode()).hexdigest()
        assert previous == one["hash"]
    assert end == {"action": "checkpoint", "seal": len(sealed), "hash": previous}


async def test_a_table_has_no_formula_and_the_same_rows(site: Site) -> None:
    await site.sign_in(Role.AUDITOR)
    await noted(site, ("=cmd", "station:5"))
    response = await site.get("/audit/export?as=csv")
    assert response.headers["Content-Disposition"].endswith('.csv"')
    raw = (await response.read()).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(raw)))
    assert "'=cmd" in {one["action"] for one in rows}
    assert rows[-1]["action"] == "checkpoint"
    assert (await site.get("/audit/export?as=xml")).status == 404


async def test_the_chain_is_checked_and_the_check_is_kept(site: Site) -> None:
    await site.sign_in(Role.AUDITOR)
    await english(site)
    async with site.database.write() as session:
        count = await audit.seal(session)
        end = await audit.checkpoint(session)
    page = await text(await site.post("/audit/verify"))
    assert f"intact up to seal {count}" in page
    assert end.hash in page
    (kept,) = [one for one in await lines(site) if one["action"] == "verify_audit"]
    assert kept["facts"] == {"asked": {"seal": count, "intact": True}}


@pytest.mark.parametrize("role", [Role.SCHEDULER, Role.WARDEN, Role.CLERK])
async def test_nobody_else_may_look(site: Site, role: Role) -> None:
    await site.sign_in(role)
    assert (await site.get("/audit")).status == 404
    assert (await site.get("/audit/export?as=csv")).status == 404
    assert (await site.post("/audit/verify")).status == 404


def _literals() -> set[str]:
    """Every act that is written down under a name of its own."""
    found = set()
    for package in ("visitation", "scheduler", "signaling", "web"):
        for file in (ROOT / package).rglob("*.py"):
            for call in ast.walk(ast.parse(file.read_text())):
                if not isinstance(call, ast.Call):
                    continue
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                if name in {"note", "noted", "note_each"} and len(call.args) > 2:
                    act = call.args[2]
                    if isinstance(act, ast.Constant) and isinstance(act.value, str):
                        found.add(act.value)
    return found


def test_every_act_has_words() -> None:
    assert _literals() - set(audit_words.WORDS) == set()
    told = {f"visit_{one}" for one in VisitAction}
    told |= {f"waiting_{one}" for one in WaitingState}
    told |= {f"offer_{one}" for one in OfferState if one is not OfferState.OPEN}
    assert told - set(audit_words.WORDS) == set()

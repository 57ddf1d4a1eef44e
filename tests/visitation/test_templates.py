from dataclasses import replace
from datetime import date, time

import pytest

from tests import make
from tests.conftest import NOON
from visitation import audit, places
from visitation.database import Database
from visitation.errors import Invalid
from visitation.places import Opening, SessionTemplate
from visitation.words import VisitKind

BY = audit.SYSTEM
MONDAY = Opening(
    weekday=0,
    starts=time(8),
    ends=time(12),
    slot_minutes=30,
    valid_from=date(2026, 11, 23),
)
NEXT = date(2026, 11, 30)
FORTNIGHTLY = replace(MONDAY, every_weeks=2)


def template(**columns: object) -> SessionTemplate:
    """A template like MONDAY."""
    same = {
        "site_id": 1,
        "weekday": 0,
        "starts": time(8),
        "ends": time(12),
        "slot_minutes": 30,
        "valid_from": date(2026, 11, 23),
        "stations": [],
    }
    return SessionTemplate(**(same | columns))


async def test_a_template_is_kept_as_it_was_meant(database: Database) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        terminal = await make.terminal(session, prison)
        kept = await places.add_template(
            session,
            site=prison,
            opening=replace(
                MONDAY,
                valid_to=date(2027, 3, 20),
                stations=frozenset({terminal.id}),
                kinds=frozenset({VisitKind.OFFICIAL, VisitKind.FAMILY}),
            ),
            by=BY,
            now=NOON,
        )
    async with database.read() as session:
        (found,) = await places.templates_of(session, prison.id)
    assert found.model_dump() == {
        "id": kept.id,
        "site_id": prison.id,
        "weekday": 0,
        "starts": time(8),
        "ends": time(12),
        "slot_minutes": 30,
        "valid_from": date(2026, 11, 23),
        "valid_to": date(2027, 3, 20),
        "stations": [terminal.id],
        "every_weeks": 1,
        "on_holidays": False,
        "kinds": ["family", "official"],
    }


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"weekday": 7}, "weekday", "no_weekday"),
        ({"weekday": -1}, "weekday", "no_weekday"),
        ({"starts": time(8, 3)}, "starts", "whole_quanta"),
        ({"starts": time(8, 0, 30)}, "starts", "whole_quanta"),
        ({"ends": time(11, 59)}, "ends", "whole_quanta"),
        ({"ends": time(8)}, "ends", "ends_before_start"),
        ({"ends": time(7)}, "ends", "ends_before_start"),
        ({"starts": time(0), "ends": time(0, 0, 1)}, "ends", "whole_quanta"),
        ({"slot_minutes": 0}, "slot_minutes", "whole_quanta"),
        ({"slot_minutes": -30}, "slot_minutes", "whole_quanta"),
        ({"slot_minutes": 31}, "slot_minutes", "whole_quanta"),
        ({"slot_minutes": 245}, "slot_minutes", "slot_too_long"),
        ({"slot_minutes": 5}, "slot_minutes", "slot_within_turnover"),
        ({"valid_to": date(2026, 11, 22)}, "valid_to", "ends_before_start"),
        ({"every_weeks": 0}, "every_weeks", "out_of_range"),
        ({"every_weeks": 53}, "every_weeks", "out_of_range"),
        (
            {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 11, 22)},
            "valid_to",
            "template_over",
        ),
        ({"kinds": frozenset()}, "kinds", "kind_needed"),
        ({"stations": frozenset({999})}, "stations", "not_a_terminal_here"),
    ],
)
async def test_an_opening_that_makes_no_sense_is_refused(
    sqlite: Database, changes: dict[str, object], field: str, reason: str
) -> None:
    async with sqlite.write() as session:
        prison = await make.prison(session)
        with pytest.raises(Invalid) as refused:
            await places.add_template(
                session,
                site=prison,
                opening=replace(MONDAY, **changes),
                by=BY,
                now=NOON,
            )
    assert (refused.value.field, refused.value.reason) == (field, reason)


async def test_a_slot_may_be_as_long_as_its_session(sqlite: Database) -> None:
    async with sqlite.write() as session:
        prison = await make.prison(session)
        opening = replace(MONDAY, slot_minutes=240, valid_to=MONDAY.valid_from)
        await places.add_template(
            session, site=prison, opening=opening, by=BY, now=NOON
        )


async def test_only_a_prison_opens(sqlite: Database) -> None:
    async with sqlite.write() as session:
        point = await make.point(session)
        with pytest.raises(Invalid, match="site: not_a_prison"):
            await places.add_template(
                session, site=point, opening=MONDAY, by=BY, now=NOON
            )


async def test_another_prisons_terminal_is_not_opened(sqlite: Database) -> None:
    async with sqlite.write() as session:
        here, there = await make.prison(session), await make.prison(session)
        terminal = await make.terminal(session, there)
        with pytest.raises(Invalid, match="stations: not_a_terminal_here"):
            await places.add_template(
                session,
                site=here,
                opening=replace(MONDAY, stations=frozenset({terminal.id})),
                by=BY,
                now=NOON,
            )


@pytest.mark.parametrize(
    ("opening", "other", "answer"),
    [
        (MONDAY, template(), True),
        (MONDAY, template(weekday=1), False),
        (MONDAY, template(starts=time(12), ends=time(14)), False),
        (MONDAY, template(starts=time(6), ends=time(8)), False),
        (MONDAY, template(starts=time(6), ends=time(0)), True),
        (replace(MONDAY, ends=time(0)), template(starts=time(20), ends=time(21)), True),
        (MONDAY, template(starts=time(11), ends=time(14)), True),
        (MONDAY, template(valid_to=date(2026, 11, 22)), False),
        (MONDAY, template(valid_to=date(2026, 11, 23)), True),
        (MONDAY, template(valid_from=date(2030, 1, 1)), True),
        (
            replace(MONDAY, valid_to=date(2029, 12, 31)),
            template(valid_from=date(2030, 1, 1)),
            False,
        ),
        (MONDAY, template(stations=[1]), True),
        (replace(MONDAY, stations=frozenset({1})), template(), True),
        (replace(MONDAY, stations=frozenset({1})), template(stations=[1, 2]), True),
        (replace(MONDAY, stations=frozenset({1})), template(stations=[2]), False),
        (FORTNIGHTLY, template(every_weeks=2), True),
        (FORTNIGHTLY, template(every_weeks=2, valid_from=NEXT), False),
        (FORTNIGHTLY, template(valid_from=NEXT), True),
        (FORTNIGHTLY, template(every_weeks=3, valid_from=NEXT), True),
        (FORTNIGHTLY, template(every_weeks=4, valid_from=NEXT), False),
        (
            replace(FORTNIGHTLY, valid_to=date(2026, 12, 20)),
            template(every_weeks=3, valid_from=NEXT),
            False,
        ),
        (
            replace(FORTNIGHTLY, valid_to=date(2026, 12, 21)),
            template(every_weeks=3, valid_from=NEXT),
            True,
        ),
        (MONDAY, template(valid_to=date(2026, 11, 29), every_weeks=2), True),
    ],
    ids=[
        "the same",
        "another day",
        "right after",
        "right before",
        "until midnight",
        "to midnight",
        "the last hour",
        "over before",
        "over on the first day",
        "years later, without end",
        "years later",
        "one of all",
        "all of one",
        "shared terminal",
        "other terminal",
        "the same weeks",
        "weeks in turn",
        "every week and every other",
        "every other and every third",
        "every other and the fourth between",
        "over before they meet",
        "over on the day they meet",
        "one day only",
    ],
)
def test_openings_overlap_when_they_open_a_terminal_twice(
    opening: Opening, other: SessionTemplate, answer: bool
) -> None:
    assert places.templates.overlap(opening, other) is answer


async def test_an_overlapping_template_is_refused(database: Database) -> None:
    async with database.write() as session:
        prison, other = await make.prison(session), await make.prison(session)
        add = {"opening": MONDAY, "by": BY, "now": NOON}
        await places.add_template(session, site=prison, **add)
        with pytest.raises(Invalid, match="starts: template_overlaps"):
            await places.add_template(session, site=prison, **add)
        await places.add_template(session, site=other, **add)


async def test_a_template_ends_on_its_last_day(database: Database) -> None:
    last = date(2026, 12, 31)
    async with database.write() as session:
        prison = await make.prison(session)
        add = {"site": prison, "by": BY, "now": NOON}
        kept = await places.add_template(session, opening=MONDAY, **add)
        await places.end_template(session, kept, last_day=last, by=BY, now=NOON)
        with pytest.raises(Invalid, match="last_day: ends_earlier"):
            await places.end_template(
                session, kept, last_day=date(2027, 1, 1), by=BY, now=NOON
            )
        after = replace(MONDAY, valid_from=date(2027, 1, 1))
        await places.add_template(session, opening=after, **add)
    async with database.read() as session:
        found = await places.templates_of(session, prison.id)
    assert [one.valid_to for one in found] == [last, None]


async def test_a_template_that_never_began_is_forgotten(database: Database) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        kept = await places.add_template(
            session, site=prison, opening=MONDAY, by=BY, now=NOON
        )
        await places.end_template(
            session, kept, last_day=date(2026, 11, 22), by=BY, now=NOON
        )
    async with database.read() as session:
        assert await places.templates_of(session, prison.id) == []

"""Where the families of a plan would sit, as they are told."""

import pytest
from sqlmodel import select

from scheduler import planning, postage
from tests.conftest import NOON
from tests.scheduler import queue, village
from tests.scheduler.village import DAY
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.messages import Message
from visitation.waiting import Days, Plan
from visitation.wording import Template


async def test_a_plan_says_the_village_in_which_the_office_will_stand(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        family = await queue.family(
            session, here.queue, keyring, days=Days(first=DAY, last=DAY)
        )
        plan = await planning.propose(
            session,
            prison=here.prison,
            first_day=DAY,
            last_day=DAY,
            keyring=keyring,
            by=SYSTEM,
            now=NOON,
        )
        rows = await planning.placements(session, plan.id)
        assert await postage.points(session, rows) == {family.entry.id: "زفره"}
        stamps = await postage.postage(session, plan, rows)
        await planning.publish(
            session,
            await session.get_one(Plan, plan.id),
            keyring=keyring,
            by=SYSTEM,
            now=NOON,
        )
        (sent,) = (await session.exec(select(Message))).all()
    assert sent.variables["place"] == "زفره"
    (text,) = stamps[family.entry.id].texts
    assert "زفره" in text
    assert here.office.name not in text


@pytest.mark.parametrize(("helper", "silent"), [(None, 1), ("+989131110000", 0)])
async def test_a_family_is_silent_whom_not_even_a_helper_can_tell(
    sqlite: Database, keyring: Keyring, helper: str | None, silent: int
) -> None:
    async with sqlite.write() as session:
        here = await village.village(session)
        family = await queue.family(
            session,
            here.queue,
            keyring,
            days=Days(first=DAY, last=DAY),
            phone=None,
        )
        family.visitor.helper_phone = helper
        session.add(family.visitor)
        plan = await planning.propose(
            session,
            prison=here.prison,
            first_day=DAY,
            last_day=DAY,
            keyring=keyring,
            by=SYSTEM,
            now=NOON,
        )
        rows = await planning.placements(session, plan.id)
        stamps = await postage.postage(session, plan, rows)
    stamp = stamps[family.entry.id]
    assert (stamp.silent, len(stamp.texts)) == (silent, 1 - silent)


def test_a_letter_is_weighed_with_the_whole_address_that_it_will_have() -> None:
    letter = postage.Letter(
        template=Template.BOOKED,
        phone="+989131110000",
        language="fa",
        variables={"day": "دوشنبه ۲ آذر", "time": "۱۰:۳۰", "place": "زفره"},
    )

    without, with_address = (
        postage.stamped([letter]),
        postage.stamped([letter], link="https://v.ir"),
    )

    assert with_address.texts[0].endswith("\nhttps://v.ir/join#000000")
    assert (without.segments, with_address.segments) == (1, 2)

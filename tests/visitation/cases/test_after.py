"""After a visit everybody reads what they asked for themselves, and nobody else's."""

from tests import make
from tests.visitation.booked import booked
from tests.visitation.cases.asking import asked
from visitation import cases
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.words import CaseKind


async def test_what_another_visitor_of_the_visit_asked_is_not_ones_own(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        visit, (_, mother) = await booked(session, world)
        other = await make.visitor(session)
        await make.contact(session, world.prisoner, other)
        await asked(session, world, keyring, visit_id=visit.id)
        await asked(
            session,
            world,
            keyring,
            kind=CaseKind.COMPLAINT,
            visitor_id=other.id,
            visit_id=visit.id,
            brief=True,
        )
        own = await cases.after.wishes_of(
            session, visit_id=visit.id, participant_id=mother.id
        )
        everybodys = await cases.after.wishes_of(session, visit_id=visit.id)

    assert [one.kind for one in own] == [CaseKind.FURLOUGH]
    assert [one.kind for one in everybodys] == [CaseKind.FURLOUGH, CaseKind.COMPLAINT]

"""A family asks to be linked to a prisoner; staff approve or refuse; it is told."""

import asyncio

import pytest

from tests import make
from tests.web.conftest import Site
from tests.web.own import Phone, links, phone
from tests.web.reading import rows, sent_to
from visitation.messages import Message
from visitation.people import Contact, LinkRequest, Visitor
from visitation.people.identity import sealed_id
from visitation.wording import Template
from visitation.words import ContactState, DeclineReason, LinkState, Relation, Role

NATIONAL_ID = "0499370899"


@pytest.fixture
async def mine(site: Site) -> Phone:
    return await phone(site)


def wish(mine: Phone, **changes: str) -> dict[str, str]:
    return {
        "prison": str(mine.world.prison.id),
        "prisoner": "حسین رضایی",
        "relation": "sibling",
        "name": mine.world.visitor.name,
        "no_id": "on",
    } | changes


async def ask(mine: Phone, **changes: str) -> LinkRequest:
    done = await sent_to(mine.site, "/mine/people/new", wish(mine, **changes))
    assert done == "/mine/people/asked"
    return (await rows(mine.site, LinkRequest))[-1]


async def test_the_answer_is_one_whether_there_is_such_a_prisoner_or_not(
    mine: Phone,
) -> None:
    async with mine.site.database.write() as session:
        await make.prisoner(session, mine.world.prison, name="حسین رضایی")
    pages = []
    for name in ("حسین رضایی", "هیچ کس"):
        await ask(mine, prisoner=name)
        pages.append(await mine.page("/mine/people/asked"))

    assert pages[0] == pages[1]
    shown = await mine.page("/mine/people")
    assert shown.count("Waiting for a decision") == 2


async def test_staff_approve_and_the_family_books(mine: Phone) -> None:
    async with mine.site.database.write() as session:
        brother = await make.prisoner(session, mine.world.prison, name="حسین رضایی")
    asked = await ask(mine, national_id=NATIONAL_ID, no_id="")
    await mine.site.sign_in(Role.SCHEDULER)
    queue = await mine.page("/links")
    assert links(queue, "/links/") == [f"/links/{asked.reference}"]
    page = await mine.page(f"/links/{asked.reference}")
    assert "•••••••" in page
    assert NATIONAL_ID not in page
    assert f'value="{brother.number}"' in page
    approve = f"/links/{asked.reference}/approve"
    to = await sent_to(mine.site, approve, {"number": brother.number})

    assert to.startswith("/contacts/")
    contact = (await rows(mine.site, Contact))[-1]
    assert (contact.prisoner_id, contact.visitor_id, contact.state) == (
        brother.id,
        mine.world.visitor.id,
        ContactState.APPROVED,
    )
    assert contact.relation is Relation.SIBLING
    (told,) = await rows(mine.site, Message, Message.template == Template.LINKED)
    assert told.phone == mine.world.visitor.phone
    (mother,) = await rows(mine.site, Visitor, Visitor.id == mine.world.visitor.id)
    assert mother.national_id_fingerprint is not None
    await mine.again()
    assert "حسین رضایی" in await mine.page("/mine/book")


async def test_a_refusal_is_told_in_a_few_words_and_its_reason_stays_with_staff(
    mine: Phone,
) -> None:
    asked = await ask(mine)
    await mine.site.sign_in(Role.SCHEDULER)
    refuse = f"/links/{asked.reference}/refuse"
    await mine.page(refuse, typed={"told": "papers"}, status=422)
    await mine.page(refuse, typed={"told": "no_place", "reason": "x"}, status=422)

    typed = {"told": "papers", "reason": "No card was shown"}
    assert await sent_to(mine.site, refuse, typed) == "/links"

    (told,) = await rows(mine.site, Message, Message.template == Template.NOT_LINKED)
    assert told.variables == {"why": "مدارک کامل نیست"}
    (kept,) = await rows(mine.site, LinkRequest)
    assert (kept.state, kept.told) == (LinkState.REFUSED, DeclineReason.PAPERS)
    await mine.again()
    page = await mine.page("/mine/people")
    assert "papers are missing" in page
    assert "No card was shown" not in page


async def test_it_is_decided_once(mine: Phone) -> None:
    async with mine.site.database.write() as session:
        brother = await make.prisoner(session, mine.world.prison, name="حسین رضایی")
    asked = await ask(mine)
    await mine.site.sign_in(Role.SCHEDULER)
    path = f"/links/{asked.reference}"

    answers = await asyncio.gather(
        mine.site.post(f"{path}/approve", {"number": brother.number}),
        mine.site.post(f"{path}/refuse", {"told": "ask", "reason": "x"}),
    )

    assert sorted(one.status for one in answers) == [303, 409]
    assert len(await rows(mine.site, Message, Message.challenge_id.is_(None))) == 1


async def test_a_number_that_is_nobodys_is_said_to_staff(mine: Phone) -> None:
    asked = await ask(mine)
    await mine.site.sign_in(Role.SCHEDULER)

    path = f"/links/{asked.reference}"
    assert "Nobody in this prison has this name" in await mine.page(path)
    page = await mine.page(f"{path}/approve", typed={"number": "0"}, status=409)

    assert "No prisoner of this prison has this number." in page
    (kept,) = await rows(mine.site, LinkRequest)
    assert kept.state is LinkState.ASKED


async def test_a_name_that_nobody_with_the_phone_has_is_a_new_visitor(
    mine: Phone,
) -> None:
    asked = await ask(mine, name="سارا کریمی", relation="child")
    await mine.site.sign_in(Role.SCHEDULER)
    typed = {"number": mine.world.prisoner.number}
    await sent_to(mine.site, f"/links/{asked.reference}/approve", typed)

    found = await rows(mine.site, Visitor, Visitor.phone == mine.world.visitor.phone)
    assert [one.name for one in found] == [mine.world.visitor.name, "سارا کریمی"]


async def test_an_id_of_somebody_else_is_said_to_staff_alone(mine: Phone) -> None:
    asked = await ask(mine, national_id=NATIONAL_ID, no_id="")
    async with mine.site.database.write() as session:
        other = await make.visitor(session)
        sealed, print_ = sealed_id(NATIONAL_ID, keyring=mine.site.keyring)
        other.national_id_sealed, other.national_id_fingerprint = sealed, print_
        session.add(other)
    await mine.site.sign_in(Role.SCHEDULER)

    path = f"/links/{asked.reference}/approve"
    typed = {"number": mine.world.prisoner.number}
    page = await mine.page(path, typed=typed, status=409)

    assert "Another visitor has this national ID." in page


async def test_the_same_wish_sent_twice_is_one(mine: Phone) -> None:
    for _ in range(2):
        await ask(mine)

    assert len(await rows(mine.site, LinkRequest)) == 1


async def test_a_day_has_five_wishes(mine: Phone) -> None:
    for n in range(5):
        await ask(mine, prisoner=f"نفر {n}")

    page = await mine.page(
        "/mine/people/new", typed=wish(mine, prisoner="نفر دیگر"), status=429
    )

    assert "You asked often today." in page
    assert "نفر دیگر" in page
    assert len(await rows(mine.site, LinkRequest)) == 5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prisoner": ""}, "Give the prisoner&#39;s name or the number."),
        ({"national_id": "1234567890", "no_id": ""}, "This is no national ID."),
        ({"no_id": ""}, "Give your national ID, or say that you have none."),
        ({"prison": "9999"}, "Choose one from the list."),
        ({"name": ""}, "Fill this in."),
    ],
)
async def test_what_is_missing_is_said_and_the_rest_is_kept(
    mine: Phone, changes: dict[str, str], words: str
) -> None:
    response = await mine.site.post("/mine/people/new", wish(mine, **changes))
    page = await response.text()

    assert response.status in {409, 422}
    assert words in page
    assert '<option value="sibling" selected>' in page


async def test_staff_of_another_province_see_nothing_of_it(mine: Phone) -> None:
    asked = await ask(mine)
    async with mine.site.database.write() as session:
        other = await make.province(session, name="فارس")
    await mine.site.sign_in(Role.SCHEDULER, provinces=[other.id])

    assert "No family waits for a decision." in await mine.page("/links")
    await mine.page(f"/links/{asked.reference}", status=404)


async def test_contacts_that_staff_began_stand_in_the_same_queue(mine: Phone) -> None:
    async with mine.site.database.write() as session:
        cousin = await make.visitor(session, name="پسرعمو")
        begun = await make.contact(
            session, mine.world.prisoner, cousin, state=ContactState.REQUESTED
        )
    await mine.site.sign_in(Role.SCHEDULER)

    assert links(await mine.page("/links"), "/contacts/") == [f"/contacts/{begun.id}"]


async def test_an_empty_wish_is_told_all_that_it_lacks_at_once(mine: Phone) -> None:
    page = await mine.page("/mine/people/new", typed={"name": ""}, status=422)

    for field in ("prison", "prisoner", "relation", "name", "national_id"):
        assert f'href="#{field}"' in page
    assert page.count("(one of the two)") == 2
    assert "(optional)" not in page

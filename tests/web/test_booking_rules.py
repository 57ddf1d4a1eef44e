"""The booking rules as anybody reads them, without signing in."""

import pytest

from scheduler.proposals import Refusal
from tests import make
from tests.make import World
from tests.web.conftest import Site as Browser
from tests.web.reading import text
from visitation import audit, places
from visitation.places import NATION, Policy
from visitation.words import Approval
from web import i18n, rule_sentences

#: Reasons that only those who book for others can meet: seats, officials, records.
STAFFS = {
    Refusal.OVER,
    Refusal.BEGUN,
    Refusal.ODD_TIMES,
    Refusal.TERMINAL_ELSEWHERE,
    Refusal.TERMINAL_OUT_OF_ORDER,
    Refusal.TERMINAL_TAKEN,
    Refusal.NOT_A_KIOSK,
    Refusal.KIOSK_OUT_OF_ORDER,
    Refusal.KIOSK_TAKEN,
    Refusal.PRISONER_ELSEWHERE,
    Refusal.PRISONER_RELEASED,
    Refusal.PRISONER_BUSY,
    Refusal.OFFICIAL_MISSING,
    Refusal.OFFICIAL_NOT_ADMITTED,
    Refusal.OFFICIAL_NOT_ACTIVE,
    Refusal.OFFICIAL_NOT_THEN,
    Refusal.OFFICIAL_BUSY,
    Refusal.OUTSIDE_COVER,
}


def test_every_rule_that_concerns_families_is_published() -> None:
    assert rule_sentences.UNPUBLISHED == STAFFS


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (60, "1 hour"),
        (90, "90 minutes"),
        (1440, "1 day"),
        (2160, "36 hours"),
        (2880, "2 days"),
    ],
)
def test_a_stretch_is_told_in_its_largest_unit(minutes: int, words: str) -> None:
    with i18n.speaking(i18n.load(), "en"):
        assert rule_sentences.stretch(minutes) == words


async def test_the_front_page_leads_to_the_rules_in_persian(
    site: Browser, world: World
) -> None:
    assert 'href="/rules"' in await text(site, "/")
    page = await text(site, "/rules")
    assert "ملاقات را دست‌کم ۱ روز پیش از وقتش درخواست کنید." in page
    assert "هر مددجو از شنبه تا جمعه تا ۲ ملاقات دارد." in page
    assert f'href="/rules/{world.prison.id}"' in page
    assert f'href="/rules/{world.point.id}"' not in page


async def test_a_prisons_rules_have_the_numbers_in_force(
    site: Browser, world: World
) -> None:
    site.cookies["lang"] = "en"
    as_of = {"by": audit.SYSTEM, "now": site.clock()}
    async with site.database.write() as session:
        await places.choose(session, scope=NATION, values={"max_party": 6}, **as_of)
        own = {"approval": Approval.REQUIRED, "family_notice_minutes": 120}
        scope = places.scope_of_site(world.prison.id)
        await places.choose(session, scope=scope, values=own, **as_of)
    every = await text(site, "/rules")
    assert "Up to 6 people come to one visit." in every
    assert "Ask at least 1 day before the visit." in every
    assert "What you, or the clerk for you, ask for is booked at once." in every
    one = await text(site, f"/rules/{world.prison.id}")
    assert "Up to 6 people come to one visit." in one
    assert "Ask at least 2 hours before the visit." in one
    assert "If nobody has answered 12 hours before the visit" in one


async def test_only_prisons_in_use_have_rules(site: Browser, world: World) -> None:
    async with site.database.write() as session:
        gone = await make.prison(session, closed_at=site.clock())
    for number in (world.point.id, gone.id, 999, "x", "9" * 40):
        await text(site, f"/rules/{number}", status=404)
    assert f"/rules/{gone.id}" not in await text(site, "/rules")


def test_rules_are_whole_sentences_in_both_languages() -> None:
    translations = i18n.load()
    for language in ("fa", "en"):
        with i18n.speaking(translations, language):
            rules = rule_sentences.published(Policy())
        assert len(rules) == len(rule_sentences.SENTENCES) + 5
        assert all(rule.endswith(".") and "%" not in rule for rule in rules)


def test_where_nothing_is_too_late_the_rules_say_so() -> None:
    with i18n.speaking(i18n.load(), "en"):
        first = rule_sentences.published(Policy(notice_minutes=0))[0]
    assert first.endswith("The office can book until it begins.")

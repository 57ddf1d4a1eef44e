"""How pages agree on keys past a service that may change what it passes on.

The modules of the page run in Chromium; who stands in the middle is written here.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.chromium import chromium
from tests.web.conftest import Site, Start
from tests.web.scripted import scripted

pytestmark = pytest.mark.browser

#: Ends that talk through a room; `between` may change or keep what is passed on.
BEGIN = """async ([url, phrase]) => {
  const { Agreement } = await import(url);
  const { spoken } = await import(phrase);
  window.spoken = spoken;
  const ends = new Map();
  const room = window.room = { ends, said: [], between: (f, t, passed) => passed };
  room.prints = {};
  const others = (id) => [...ends.keys()].filter((one) => one !== id);
  const present = () => {
    for (const [id, end] of ends) {
      end.met(others(id).map((one) => ({ id: one, away: false })));
    }
  };
  room.enter = (id, able = true, why = "") => {
    const kept = { own: [], theirs: {}, taken: [] };
    room.prints[id] = [`sha-256 ${id} up`, `sha-256 ${id} down`];
    const end = new Agreement({
      say: (to, message) => {
        for (const other of to ? [to] : others(id)) {
          const passed = room.between(id, other, structuredClone(message));
          room.said.push([id, other, message.what]);
          if (passed) setTimeout(() => ends.get(other)?.heard(id, passed));
        }
      },
      prints: () => room.prints[id],
      own: (base, generation) => kept.own.push([generation, base.join()]),
      their: (who, base, generation) => {
        kept.taken.push([who, generation]);
        kept.theirs[who] = base.join();
      },
      forget: (who) => delete kept.theirs[who],
      changed: () => undefined,
    });
    end.kept = kept;
    ends.set(id, end);
    present();
    end.begin(id, able, why);
    present();
    return end;
  };
  room.leave = (id) => { ends.delete(id); present(); };
  room.again = present;
  const seen = ({ standing, kept }) => ({
    ...standing, phrase: [...standing.phrase].join("-"),
    own: kept.own.at(-1)?.[1], theirs: { ...kept.theirs }, taken: [...kept.taken],
  });
  room.state = () => Object.fromEntries([...ends].map(([id, end]) => [id, seen(end)]));
}"""


@pytest.fixture
async def site(start_site: Start) -> Site:
    return await start_site()


@pytest.fixture
async def page(site: Site) -> AsyncIterator[Page]:
    async with chromium() as browser:
        names = ("private/agreement", "private/phrase")
        page, urls = await scripted(browser, site, *names)
        await page.evaluate(BEGIN, urls)
        yield page


async def after(page: Page, script: str, *, ms: int = 900) -> dict[str, Any]:
    """Do something in the room, and see where everybody stands a moment later."""
    await page.evaluate(f"() => {{ {script}; room.again(); }}")
    await page.wait_for_timeout(ms)
    return await page.evaluate("room.state()")


def is_whole(state: dict[str, Any]) -> bool:
    """Everybody seals with a key that all others, and nobody else, can open."""
    return all(
        one["how"] == "ends"
        and not one["renewing"]
        and one["theirs"]
        == {who: two["own"] for who, two in state.items() if who != me}
        for me, one in state.items()
    )


async def test_two_and_then_three_read_the_same_words_and_have_each_others_keys(
    page: Page,
) -> None:
    two = await after(page, "room.enter('lawyer'); room.enter('prisoner');")
    three = await after(page, "room.enter('interpreter');")

    assert is_whole(two)
    assert is_whole(three)
    assert len({one["phrase"] for one in two.values()}) == 1
    assert len({one["phrase"] for one in three.values()}) == 1
    assert two["lawyer"]["phrase"] != three["lawyer"]["phrase"]
    order = [what for _, _, what in await page.evaluate("room.said")]
    first = order.index("reveal")
    assert order[:first].count("commit") == 2


async def test_whoever_left_has_no_key_any_more_and_the_words_stand(page: Page) -> None:
    enter = "for (const id of ['lawyer', 'prisoner', 'interpreter']) room.enter(id);"
    three = await after(page, enter)
    two = await after(page, "room.leave('interpreter');")

    assert is_whole(two)
    assert two["lawyer"]["phrase"] == three["lawyer"]["phrase"]
    assert two["lawyer"]["own"] != three["lawyer"]["own"]
    assert two["prisoner"]["own"] != three["prisoner"]["own"]


async def test_a_page_loaded_again_is_another_end_with_other_words(page: Page) -> None:
    before = await after(page, "room.enter('lawyer'); room.enter('prisoner');")
    after_it = await after(page, "room.enter('lawyer');")

    assert is_whole(after_it)
    assert before["prisoner"]["phrase"] != after_it["prisoner"]["phrase"]
    assert before["prisoner"]["own"] != after_it["prisoner"]["own"]


async def test_the_key_of_a_page_that_was_loaded_again_opens_nothing(
    page: Page,
) -> None:
    before = await after(page, "room.enter('lawyer'); room.enter('prisoner');")
    keyless = await after(
        page,
        """room.between = (f, t, said) => said.what === "key" ? null : said;
        room.enter('lawyer');""",
    )

    assert "lawyer" in before["prisoner"]["theirs"]
    assert keyless["prisoner"]["theirs"] == {}


async def test_a_leg_built_anew_changes_keys_and_leaves_the_words(page: Page) -> None:
    before = await after(page, "room.enter('lawyer'); room.enter('prisoner');")
    now = await after(page, "room.prints.lawyer = ['sha-256 other', 'sha-256 down'];")

    assert is_whole(now)
    assert before["lawyer"]["phrase"] == now["lawyer"]["phrase"]
    assert before["lawyer"]["own"] != now["lawyer"]["own"]
    assert before["prisoner"]["own"] == now["prisoner"]["own"]


async def test_what_a_lost_socket_missed_is_said_again_but_no_key_is_taken_twice(
    page: Page,
) -> None:
    lost = await after(
        page,
        """room.between = (f, t, said) => said.what === "key" ? null : said;
        room.enter('lawyer'); room.enter('prisoner');""",
    )
    assert lost["lawyer"]["theirs"] == {}
    script = "room.between = (f, t, message) => message;"
    back = await after(page, script + "room.ends.get('lawyer').returned();")
    twice = await after(page, "room.ends.get('lawyer').returned();")

    assert is_whole(back)
    assert is_whole(twice)
    assert twice["prisoner"]["taken"] == back["prisoner"]["taken"]


async def test_one_who_cannot_is_named_with_the_reason(page: Page) -> None:
    state = await after(
        page, "room.enter('lawyer'); room.enter('prisoner', false, 'browser');"
    )
    better = await after(page, "room.leave('prisoner'); room.enter('prisoner');")

    for one in state.values():
        assert (one["how"], one["who"], one["why"]) == (
            "transport",
            "prisoner",
            "browser",
        )
    assert is_whole(better)


async def test_whoever_comes_later_is_told_that_it_was_end_to_end(page: Page) -> None:
    first = await after(page, "room.enter('lawyer'); room.enter('prisoner', false);")
    able = await after(page, "room.leave('prisoner'); room.enter('prisoner');")
    later = await after(page, "room.leave('lawyer'); room.enter('lawyer', false);")

    assert [one["was"] for one in first.values()] == [False, False]
    assert [one["was"] for one in able.values()] == [True, True]
    assert {who: (one["how"], one["was"]) for who, one in later.items()} == {
        "prisoner": ("transport", True),
        "lawyer": ("transport", True),
    }


async def test_whose_browser_cannot_waits_until_the_others_have_said_what_was(
    page: Page,
) -> None:
    deaf = "room.between = (from, to, said) => from === 'prisoner' ? null : said;"
    enter = f"{deaf} room.enter('prisoner'); room.enter('lawyer', false);"
    untold = await after(page, enter)
    told = await after(
        page,
        "room.between = (f, t, said) => said; room.ends.get('lawyer').returned();",
    )
    assert untold["lawyer"]["how"] == "agreeing"
    assert told["lawyer"]["how"] == "transport"


#: Who stands in the middle changes what the prisoner's page says of its legs: in what
#: is revealed, and, knowing the rest of it, in what was committed to as well.
FORGED = """
  const prisoner = room.ends.get("prisoner");
  const prints = ["sha-256 of the middle", "sha-256 of the middle"];
  room.between = (from, to, message) => {
    if (from !== "prisoner") return message;
    if (message.what === "reveal") {
      return { ...message, reveal: { ...message.reveal, prints } };
    }
    if (message.what !== "commit" || !alsoTheCommit) return message;
    const { round } = prisoner;
    round.committed("prisoner", { ...round.own, prints }).then((commit) =>
      room.ends.get(to)?.heard(from, { ...message, commit }));
    return null;
  };
  for (const end of room.ends.values()) end.anew();
"""


async def test_a_fingerprint_changed_in_the_middle_gives_other_words(
    page: Page,
) -> None:
    honest = await after(page, "room.enter('lawyer'); room.enter('prisoner');")
    forged = await after(page, f"const alsoTheCommit = true; {FORGED}")

    assert is_whole(honest)
    assert honest["lawyer"]["phrase"] == honest["prisoner"]["phrase"]
    assert forged["lawyer"]["phrase"] != forged["prisoner"]["phrase"]
    assert (forged["lawyer"]["theirs"], forged["prisoner"]["theirs"]) == ({}, {})


async def test_what_was_not_committed_to_is_not_agreed_on(page: Page) -> None:
    await after(page, "room.enter('lawyer'); room.enter('prisoner');")
    refused = await after(page, f"const alsoTheCommit = false; {FORGED}")

    assert (refused["lawyer"]["how"], refused["lawyer"]["phrase"]) == ("agreeing", "")


async def test_a_key_changed_on_its_way_or_sent_again_is_not_taken(page: Page) -> None:
    before = await after(page, "room.enter('lawyer'); room.enter('prisoner');")
    now = await after(
        page,
        """room.between = (from, to, message) => {
          if (message.what !== "key") return message;
          const other = (one) => one === "A" ? "B" : "A";
          const wrapped = message.key.wrapped.replace(/^./, other);
          return { ...message, key: { ...message.key, wrapped } };
        };
        room.prints.lawyer = ["sha-256 other", "sha-256 other"];""",
    )
    assert now["prisoner"]["theirs"] == before["prisoner"]["theirs"]
    assert now["lawyer"]["own"] != before["lawyer"]["own"]


#: Who stands in the middle commits to nothing, reads what the lawyer reveals, has it
#: forgotten by more rounds than a page remembers, and commits only then.
LATE = """
  let kept = null;
  const lawyer = room.ends.get("lawyer");
  room.between = (from, to, message) => {
    if (from !== "prisoner") return message;
    if (message.what === "commit") {
      kept = message;
      return { ...message, commit: "nothing" };
    }
    if (message.what !== "reveal") return message;
    setTimeout(() => {
      for (let n = 0; n < 9; n += 1) {
        lawyer.heard(from, { what: "commit", round: `no round ${n}`, commit: "" });
      }
      lawyer.heard(from, kept);
      lawyer.heard(from, message);
    }, 200);
    return null;
  };
  for (const end of room.ends.values()) end.anew();
"""


async def test_nobody_commits_to_something_else_after_others_have_revealed(
    page: Page,
) -> None:
    await after(page, "room.enter('lawyer'); room.enter('prisoner');")
    refused = await after(page, LATE)

    revealed = await page.evaluate(
        "room.said.filter(([f, t, what]) => f === 'lawyer' && what === 'reveal').length"
    )
    assert revealed > 1
    assert (refused["lawyer"]["how"], refused["lawyer"]["phrase"]) == ("agreeing", "")

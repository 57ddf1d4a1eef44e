"""No page says what is in no catalogue, and Persian pages count in Persian."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pages import marking
from tests.pages.crawl import HTML
from tests.pages.stage import Address, Stage
from tests.web.test_catalogues import said

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_page_asks_for_every_sentence(
    raised: Stage, addresses: tuple[Address, ...], tmp_path: Path
) -> None:
    with marking.taught(raised.app, tmp_path, said()):
        found = await _found(raised, addresses, marking.LANGUAGE, marking.unmarked)
    assert found == {}


async def test_persian_pages_have_persian_digits(
    raised: Stage, addresses: tuple[Address, ...]
) -> None:
    assert await _found(raised, addresses, "fa", marking.latin_digits) == {}


async def _found(
    raised: Stage,
    addresses: tuple[Address, ...],
    language: str,
    look: Callable[[str], list[str]],
) -> dict[str, Address]:
    """What is seen on the pages, and where first; a kind says the same to everybody."""
    found: dict[str, Address] = {}
    for address in {one.kind: one for one in addresses}.values():
        answer = await raised.read(address, language=language)
        if answer.content_type == HTML:
            found |= {text: address for text in look(answer.html) if text not in found}
    return found


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<p>⟦Sign in⟧</p>", []),
        ("<p>Sign in</p>", ["Sign in"]),
        ("<p>⟦Visit of <bdi>Reza</bdi>, ⟦today⟧⟧, <b>ends</b></p>", ["ends"]),
        ("<p>⟦Hello <b>you</b>⟧</p><p>Bye</p>", ["Bye"]),
        ('<img alt="A face"><input type="submit" value="Go">', ["A face", "Go"]),
        ('<b data-told="It is late" data-when="early late"></b>', ["It is late"]),
        ('<script type="application/json">["Now", "⟦Later⟧"]</script>', ["Now"]),
        ('<div hidden>["/static/a.js", "Then"]</div>', ["Then"]),
        ("<option>\u2068Zagros\u2069 – \u2068Booth\u2069</option>", []),
        ('<button lang="en">English</button><script>let it = "be"</script>', []),
        ("<p>Monday 23 November 2026 (2 Azar 1405)</p>", []),
    ],
)
async def test_what_is_unmarked_is_seen(html: str, left: list[str]) -> None:
    assert marking.unmarked(html) == left


async def test_latin_digits_are_seen_where_people_read_them() -> None:
    page = (
        '<p>4 visits</p><p title="5">۴</p><bdi>6</bdi>'
        '<bdi dir="ltr">7</bdi><code>8</code><p>A5, UTF-8</p>'
    )
    assert marking.latin_digits(page) == ["4 visits", "5", "6"]

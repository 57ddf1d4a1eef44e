"""The guides say what stands on the pages, and show pictures that there are."""

import re
from functools import cache
from pathlib import Path

import pytest

from web import i18n

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = sorted((DOCS / "guides").glob("*.*.md"))
ROLES = {guide.name.split(".")[0] for guide in GUIDES}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_word_in_bold_stands_on_a_page(guide: Path) -> None:
    language = guide.stem.split(".")[1]
    quoted = re.findall(r"\*\*(.+?)\*\*", guide.read_text("utf-8"), re.DOTALL)
    assert quoted
    assert {" ".join(one.split()) for one in quoted} - _sentences(language) == set()


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_role_has_a_guide_in_each_language(language: str) -> None:
    roles = {g.name.split(".")[0] for g in GUIDES if g.name.endswith(f".{language}.md")}
    assert roles == ROLES
    assert len(roles) == 7


@pytest.mark.parametrize(
    "page",
    [*GUIDES, DOCS / "gallery.md", DOCS / "guides" / "README.md"],
    ids=lambda page: page.stem,
)
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    leads = re.findall(r'(?:src|href)="([^"#]+)"|\]\(([^)#]+)\)', text)
    paths = {one or other for one, other in leads}
    assert {lead for lead in paths if not (page.parent / lead).exists()} == set()


def test_the_gallery_shows_every_picture_and_stays_small() -> None:
    listed = (DOCS / "gallery.md").read_text("utf-8")
    pictures = list((DOCS / "gallery").iterdir())
    assert {
        one.name for one in pictures if f"gallery/{one.name}" not in listed
    } == set()
    assert sum(one.stat().st_size for one in pictures) < 7_500_000


@cache
def _sentences(language: str) -> set[str]:
    """Every sentence of the pages: the ids are the English ones."""
    files = sorted((i18n.LOCALE_FOLDER / "fa").glob("*.po"))
    messages = [one for one in i18n.merged("fa", files) if isinstance(one.id, str)]
    return {str(one.id if language == "en" else one.string) for one in messages}

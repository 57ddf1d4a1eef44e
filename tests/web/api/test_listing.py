"""The page for developers of other systems names what there is."""

from pathlib import Path

from web.api import ENDPOINTS, listing

PAGE = Path(__file__).parents[3] / "docs" / "api.md"
BEGIN, END = "<!-- endpoints -->\n", "\n<!-- /endpoints -->"


def test_the_page_lists_every_endpoint_as_it_is() -> None:
    text = PAGE.read_text(encoding="utf-8")
    listed = text.partition(BEGIN)[2].partition(END)[0]
    assert listed == listing.as_markdown(ENDPOINTS)

"""What each profession may do is data, and the document says the same."""

from pathlib import Path

from visitation.professionals.groups import ASKING, RIGHTS, as_markdown
from visitation.words import BY_PROFESSION, Profession

DOCUMENT = Path(__file__).parents[3] / "docs" / "professionals.md"


def test_every_profession_has_its_rights() -> None:
    assert set(RIGHTS) == set(Profession)


def test_the_document_has_the_table() -> None:
    assert as_markdown() in DOCUMENT.read_text(encoding="utf-8")


def test_whoever_has_clients_is_linked_by_profession() -> None:
    relations = {one.relation for one in RIGHTS.values() if one.relation}
    assert relations == BY_PROFESSION


def test_graduates_ask_for_no_licence() -> None:
    assert Profession.GRADUATE not in ASKING

"""Whether each file of tests is shared as what it is."""

from pathlib import Path

from tests.sharing import CALLS

HERE = Path(__file__).parent


def test_every_story_in_which_people_meet_is_one_of_the_calls() -> None:
    stories = {
        f"tests/browser/{story.name}"
        for story in (HERE / "browser").glob("test_*.py")
        if "sees_and_hears(" in story.read_text() or '"live")' in story.read_text()
    }
    assert {story for story in stories if not story.startswith(CALLS)} == set()


def test_every_call_is_there() -> None:
    assert [call for call in CALLS if not (HERE.parent / call).exists()] == []

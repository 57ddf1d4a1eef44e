"""Two or three kinds are offered where it is sure enough, and nothing elsewhere."""

from visitation.filing.classifier import Guess
from visitation.filing.suggesting import Confidence, Suggestion, offered, suggest
from visitation.words import CaseKind


def _guesses(**likely: float) -> list[Guess]:
    return [Guess(kind=CaseKind(name), likely=one) for name, one in likely.items()]


def test_the_likeliest_are_offered_with_how_sure_it_is() -> None:
    found = offered(_guesses(furlough=0.72, visit=0.2, release=0.06, pardon=0.02))

    assert found == (
        Suggestion(kind=CaseKind.FURLOUGH, confidence=Confidence.HIGH, tenths=7),
        Suggestion(kind=CaseKind.VISIT, confidence=Confidence.LOW, tenths=2),
        Suggestion(kind=CaseKind.RELEASE, confidence=Confidence.LOW, tenths=1),
    )


def test_no_more_than_three_are_offered_and_never_what_is_always_there() -> None:
    found = offered(
        _guesses(other=0.3, visit=0.3, release=0.15, pardon=0.13, status=0.12)
    )

    assert [one.kind for one in found] == [
        CaseKind.VISIT,
        CaseKind.RELEASE,
        CaseKind.PARDON,
    ]


def test_where_nothing_is_sure_a_clerk_sorts_it() -> None:
    assert offered(_guesses(visit=0.29, furlough=0.28)) == ()
    assert suggest("سلام") == ()
    assert suggest("") == ()


def test_what_is_plain_is_offered_first() -> None:
    first = suggest("برای پسرم مرخصی می‌خواهم")[0]

    assert (first.kind, first.confidence) == (CaseKind.FURLOUGH, Confidence.HIGH)

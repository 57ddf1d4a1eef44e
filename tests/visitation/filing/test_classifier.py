"""The classifier: learnt from the sentences there are, and often right."""

import hashlib
import json
import tomllib

import pytest

from visitation import persian
from visitation.filing import classifier, measuring, training
from visitation.filing.classifier import LEARNT
from visitation.filing.features import grams
from visitation.filing.training import Course, Labelled
from visitation.words import CaseKind

SENTENCES = training.sentences()
_QUICK = Course(rounds=3)


def test_what_is_kept_was_learnt_from_the_sentences_there_are() -> None:
    kept = json.loads(training.WEIGHTS.read_text("utf-8"))

    assert (
        kept["sentences"] == hashlib.sha256(training.SENTENCES.read_bytes()).hexdigest()
    ), "run make train"


def test_the_same_sentences_give_the_same_bytes() -> None:
    once, again = (
        training.written(training.learn(SENTENCES[:120], _QUICK), b"") for _ in "ab"
    )

    assert once == again
    assert json.loads(once)["kinds"] == [kind.value for kind in CaseKind]


def test_the_file_is_small() -> None:
    assert len(training.WEIGHTS.read_bytes()) < 300_000


def test_each_kind_has_sixty_sentences_and_no_two_are_alike() -> None:
    told = tomllib.loads(training.SENTENCES.read_text("utf-8"))
    folded = [persian.fold(one.text) for one in SENTENCES]

    assert {kind: len(some) >= 60 for kind, some in told.items()} == {
        kind.value: True for kind in CaseKind
    }
    assert len(set(folded)) == len(folded)


def test_what_was_never_learnt_is_mostly_understood_and_better_than_by_words() -> None:
    found = [
        one
        for one in measuring.answers(SENTENCES, folds=3, course=_QUICK)
        if one.meant is not CaseKind.OTHER
    ]
    right = sum(one.place == 1 for one in found) / len(found)
    among_three = sum(one.place <= 3 for one in found) / len(found)
    by_words = sum(one.by_words is one.meant for one in found) / len(found)

    assert right > 0.7
    assert among_three > 0.88
    assert right > by_words


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("پسرم چند روز مرخصي بياد خونه", CaseKind.FURLOUGH),
        ("مرخصی می خوام برا پسرم", CaseKind.FURLOUGH),
        ("آزادی مشروط شوهرم", CaseKind.RELEASE),
        ("انتقال به زندان نزديك", CaseKind.TRANSFER),
        ("دندونش درد ميكنه دکتر نمیبرنش", CaseKind.MEDICAL),
        ("یک ملاقات حضوری", CaseKind.VISIT),
        ("پول واریز کردم به کارتش نرسید", CaseKind.PHONE_MONEY),
        ("اسمش را برای عفو بنویسید", CaseKind.PARDON),
        ("از نگهبان شکایت دارم", CaseKind.COMPLAINT),
        ("پرونده به کجا رسیده", CaseKind.STATUS),
        ("سلام", CaseKind.OTHER),
    ],
)
def test_plain_words_are_understood(text: str, kind: CaseKind) -> None:
    assert LEARNT.guesses(text)[0].kind is kind


@pytest.mark.parametrize(
    "text", ["", " ", "۱۲۳۴۵", "?!", "qwerty", "\u200f\u200c", "🙂" * 9]
)
def test_what_is_no_sentence_is_nothing_sure(text: str) -> None:
    found = LEARNT.guesses(text)

    assert {guess.kind for guess in found} == set(CaseKind)
    assert sum(guess.likely for guess in found) == pytest.approx(1)
    assert found[0].kind is CaseKind.OTHER


def test_the_surest_stands_first() -> None:
    likely = [guess.likely for guess in LEARNT.guesses("می‌خواهم پسرم را ببینم")]

    assert likely == sorted(likely, reverse=True)


def test_however_it_is_typed_it_is_read_alike() -> None:
    assert grams("مرخصي مي‌خواهم ۱۲") == grams("مرخصی میخواهم")


def test_runs_of_letters_do_not_reach_over_a_word() -> None:
    assert grams("ab c") == {
        *(" a", "ab", "b ", " c", "c "),
        *(" ab", "ab ", " c "),
        " ab ",
    }


def test_a_long_text_is_read_from_its_beginning() -> None:
    start = "مرخصی برای پسرم " * 60

    assert grams(start) == grams(start + "شکایت")


def test_a_kind_without_sentences_is_said(tmp_path: object) -> None:
    file = training.Path(str(tmp_path)) / "sentences.toml"
    file.write_text('furlough = ["مرخصی"]', encoding="utf-8")

    with pytest.raises(ValueError, match="a list for each kind"):
        training.sentences(file)


def test_the_report_has_a_line_for_each_kind() -> None:
    found = list(measuring.answers(SENTENCES[:60], folds=2, course=_QUICK))
    lines = list(measuring.report(found))

    assert [line.split(" | ")[0] for line in lines[2:13]] == [
        f"| {name}" for name in (*(kind.value for kind in CaseKind), "all")
    ]


def test_what_is_learnt_is_read_as_it_was_written() -> None:
    learnt = training.learn(
        [Labelled("مرخصی مرخصی", CaseKind.FURLOUGH), Labelled("عفو", CaseKind.PARDON)],
        Course(rounds=5, seldom=1),
    )
    read = classifier.from_json(json.loads(training.written(learnt, b"")))

    assert read.guesses("عفو")[0].kind is CaseKind.PARDON

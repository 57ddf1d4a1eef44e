"""Every sentence for people has its Persian, and no Persian is left over."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from web import i18n

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}}
_COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
#: What programmers read, when a script was given what it cannot use.
_THROWN = re.compile(r"\bError\([^)]*\)|^\s*(//|/?\*).*$", re.MULTILINE)
_PERSIAN = re.compile("[\u0600-\u06ff]+")
_SENTENCE = re.compile(r"""["'`]([A-Z][a-z]+ [a-z]+|[^"'`\n]*[\u0600-\u06ff])""")
#: Arabic letters; an izafe that is no hamza; می apart from its verb; words that mean
#: what ثبت، انتخاب، کابین و رمز دوم say everywhere else.
_ODD = re.compile(
    r"[يكى]|ه\u200cی(?![\w\u200c])|\bن?می (?=\w)|رزرو|برگزی|پایانه|عامل دوم"
)
LANGUAGES = sorted(p.name for p in i18n.LOCALE_FOLDER.iterdir() if p.is_dir())


def said() -> dict[str | tuple[str, ...], str]:
    """Every message id in the web package, with a place where it stands."""
    found = extract_from_dir(
        ROOT / "web", METHODS, OPTIONS, keywords=KEYWORDS, strip_comment_tags=True
    )
    return {message: f"web/{file}:{line}" for file, line, message, _, _ in found}


def catalogue(language: str) -> Catalog:
    folder = i18n.LOCALE_FOLDER / language
    return i18n.merged(language, sorted(folder.glob("*.po")))


def test_sentences_are_found_in_every_kind_of_file() -> None:
    found = said()

    assert found["Sign in"].startswith("web/templates/")
    assert found["Give a whole number."].startswith("web/forms.py")
    assert ("%(num)s minute", "%(num)s minutes") in found


def test_templates_and_scripts_say_nothing_by_themselves() -> None:
    templates = {
        file: _COMMENT.sub("", file.read_text("utf-8"))
        for file in (ROOT / "web/templates").rglob("*.html")
    }
    scripts = {
        file: _THROWN.sub("", file.read_text("utf-8"))
        for file in (ROOT / "web/static/js").rglob("*.js")
        if "vendor" not in file.parts
    }
    said = {
        f"{file.relative_to(ROOT)}: {found[0]}"
        for written in (templates, scripts)
        for file, text in written.items()
        for found in (_PERSIAN if written is templates else _SENTENCE).finditer(text)
    }

    assert said == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    known = catalogue(language)
    missing = []
    for message, place in said().items():
        key = message if isinstance(message, str) else message[0]
        translated = known.get(key)
        if translated is None or not translated.string or translated.fuzzy:
            missing.append(f'#: {place}\nmsgid "{key}"\nmsgstr ""')

    assert missing == [], "add to a file of web/locale:\n" + "\n\n".join(missing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_translated_that_nobody_says(language: str) -> None:
    spoken = {m if isinstance(m, str) else m[0] for m in said()}
    kept = {m.id if isinstance(m.id, str) else m.id[0] for m in catalogue(language)}

    assert kept - spoken - {""} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_same_places_as_its_sentence(language: str) -> None:
    wrong = [
        f"{message.id}: {error}"
        for message in catalogue(language)
        if message.id
        for error in message.check()
    ]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_files_disagree(language: str) -> None:
    folder = i18n.LOCALE_FOLDER / language
    whole, wrong = catalogue(language), []
    for file in sorted(folder.glob("*.po")):
        for message in i18n.merged(language, [file]):
            key = message.id if isinstance(message.id, str) else message.id[0]
            agreed = whole.get(key)
            if key and agreed is not None and agreed.string != message.string:
                wrong.append(f"{file.name}: {key}")

    assert wrong == []


def test_persian_is_written_in_one_way() -> None:
    written = [
        *(Path(i18n.LOCALE_FOLDER) / "fa").glob("*.po"),
        ROOT / "visitation/wording/fa.toml",
    ]
    wrong = [
        f"{file.name}: {found[0]}"
        for file in written
        for found in _ODD.finditer(file.read_text("utf-8"))
    ]

    assert wrong == []


def test_the_first_of_two_files_is_used(tmp_path: Path) -> None:
    for name, persian in (("a", "یک"), ("b", "دو")):
        text = f'msgid "One"\nmsgstr "{persian}"\n'
        (tmp_path / f"{name}.po").write_text(text, encoding="utf-8")

    both = i18n.merged("fa", sorted(tmp_path.glob("*.po")))

    assert both["One"].string == "یک"


def test_a_language_nobody_speaks_gives_persian() -> None:
    assert i18n.negotiate({"fa", "en"}, None, "xx", None) == "fa"
    assert i18n.negotiate({"fa", "en"}, None, "en", "fa") == "en"

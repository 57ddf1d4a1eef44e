"""Every form that posts is sent once and loses nothing, or is told here why not."""

import re
from pathlib import Path

import web

TEMPLATES = Path(web.__file__).parent / "templates"
FORM = re.compile(r'<form\b[^>]*method="post"(?:[^>{]|\{\{.*?\}\}|\{%.*?%\})*>')
#: How a form is looked after: by a script that sends it without leaving the page, or by
#: the one that lets it go once.
LOOKED_AFTER = (
    *("submit-once", '"act"', '"ease"', '"ask-help"', "data-act", "data-taking"),
    *("data-locking", "data-part-of-call", "beside__form", '"{{ module }}"'),
    '"services"',
)
#: Only a button, or words to look for, which change nothing and may be sent twice.
HARMLESS = (
    *("look.look", "/look", "sign_in.leave", "language.choose", "terminal.over"),
    "clerk.code",
)


def test_every_form_that_posts_is_looked_after() -> None:
    bare = [
        f"{file.relative_to(TEMPLATES)}: {form}"
        for file in sorted(TEMPLATES.rglob("*.html"))
        for form in FORM.findall(file.read_text(encoding="utf-8"))
        if not any(mark in form for mark in (*LOOKED_AFTER, *HARMLESS))
    ]
    assert bare == []


def test_forms_are_found() -> None:
    whole = "".join(p.read_text(encoding="utf-8") for p in TEMPLATES.rglob("*.html"))
    assert len(FORM.findall(whole)) == whole.count('method="post"')

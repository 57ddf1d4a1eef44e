"""The page that shows every picture: by whose page it is, Persian beside English."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from tests.gallery.shots import CHAPTERS, LANGUAGES, SIZES, Shot
from tests.gallery.stories import STEPS

_HEAD = """# Gallery

Every page of the service, in Persian and in English, as `make screenshots` takes them
of the demonstration on an invented Saturday morning, with invented people. A page has
one picture at the size it is mostly seen at; what people look at most has three: a
phone ({phone}), a kiosk or tablet ({kiosk}) and a desk ({desk}). Press a picture to see
it alone. How one works with the pages stands in the [guides](guides/README.md).
"""
_NAMES: Mapping[str, str] = {
    "call": "In the call",
    "family": "Families, on their own phones",
    "kiosk": "Kiosks and terminals",
    "clerk": "Clerks",
    "warden": "Prison staff",
    "official": "Prosecutors and judges",
    "scheduler": "Schedulers",
    "administrator": "Administrators",
    "auditor": "Auditors",
}
#: Pictures of calls, which are no page of the registry.
CALLS: Sequence[tuple[str, str, tuple[str, ...]]] = (
    ("call-question", "May the visit be recorded?", ("phone", "kiosk")),
    ("call-family", "The family sees the prisoner and a prosecutor", tuple(SIZES)),
    ("call-terminal", "The prisoner at a terminal", ("kiosk",)),
    ("call-official", "A prosecutor, with what is asked for beside", ("phone", "desk")),
    ("call-warden-wall", "Staff watch it in the tile of its terminal", ("desk",)),
)
_WIDTHS = {"phone": 200, "kiosk": 360, "desk": 400}


def written(shots: Sequence[Shot], titles: Mapping[str, str]) -> str:
    """The index as Markdown; titles are those of the English pages."""
    measures = {size: f"{wide} × {high}" for size, (wide, high) in SIZES.items()}
    links = " · ".join(f"[{_NAMES[one]}](#{_anchor(one)})" for one in _NAMES)
    parts = [_HEAD.format(**measures), links, f"\n## {_NAMES['call']}\n"]
    parts += [_entry(name, title, sizes) for name, title, sizes in CALLS]
    by_chapter = {c: list(some) for c, some in groupby(shots, key=lambda s: s.chapter)}
    for chapter in CHAPTERS:
        parts.append(f"\n## {_NAMES[chapter]}\n")
        named = {one.name: one.sizes for one in by_chapter.get(chapter, ())}
        steps = {n: (size,) for n, (whose, size) in STEPS.items() if whose == chapter}
        parts += [
            _entry(name, titles[name], sizes)
            for name, sizes in sorted((named | steps).items())
        ]
    return "\n".join(parts) + "\n"


def _entry(name: str, title: str, sizes: Sequence[str]) -> str:
    rows = [f"### {title}\n"]
    for size in sizes:
        pictures = (_picture(name, language, size, title) for language in LANGUAGES)
        rows.append(" ".join(pictures) + "\n")
    return "\n".join(rows)


def _picture(name: str, language: str, size: str, title: str) -> str:
    file = f"gallery/{name}.{language}.{size}.webp"
    words = title.replace('"', "&quot;")
    image = f'<img src="{file}" width="{_WIDTHS[size]}" alt="{words} ({language})">'
    return f'<a href="{file}">{image}</a>'


def _anchor(chapter: str) -> str:
    return _NAMES[chapter].lower().replace(",", "").replace(" ", "-")

"""Which pages are in the gallery, under whose name, and at which sizes.

Every route that answers with a page is there once; what families look at most, and
whoever works with a page all day, is there at three sizes.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.pages.stage import Address

PHONE, KIOSK, DESK = "phone", "kiosk", "desk"
SIZES: Mapping[str, tuple[int, int]] = {
    PHONE: (375, 740),
    KIOSK: (1024, 768),
    DESK: (1280, 800),
}
#: How large a picture is kept: small enough to keep many, large enough to read.
SCALES: Mapping[str, float] = {PHONE: 0.9, KIOSK: 0.7, DESK: 0.625}
LANGUAGES: Final = ("fa", "en")

#: Chapters of the gallery: at which size first, and behind which doors.
CHAPTERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "family": (
        PHONE,
        ("phone", "nobody", "early", "after", "shared", "alone", "family", "lawyer"),
    ),
    "kiosk": (KIOSK, ("kiosk", "seated", "elsewhere", "terminal")),
    "clerk": (DESK, ("clerk",)),
    "warden": (DESK, ("warden",)),
    "official": (DESK, ("official", "deputy")),
    "scheduler": (DESK, ("scheduler",)),
    "administrator": (DESK, ("administrator",)),
    "auditor": (DESK, ("auditor",)),
}
#: Routes that several roles open, and whose they are here. The first that fits.
_WHOSE = (
    (r"/station|/join/seat|/pair", "kiosk"),
    (r"/sign-in$|/sign-in/second", "administrator"),
    (r"/(clerk|asking|handover|points|tickets|call-list|help-calls|wishes)\b", "clerk"),
    (r"/(warden|duty)\b", "warden"),
    (r"/official\b", "official"),
    (r"/(accounts|provinces|policies|system|gateways|account)\b", "administrator"),
    (r"/(audit|recordings)\b", "auditor"),
)
#: States that are not a route of their own.
STATES: Mapping[tuple[str, str], str] = {
    ("scheduler", "/schedule ?by,day,site"): "schedule-by-kiosk",
    ("scheduler", "/schedule ?by,day,move,site"): "schedule-move",
    ("scheduler", "/search ?find"): "search",
    ("nobody", "/join wrong"): "join-wrong",
    ("kiosk", "/join"): "join",
    ("nobody", "/station"): "station-unpaired",
    ("phone", "/mine/people/new left empty"): "mine-people-new-empty",
    ("scheduler", "/visitors/new left empty"): "visitors-new-empty",
}
#: What is taken at every size.
EVERY_SIZE = frozenset(
    (
        "family-home",
        "family-join",
        "family-mine",
        "family-mine-book-days",
        "family-mine-book-times",
        "family-mine-visits",
        "family-check",
        "kiosk-station",
        "clerk-clerk",
        "clerk-clerk-queue",
        "clerk-asking-times",
        "warden-warden",
        "official-official",
        "official-official-beside",
        "scheduler-staff",
        "scheduler-schedule",
        "scheduler-schedule-week",
        "scheduler-overview",
        "scheduler-requests",
        "auditor-audit",
    )
)
#: Every role has a first page of its own; of other routes one picture is enough.
_OF_EACH = frozenset(("staff",))
#: The calls, and the steps of a booking, have pictures of their own.
_NO_PAGE = re.compile(
    r"/call/|/look$|.*\.(ics|csv)$|/photos/|/mine/held/{hold}$|/booking"
)
#: Who is asked first for a page that several open.
_DOORS = (
    *("phone", "nobody", "early", "after", "shared", "alone", "family"),
    *("kiosk", "seated", "elsewhere", "terminal", "scheduler", "clerk", "warden"),
    *("official", "deputy", "administrator", "auditor", "lawyer"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One page, what its pictures are called, and the sizes it is taken at."""

    chapter: str
    name: str
    address: Address
    sizes: Sequence[str]


def chosen(fullness: Mapping[Address, int]) -> list[Shot]:
    """A shot of every route and of the states above, chapter by chapter.

    Args:
        fullness: every page, with how much stands on it; of two that are alike the
            fuller one is taken.
    """
    shots: dict[str, Shot] = {}
    seen = [one for one in fullness if one.door in _DOORS]
    routes = {_route(one) for one in seen}
    for one in sorted(seen, key=lambda one: _preference(one, fullness[one])):
        chapter, title = _chapter(one), _title(one, routes)
        if chapter is None or title is None:
            continue
        name = f"{chapter}-{title}"
        is_own = title in _OF_EACH or (one.door, one.kind) in STATES
        alike = name if is_own else title
        sizes = tuple(SIZES) if name in EVERY_SIZE else (CHAPTERS[chapter][0],)
        shots.setdefault(
            alike, Shot(chapter=chapter, name=name, address=one, sizes=sizes)
        )
    chapters = list(CHAPTERS)
    return sorted(shots.values(), key=lambda s: (chapters.index(s.chapter), s.name))


def _preference(one: Address, fullness: int) -> tuple[int, bool, int]:
    """Whose page it is; then the page itself before its steps; then the fullest."""
    state = one.kind.partition(" ")[2]
    return (_DOORS.index(one.door), not _is_plain(state), -fullness)


def _chapter(one: Address) -> str | None:
    whose = next((who for way, who in _WHOSE if re.match(way, _route(one))), None)
    behind = next((c for c, (_, doors) in CHAPTERS.items() if one.door in doors), None)
    if one.door == "nobody" and whose:
        return whose
    return behind if whose in {None, behind} else None


def _title(one: Address, routes: Collection[str]) -> str | None:
    """What a picture is called; None for states that are not in the gallery.

    One of a list is called otherwise than the list, if that has a route.
    """
    if named := STATES.get((one.door, one.kind)):
        return named
    route, _, state = one.kind.partition(" ")
    if one.status != 200 or _NO_PAGE.match(route) or one.path.endswith("/none"):
        return None
    if not (_is_plain(state) or state == "step" or state.startswith("?")):
        return None
    each = "-one" if re.sub(r"/\{\w+\}$", "", route) in routes - {route} else ""
    words = re.sub(r"[^a-z]+", "-", re.sub(r"\{.*?\}", "", route)).strip("-")
    return words + each or "home"


def _is_plain(state: str) -> bool:
    return not state or state.startswith("#")


def _route(one: Address) -> str:
    return one.kind.partition(" ")[0]

"""What cannot be taken back is asked about first, or stands on a page of its own."""

import re
from pathlib import Path

import web

TEMPLATES = Path(web.__file__).parent / "templates"
DANGER = re.compile(r'\{\{ (?:post_)?button\([^}]*kind="danger"[^}]*\}\}')
#: Pages that one comes to on purpose and that say what follows.
OWN_PAGE = frozenset(
    {
        *("admin/confirm.html", "admin/closure_new.html"),
        *("admin/account_factor.html", "terminal/taken.html", "people/transfer.html"),
        *("people/bar_new.html", "people/release.html", "family/own_cancel.html"),
        *("official/visit.html", "admin/parts.html", "recordings/delete.html"),
    }
)
#: Taken back by a button in the same place.
TAKEN_BACK = frozenset(
    {"admin/station.html", "admin/holiday.html", "clerk/equipment.html"}
)


def test_what_is_red_asks_first_or_is_taken_back() -> None:
    unasked = {
        str(file.relative_to(TEMPLATES))
        for file in TEMPLATES.rglob("*.html")
        for button in DANGER.findall(file.read_text(encoding="utf-8"))
        if "confirm=" not in button
    }

    assert unasked - OWN_PAGE - TAKEN_BACK == set()

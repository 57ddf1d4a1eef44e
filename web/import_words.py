"""What people read about files and rows: a sentence for each code, and what to do next.

The report of a row has codes; here are their words. Codes of the booking rules and of
use cases have theirs in `refusals`.
"""

from collections.abc import Mapping

from visitation.imports import BadSheet, Kind, Line, RowOutcome
from web import refusals
from web.i18n import N_, _

#: Why a row was refused, or what to look at although it went in.
ROWS: Mapping[str, str] = {
    "cell_missing": N_("This must be filled in."),
    "cell_too_long": N_("This is too long. Shorten it."),
    "cell_unseen": N_("This has characters that cannot be seen. Type it again."),
    "cell_no_day": N_("This is no day. Write it like 1405/09/02, or 2026-11-23."),
    "cell_no_time": N_("This is no time. Write it like 10:30."),
    "cell_no_yes": N_("Write yes or no, or leave it empty."),
    "cell_no_choice": N_(
        "This word is not known here. The guide lists those that are."
    ),
    "too_many_cells": N_(
        "The row has more cells than there are headings. Put text with a comma in "
        "quotation marks."
    ),
    "import_repeated": N_("An earlier row says this already. Remove one of the two."),
    "import_not_found": N_("What the row names does not exist, or not for you."),
    "import_unknown_prison": N_(
        "There is no such prison within your reach. Check the name, or use its number."
    ),
    "import_several_prisons": N_(
        "Several prisons have this name. Fill in the province too."
    ),
    "import_unknown_prisoner": N_(
        "No prisoner within your reach has this. Check it, or add the prisoner first."
    ),
    "import_not_the_same": N_(
        "The national ID and the number belong to different people. Check both."
    ),
    "import_elsewhere": N_(
        "This person is in another prison now. Record a transfer instead."
    ),
    "import_id_known": N_("Another prisoner has this national ID. Check it."),
    "import_number_taken": N_(
        "Somebody else has this number in that prison. Check the number; a new name is "
        "corrected on the prisoner's page."
    ),
    "import_namesake": N_(
        "Somebody of this name is in this prison under another number. If it is the "
        "same person, keep one of them."
    ),
    "import_is_released": N_(
        "The service has this person as released. If they are back, record that."
    ),
    "import_has_arrived": N_(
        "Nobody has the old number any more; whoever has the new one is taken for them."
    ),
    "import_no_day_back": N_("Who comes back needs no day of release. Leave it empty."),
    "import_no_contact": N_(
        "This visitor is no contact of the prisoner. Add the contact first."
    ),
    "import_several_contacts": N_(
        "Several contacts of the prisoner have this name. Use the national ID."
    ),
    "import_unknown_terminal": N_(
        "The prison has no terminal of this name. Leave it empty for any."
    ),
    "import_unknown_kiosk": N_(
        "There is no such kiosk within your reach. Check its name and its place."
    ),
    "import_several_kiosks": N_("Several kiosks fit. Name the place and the kiosk."),
    "import_overtaken": N_(
        "Somebody else changed the same at this moment. Send the row again."
    ),
    "import_key_used": N_(
        "Another visit has this name already. Move that visit, or use another name."
    ),
}
#: Why nothing of a file went in.
SHEETS: Mapping[str, str] = {
    "empty": N_("The file is empty. Its first row names the columns."),
    "not_utf8": N_(
        "The file is not UTF-8. Save it as “CSV UTF-8” and send it again; Windows-1256 "
        "and UTF-16 are not read."
    ),
    "not_csv": N_(
        "The file cannot be read from this row on. A quotation mark may not be closed."
    ),
    "not_json": N_("The file is no JSON."),
    "not_json_rows": N_("The JSON must be a list of objects with plain values."),
    "too_many_rows": N_(
        "These are too many rows for a page. Part the file, or have it imported from "
        "the command line."
    ),
    "json_too_large": N_("So large a file must be CSV."),
    "missing_columns": N_("These columns are missing: %(columns)s"),
    "unknown_columns": N_("These columns are not known: %(columns)s"),
    "repeated_columns": N_("These columns are there twice: %(columns)s"),
}
OUTCOMES: Mapping[RowOutcome, str] = {
    RowOutcome.CREATED: N_("new"),
    RowOutcome.CHANGED: N_("changed"),
    RowOutcome.UNCHANGED: N_("as it was"),
    RowOutcome.REFUSED: N_("refused"),
}
KINDS: Mapping[Kind, str] = {
    Kind.PRISONERS: N_("Prisoners"),
    Kind.TRANSFERS: N_("Transfers"),
    Kind.RELEASES: N_("Releases"),
    Kind.APPOINTMENTS: N_("Court and medical appointments"),
    Kind.RESTRICTIONS: N_("Judges' orders"),
    Kind.VISITS: N_("Visits to book"),
}


def sentence(code: str) -> str:
    """What a code says about a row, in the language being spoken."""
    return _(ROWS[code]) if code in ROWS else refusals.sentence(code)


def sentences(line: Line) -> list[str]:
    """Every sentence about a row."""
    return [sentence(code) for code in line.reasons]


def whole(bad: BadSheet) -> str:
    """Why nothing of a file went in, in the language being spoken."""
    return _(SHEETS[bad.reason], columns=", ".join(bad.columns))

"""The sentences for what is refused about officials: their hours and attendance."""

from collections.abc import Mapping

from web.i18n import N_

OFFICIALS: Mapping[str, str] = {
    "hours_overlap": N_(
        "There are hours on this day of the week already. End those first."
    ),
    "cover_too_long": N_("An official attends for 14 hours at most. Make it shorter."),
    "not_an_official": N_("This account is no official's in use. Choose another."),
    "prison_or_day": N_("Choose a prison, or a day of a mobile office."),
    "nobody_to_sit_beside": N_(
        "The family comes to no office, so nobody can sit beside it. Choose a desk or "
        "a phone."
    ),
    "beside_on_village_days": N_(
        "An official sits beside families on a village day only. Choose a desk or a "
        "phone, or a village day."
    ),
    "by_a_cover": N_(
        "The official attends the whole session. Change from where for all of it, "
        "among the prosecutors."
    ),
    "another_day": N_(
        "The mobile office is on the road on another day. Leave the day empty."
    ),
    "not_open_then": N_(
        "Nothing takes place there on that day. Choose another day, or write the hours."
    ),
    "blank_left": N_("There is still “…” in the text. Fill it in, or take it out."),
}

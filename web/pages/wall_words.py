"""What the wall's scripts say beside what the call page's say."""

from collections.abc import Mapping

from visitation.words import Part
from web.i18n import N_, _
from web.pages.call_words import words

_SAID: Mapping[str, str] = {
    "watch": N_("Watch here"),
    "unwatch": N_("Stop watching"),
    "sound_on": N_("Sound on"),
    "sound_off": N_("Sound off"),
    "nobody": N_("Nobody is in the picture yet."),
    "elsewhere": N_("You watch this visit in another window."),
    "gone": N_("This visit can no longer be watched."),
}


def pane_words() -> dict[str, str]:
    """Everything, in the language being spoken."""
    return words(Part.MONITOR) | {f"pane_{key}": _(text) for key, text in _SAID.items()}

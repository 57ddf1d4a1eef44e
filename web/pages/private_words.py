"""What the scripts of a privileged visit say about what protects it."""

from collections.abc import Mapping

from web.i18n import N_, _

_SAID: Mapping[str, str] = {
    "level_agreeing": N_("Agreeing on keys"),
    "level_ends": N_("End-to-end encrypted: compare the words"),
    "level_compared": N_("End-to-end encrypted, words compared"),
    "level_transport": N_("Encrypted on the way only"),
    "level_less": N_("Encrypted on the way only, end-to-end no longer"),
    "level_stopped": N_("Nothing of you is sent"),
    "level_refused": N_("Nothing of you is sent: the words differ"),
    "is_alone": N_(
        "Nobody else is in the visit yet. When somebody comes, your browsers "
        "agree on keys."
    ),
    "is_agreeing": N_(
        "Your browsers agree on keys. Until they have, nobody can see or hear you."
    ),
    "is_ends": N_(
        "Only those in this visit can see and hear each other. The service "
        "passes picture and sound on and cannot open them."
    ),
    "is_transport": N_(
        "Picture and sound are encrypted between each of you and the service, "
        "and the service could open them on the way. It keeps no recording, and "
        "nobody can watch."
    ),
    "was": N_("It was end-to-end encrypted before, and now it is not."),
    "is_stopped": N_(
        "This visit is not encrypted from end to end any more. Nothing of you "
        "is sent until you decide."
    ),
    "is_refused": N_(
        "The words differ, so somebody may stand between you. Nothing of you is "
        "sent now."
    ),
    "own_browser": N_("Your browser cannot encrypt from end to end."),
    "own_codec": N_("Your browser has no form of picture that can be encrypted so."),
    "own_worker": N_("What encrypts in your browser has stopped. Load the page again."),
    "their_browser": N_("The browser of {name} cannot encrypt from end to end."),
    "their_codec": N_(
        "The browser of {name} has no form of picture that can be encrypted so."
    ),
    "their_worker": N_("What encrypts in the browser of {name} has stopped."),
    "their_silent": N_("The browser of {name} does not answer when asked for keys."),
    "how": N_(
        "Read the four words to each other. Are they the same, then nobody "
        "stands between you. Who reads another language compares the numbers."
    ),
    "again": N_(
        "The words are new, because somebody came in or loaded the page again. "
        "Compare them once more."
    ),
    "compared": N_("You have compared the words: nobody stands between you."),
}


def private_words() -> dict[str, str]:
    """Everything, in the language being spoken."""
    return {key: _(text) for key, text in _SAID.items()}

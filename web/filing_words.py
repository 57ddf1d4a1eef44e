"""What the guided path says on its pages: questions, options, how sure, how it stands.

The path itself is in `visitation.filing`; a test keeps these tables as long as it is.
"""

from collections.abc import Mapping

from visitation.filing.suggesting import Confidence
from visitation.words import CaseState
from web.i18n import N_

QUESTIONS: Mapping[str, str] = {
    "what": N_("What would you like to ask for?"),
    "home": N_("Come home: for how long?"),
    "good": N_("Come home for good: how?"),
    "life": N_("What is it about?"),
    "case": N_("What is it about the case file?"),
}
#: By the name of the question and of the option: in a word or two, and a little more.
OPTIONS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("what", "home"): (N_("To come home"), N_("For a few days, or for good")),
    ("what", "see"): (N_("To see each other"), N_("A visit, in person or more often")),
    ("what", "life"): (
        N_("Life in prison"),
        N_("Illness, another prison, telephone, money, complaint"),
    ),
    ("what", "case"): (N_("The case file"), N_("What became of it, and anything else")),
    ("what", "words"): (
        N_("In my own words"),
        N_("Write it as you would say it; we look what it is"),
    ),
    ("home", "days"): (N_("For a few days"), N_("Furlough, then back to prison")),
    ("home", "good"): (N_("For good"), N_("Released earlier, or pardoned")),
    ("good", "early"): (
        N_("Released earlier"),
        N_("Conditional release, before the sentence is over"),
    ),
    ("good", "forgiven"): (N_("Pardoned"), N_("The sentence forgiven or made shorter")),
    ("life", "ill"): (N_("Illness"), N_("A doctor, medicine or a hospital")),
    ("life", "elsewhere"): (N_("Another prison"), N_("One nearer home, for example")),
    ("life", "means"): (
        N_("Telephone or money"),
        N_("A telephone card, or money that did not arrive"),
    ),
    ("life", "wrong"): (
        N_("A complaint"),
        N_("Somebody was treated badly. The prison does not read it"),
    ),
    ("case", "became"): (
        N_("What became of it"),
        N_("How far it is, and what is next"),
    ),
    ("case", "other"): (N_("Something else"), N_("A clerk reads it and sorts it")),
}
CONFIDENCE: Mapping[Confidence, str] = {
    Confidence.HIGH: N_("Most likely this"),
    Confidence.FAIR: N_("Probably this"),
    Confidence.LOW: N_("Perhaps this"),
}
#: How a request stands, said to the family.
STANDS: Mapping[CaseState, str] = {
    CaseState.SUBMITTED: N_("We have it. Somebody will take it up."),
    CaseState.IN_PROGRESS: N_("Somebody is working on it."),
    CaseState.REFERRED: N_("It was passed on to whoever decides it."),
    CaseState.REOPENED: N_("It is being looked at again."),
    CaseState.APPEALED: N_("Somebody else looks at it once more."),
    CaseState.GRANTED: N_("The answer is yes."),
    CaseState.DENIED: N_("The answer is no. The office tells you what you can do now."),
    CaseState.WITHDRAWN: N_("It was withdrawn."),
}

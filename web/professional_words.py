"""The words for people beside a prisoner, by family or by profession.

What they are, and where a licence or a mandate stands.
"""

from collections.abc import Mapping
from enum import StrEnum

from visitation.words import LicenceState, MandateState, Profession, Relation
from web.i18n import N_

PROFESSIONAL_LABELS: Mapping[type[StrEnum], Mapping[str, str]] = {
    Profession: {
        Profession.LAWYER: N_("Lawyer"),
        Profession.EXPERT: N_("Court expert"),
        Profession.REPRESENTATIVE: N_("Legal representative of an agency"),
        Profession.GRADUATE: N_("Law graduate"),
    },
    LicenceState: {
        LicenceState.ASKED: N_("Waiting for a decision"),
        LicenceState.VERIFIED: N_("Verified"),
        LicenceState.REFUSED: N_("Refused"),
        LicenceState.REVOKED: N_("Revoked"),
        LicenceState.ENDED: N_("Ended"),
        LicenceState.EXPIRED: N_("Run out"),
    },
    MandateState: {
        MandateState.ASKED: N_("Waiting for a decision"),
        MandateState.APPROVED: N_("Approved"),
        MandateState.REFUSED: N_("Refused"),
        MandateState.ENDED: N_("Ended"),
    },
    Relation: {
        Relation.SPOUSE: N_("Spouse"),
        Relation.PARENT: N_("Parent"),
        Relation.CHILD: N_("Child"),
        Relation.SIBLING: N_("Sister or brother"),
        Relation.GRANDPARENT: N_("Grandparent"),
        Relation.RELATIVE: N_("Other relative"),
        Relation.FRIEND: N_("Friend"),
        Relation.LAWYER: N_("Lawyer"),
        Relation.EXPERT: N_("Court expert"),
        Relation.REPRESENTATIVE: N_("Legal representative of an agency"),
    },
}
#: How a tag shows where a licence stands; a visit that expired looks otherwise.
TONES: Mapping[LicenceState, str] = {
    LicenceState.ASKED: "calm",
    LicenceState.VERIFIED: "good",
    LicenceState.REVOKED: "bad",
    LicenceState.EXPIRED: "warn",
}

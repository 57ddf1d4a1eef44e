"""The vocabularies of professionals: who they are, licences, mandates.

Values are stored.
"""

from enum import StrEnum


class Profession(StrEnum):
    """What somebody is by profession, to whom the law gives rights of their own."""

    LAWYER = "lawyer"
    EXPERT = "expert"
    REPRESENTATIVE = "representative"
    GRADUATE = "graduate"


class LicenceState(StrEnum):
    """Where a licence stands; that it has expired is computed and never stored."""

    ASKED = "asked"
    VERIFIED = "verified"
    REFUSED = "refused"
    REVOKED = "revoked"
    ENDED = "ended"
    EXPIRED = "expired"


class MandateState(StrEnum):
    """Whether somebody may act for a prisoner."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"

"""Who people are: accounts, visitors and prisoners, and what links them."""

from enum import StrEnum


class Role(StrEnum):
    """What an account may be; one each."""

    FAMILY = "family"
    CLERK = "clerk"
    WARDEN = "warden"
    OFFICIAL = "official"
    SCHEDULER = "scheduler"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


#: Every role that signs in with a password.
STAFF = frozenset(Role) - {Role.FAMILY}


class ContactState(StrEnum):
    """How far the link between a visitor and a prisoner is approved."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    BANNED = "banned"


class LinkState(StrEnum):
    """What became of a family's wish to be linked to a prisoner."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


class Relation(StrEnum):
    """What a visitor is to a prisoner."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    RELATIVE = "relative"
    FRIEND = "friend"
    LAWYER = "lawyer"
    EXPERT = "expert"
    REPRESENTATIVE = "representative"


#: Who visits a prisoner by profession: confidentially, and as no family.
BY_PROFESSION = frozenset({Relation.LAWYER, Relation.EXPERT, Relation.REPRESENTATIVE})


class TransferReason(StrEnum):
    """Why a prisoner was taken to another prison."""

    NEARER = "nearer"
    COURT = "court"
    MEDICAL = "medical"
    ROOM = "room"
    ORDER = "order"
    OTHER = "other"

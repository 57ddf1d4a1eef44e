"""The vocabularies of services done at a point. Values are stored."""

from enum import StrEnum


class ServiceKind(StrEnum):
    """What is done for somebody at a point."""

    VISIT = "visit"
    PETITION = "petition"
    COMPLAINT = "complaint"
    BRIEF = "brief"
    DECLARATION = "declaration"
    SANA = "sana"
    NO_RECORD = "no_record"
    REGISTRY = "registry"
    FORENSIC = "forensic"
    LIVELIHOOD = "livelihood"
    PUBLIC_RIGHTS = "public_rights"
    OTHER = "other"


class ServiceChannel(StrEnum):
    """Whether staff did a service, or people did it themselves at the point."""

    STAFF = "staff"
    SELF = "self"

"""The vocabularies of what other systems are told. Values are stored and sent."""

from enum import StrEnum


class Topic(StrEnum):
    """What has happened."""

    CASE_STEP = "case.step"
    VISIT_CLOSED = "visit.closed"
    SERVICE_RECORDED = "service.recorded"
    SERVICE_WITHDRAWN = "service.withdrawn"
    TEST = "webhook.test"


class PostState(StrEnum):
    """Where the sending of one event to one receiver stands."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"


#: What a receiver chooses from; a test comes to whoever asks for one.
TOPICS = (
    Topic.CASE_STEP,
    Topic.VISIT_CLOSED,
    Topic.SERVICE_RECORDED,
    Topic.SERVICE_WITHDRAWN,
)

"""The ways out for messages: the console, and Twilio."""

from scheduler.gateways.console import Console
from scheduler.gateways.gateway import (
    Delivery,
    Fate,
    Gateway,
    Letter,
    Misconfigured,
    OptedOut,
    Permanent,
    Sent,
    Temporary,
    Unknown,
)
from scheduler.gateways.twilio import Twilio, TwilioSettings

__all__ = [
    "Console",
    "Delivery",
    "Fate",
    "Gateway",
    "Letter",
    "Misconfigured",
    "OptedOut",
    "Permanent",
    "Sent",
    "Temporary",
    "Twilio",
    "TwilioSettings",
    "Unknown",
]

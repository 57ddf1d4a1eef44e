"""The ways out for messages: the console, Twilio, and providers with a description."""

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
from scheduler.gateways.http import Https, HttpSettings
from scheduler.gateways.twilio import Twilio, TwilioSettings

__all__ = [
    "Console",
    "Delivery",
    "Fate",
    "Gateway",
    "HttpSettings",
    "Https",
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

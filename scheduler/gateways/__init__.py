"""The ways out for messages: the console, and Twilio."""

from scheduler.gateways.console import Console
from scheduler.gateways.gateway import Gateway, Permanent, Sent, Temporary, Unknown
from scheduler.gateways.twilio import Twilio, TwilioSettings

__all__ = [
    "Console",
    "Gateway",
    "Permanent",
    "Sent",
    "Temporary",
    "Twilio",
    "TwilioSettings",
    "Unknown",
]

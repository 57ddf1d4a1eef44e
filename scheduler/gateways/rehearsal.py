"""Whether an account's settings fit the description it is used with.

Every request that would be made is made for a sample, and sent nowhere. Gives a line
with the setting's name for everything that is wrong.
"""

from collections.abc import Iterator
from datetime import timedelta

from scheduler.gateways import places
from scheduler.gateways.description import Ask
from scheduler.gateways.gateway import Letter
from scheduler.gateways.http import HttpSettings, request_for, takes_text
from scheduler.gateways.places import Pattern
from visitation import wording
from visitation.errors import VisitationError
from visitation.wording import WORDINGS, Template
from visitation.words import Channel


def problems(settings: HttpSettings) -> tuple[str, ...]:
    """Everything because of which this account could not send."""
    found = (*_missing(settings), *_patterns(settings), *_channels(settings))
    return found or tuple(_unmade(settings))


def _missing(settings: HttpSettings) -> Iterator[str]:
    described = settings.description
    used = [a for a in (described.text, described.pattern, described.voice) if a]
    heads = [described.headers, *(ask.headers for ask in used)]
    named = {name for ask in used for name in _named(ask)} | set(places.places(heads))
    if "key" in named and not settings.key:
        yield "key: is missing, or key_file"
    pattern = described.pattern if settings.patterns else None
    if pattern and "sender" in _named(pattern) and not settings.sender:
        yield "sender: is missing: patterns are sent from a line too"


def _patterns(settings: HttpSettings) -> Iterator[str]:
    if settings.patterns and settings.description.pattern is None:
        yield "patterns: this provider is described without them"
        return
    for (template, language), pattern in settings.patterns.items():
        where = f"patterns.{template}.{language}"
        if language not in wording.CATALOGUES:
            yield f"{where}: there are no messages in this language"
        yield from (
            f"{where}.{said}" for said in _of_pattern(settings, template, pattern)
        )
    lacking = [
        f"{template}.{language}"
        for template in Template
        for language in sorted(wording.CATALOGUES)
        if (template, language) not in settings.patterns
    ]
    if lacking and not takes_text(settings):
        first = ", ".join(lacking[:3])
        yield (
            f"patterns: {len(lacking)} are missing, {first} among them; "
            "or set sender, and those are sent as free text"
        )


def _of_pattern(
    settings: HttpSettings, template: Template, pattern: Pattern
) -> Iterator[str]:
    known = {*WORDINGS[template].limits, "link"}
    for name in pattern.variables:
        if name and name not in known:
            yield f"variables: {name} is none of {', '.join(sorted(known))}"
    ask = settings.description.pattern
    slots = ask.variables.slots if ask and ask.variables else ()
    if slots and len(pattern.variables) > len(slots):
        yield f"variables: there is room for {len(slots)}"


def _channels(settings: HttpSettings) -> Iterator[str]:
    if Channel.VOICE in settings.channels and settings.description.voice is None:
        yield "channels: this provider is described without calls"


def _unmade(settings: HttpSettings) -> Iterator[str]:
    keys = [*settings.patterns, (Template.BOOKED, "")]
    for template, language in keys:
        for channel in sorted(settings.channels):
            try:
                request_for(_sample(template, language, channel), settings)
            except ValueError as error:
                yield f"sender, or the id of a pattern: should be a number: {error}"
            except VisitationError:
                # Said above, or of this sample only.
                continue


def _sample(template: Template, language: str, channel: Channel) -> Letter:
    return Letter(
        reference="1",
        phone="+989120000000",
        text="-",
        template=template,
        language=language,
        variables=dict.fromkeys(WORDINGS[template].limits, "1"),
        channel=channel,
        validity=timedelta(hours=1),
    )


def _named(ask: Ask) -> set[str]:
    return {*places.places(ask.body), *places.places(ask.path)}

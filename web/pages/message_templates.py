"""What every text message says, in each language, and what it costs at its longest.

Reads the catalogues only. What is said is changed there, not here.
"""

from datetime import date
from typing import Any

from aiohttp import web

from scheduler.rungs import LADDERS, Rung
from visitation import wording
from visitation.wording import CATALOGUES, WORDINGS, Template
from visitation.words import Channel
from web import costs, i18n, labels
from web.i18n import N_, _
from web.pages.messages import READERS
from web.render import render
from web.routing import Route

_RUNGS = {
    Rung.AGAIN: N_("sent again"),
    Rung.HELPER: N_("sent to the helper"),
    Rung.CALL: N_("rung up by staff"),
}
#: Values as people would read them, a place and a decision; each is cut to its limit.
_EXAMPLES = {
    "fa": ("دفتر خدمات قضایی", "موافقت شد"),
    "en": ("Service office 2", "granted"),
}
_DAY = date(2026, 11, 23)


async def index(request: web.Request) -> web.Response:
    """Every template: an example, its length, and what follows if it is lost."""
    return render(
        request,
        "visits/message_templates.html",
        templates=[_template(one) for one in Template],
        cost=costs.cost(request, 1),
    )


def _template(template: Template) -> dict[str, Any]:
    known = WORDINGS[template]
    return {
        "name": labels.label(template),
        "key": template.value,
        "waits": known.quiet,
        "rungs": [_(_RUNGS[rung]) for rung in LADDERS[template]],
        "texts": [_text(template, language) for language in CATALOGUES],
    }


def _text(template: Template, language: str) -> dict[str, Any]:
    longest = wording.longest(template, CATALOGUES[language].text[template])
    values = example(language)
    return {
        "language": language,
        "name": i18n.LANGUAGE_NAMES.get(language, language),
        "text": wording.render(template, language, values),
        "aloud": wording.render(template, language, values, channel=Channel.VOICE),
        "units": wording.units(longest),
        "segments": wording.segments(longest),
    }


def example(language: str) -> dict[str, str]:
    """Values for every place that a template may have."""
    place, decision = _EXAMPLES.get(language, _EXAMPLES["fa"])
    numbers = {
        "time": "10:30",
        "until": "12:45",
        "code": "482916",
        "number": "1405/12",
    }
    return {
        name: wording.digits(value, language) for name, value in numbers.items()
    } | {
        "day": wording.spoken_day(_DAY, language),
        "place": place,
        "decision": decision,
        "why": wording.why("papers", language),
    }


ROUTES = (
    Route(
        method="GET",
        path="/messages/templates",
        page=index,
        allow=READERS,
        menu=N_("What messages say"),
    ),
)

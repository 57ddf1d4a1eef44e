"""The figures of the programme, and how each is counted."""

from visitation.statistics.counting import reaches, recount, today, wait_for_turn
from visitation.statistics.figures import BY_CODE, FIGURES, Figure, Unit, growth
from visitation.statistics.measures import Cell, Measure, Number, Only, Tallies
from visitation.statistics.periods import Month, Period, parse, quarter_before
from visitation.statistics.publishing import figures_of, publish, published
from visitation.statistics.reading import (
    Place,
    Where,
    begins,
    busiest,
    by_province,
    by_step,
    tallies,
)
from visitation.statistics.sources import Source
from visitation.statistics.tables import (
    PublishedFigure,
    Tally,
    TallyMark,
    TallyPlace,
    TallySum,
)

__all__ = [
    "BY_CODE",
    "FIGURES",
    "Cell",
    "Figure",
    "Measure",
    "Month",
    "Number",
    "Only",
    "Period",
    "Place",
    "PublishedFigure",
    "Source",
    "Tallies",
    "Tally",
    "TallyMark",
    "TallyPlace",
    "TallySum",
    "Unit",
    "Where",
    "begins",
    "busiest",
    "by_province",
    "by_step",
    "figures_of",
    "growth",
    "parse",
    "publish",
    "published",
    "quarter_before",
    "reaches",
    "recount",
    "tallies",
    "today",
    "wait_for_turn",
]

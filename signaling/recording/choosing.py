"""Which of several streams is kept where a participant sends more than one of a kind.

Of pictures the larger that comes; a change only where a decoder can begin, and up only
to what will last, so that a line that flaps does not end in dozens of files. Of sounds,
and of streams that took another's place, the newest.
"""

from collections.abc import Mapping
from typing import Final

from signaling.recording.pictures import Picture
from signaling.recording.sources import Source
from signaling.recording.survey import Course

#: A size that shows no whole picture for so many seconds is left.
_STUCK: Final = 4.0
#: Sizes that begin within so many seconds begin together.
_TOGETHER: Final = 1.0
#: So long must a larger one last to be changed to.
_LASTS: Final = 10.0


class Choice:
    """Chooses among the streams of pictures of one participant.

    Args:
        courses: how each went, by the number of the source.
    """

    def __init__(self, courses: Mapping[int, Course]) -> None:
        self._courses = courses
        self._chosen: Source | None = None
        self._first: float | None = None
        self._shown = float("-inf")

    def takes(self, source: Source, picture: Picture) -> bool:
        """Says whether this picture is kept."""
        if self._chosen is None or source.number != self._chosen.number:
            if not picture.key or not self._change(source, picture.arrived):
                return False
            self._chosen = source
        self._shown = picture.arrived
        return True

    def _change(self, source: Source, now: float) -> bool:
        chosen = self._chosen
        if chosen is None:
            return source.better or not self._larger_comes(source, now)
        if now - self._shown > _STUCK or not self._courses[chosen.number].live(now):
            return True
        if source.better == chosen.better:
            # It took the other's place.
            return source.number > chosen.number
        return source.better and self._courses[source.number].goes_on(now) >= _LASTS

    def _larger_comes(self, smaller: Source, now: float) -> bool:
        """At the beginning both sizes do, and the smaller one may be there first."""
        self._first = now if self._first is None else self._first
        together = min(_TOGETHER, self._courses[smaller.number].goes_on(now))
        return now - self._first < _TOGETHER and any(
            course.goes_on(max(now, course.spans[0][0])) >= _LASTS
            for course in self._courses.values()
            if course.source.kind == "video"
            and course.source.better
            and course.spans[0][0] - now < together
        )


class Newest:
    """Chooses among streams of sound: what comes from an older one is not kept."""

    def __init__(self) -> None:
        self._newest = -1

    def takes(self, source: Source) -> bool:
        """Says whether what comes from the source now is kept."""
        self._newest = max(self._newest, source.number)
        return source.number == self._newest

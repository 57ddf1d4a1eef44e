"""Which journals the workers are writing, so that those of a dead one are told of.

A journal is never ordered twice: it exists, and its worker may have written of it
whatever it could. Pure: it writes nothing itself.
"""

from collections.abc import Iterable

from signaling.media.engine import MediaEvent, RecordingStopped


class Journals:
    """From participants to the paths of the journals that are being written."""

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}

    def begin(self, participant: str, path: str) -> None:
        """Notes what was ordered."""
        self._paths[participant] = path

    def end(self, participant: str) -> None:
        """Forgets what is not wanted any more."""
        self._paths.pop(participant, None)

    def hear(self, event: MediaEvent) -> None:
        """Takes note of what a worker says."""
        if isinstance(event, RecordingStopped) and self._writes(event):
            self.end(event.participant)

    def lost(self, people: Iterable[str]) -> list[RecordingStopped]:
        """What has to be said of people whose worker is gone; they have none now."""
        return [
            RecordingStopped(
                participant=each, path=self._paths.pop(each), reason="failed"
            )
            for each in sorted(people)
            if each in self._paths
        ]

    def _writes(self, event: RecordingStopped) -> bool:
        return self._paths.get(event.participant) == event.path

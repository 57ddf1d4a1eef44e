"""Where the files of recordings lie, and how one is opened; nothing of who may.

Everything here waits for a disk: pages call it in a thread.
"""

from dataclasses import dataclass
from pathlib import Path

from visitation.recordings import paths
from visitation.recordings.keys import KeyWraps
from visitation.recordings.tables import Recording, RecordingFile

_SEALED = ".sealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The directory of all recordings, and the keys that open their keys."""

    directory: Path
    wraps: KeyWraps

    def folder(self, recording: Recording) -> Path:
        """Where the files of a recording lie."""
        return paths.home(self.directory, recording.reference)

    def key(self, recording: Recording) -> bytes:
        """The key of a recording's files.

        Raises:
            KeyMissing: if it was destroyed.
            KeyUnknown: if it was wrapped by a key that the settings do not have.
            KeyDamaged: if it does not open.
        """
        return self.wraps.read_key(self.directory, recording.reference)

    def path(self, recording: Recording, file: RecordingFile) -> Path:
        """Where a file of it lies."""
        return paths.file(self.directory, recording.reference, file.name)


def shown_name(file: RecordingFile) -> str:
    """What a file is called in addresses and outside, where it is not sealed."""
    return file.name.removesuffix(_SEALED)


def content_type(file: RecordingFile) -> str:
    """What kind of file it is: WebM holds no H.264, Matroska does."""
    matroska = shown_name(file).endswith(".mkv")
    return "video/x-matroska" if matroska else "video/webm"

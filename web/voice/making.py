"""Speaks the sentences that nobody has recorded yet, with espeak-ng, as stand-ins.

Run as `make voices`. Keeps a list of what it made: a clip that is not the one in the
list was recorded by a person, and is never touched. Only this needs espeak-ng.
"""

import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import which

import av

from web import voice
from web.assets import STATIC_FOLDER

#: The clips that a machine spoke: language → id → what it said and the file's hash.
STAND_INS = Path(__file__).parent / "stand_ins.json"
_HERTZ = 48_000
_BITS_PER_SECOND = 16_000
_WORDS_PER_MINUTE = 130
_OPUS = {"application": "voip", "frame_duration": "60"}
#: Without it every file gets a random serial number.
_SAME_EACH_TIME = {"fflags": "+bitexact"}

StandIns = dict[str, dict[str, dict[str, str]]]


def made() -> StandIns:
    """What the list says."""
    if not STAND_INS.exists():
        return {}
    found: StandIns = json.loads(STAND_INS.read_text(encoding="utf-8"))
    return found


def outdated(
    sentences: voice.Sentences, stand_ins: StandIns, folder: Path
) -> Iterator[tuple[str, str, str]]:
    """Language, id and text of each clip that is missing or says what once was."""
    for name, texts in sentences.items():
        for language, text in texts.items():
            file = folder / voice.clip_path(name, language)
            known = stand_ins.get(language, {}).get(name)
            if not file.exists() or (
                known and known["said"] != text and known["sha256"] == digest(file)
            ):
                yield language, name, text


def orphans(sentences: voice.Sentences, folder: Path) -> list[Path]:
    """The clips of sentences that nobody says any more."""
    files = (folder / voice.FOLDER).glob(f"*/*{voice.SUFFIX}")
    return sorted(file for file in files if file.stem not in sentences)


def digest(file: Path) -> str:
    """A file's SHA-256."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def speak(text: str, language: str) -> bytes:
    """A sentence as a WAV file."""
    program = which("espeak-ng")
    if program is None:
        raise SystemExit("This needs espeak-ng: apt-get install espeak-ng")
    options = ["-v", language, "-s", str(_WORDS_PER_MINUTE), "--stdout", "--stdin"]
    spoken = subprocess.run(  # noqa: S603 - our own sentences, through standard input
        [program, *options], input=text.encode(), capture_output=True, check=True
    )
    return spoken.stdout


def packed(wav: bytes) -> bytes:
    """A WAV file as Opus in Ogg; the same bytes each time."""
    out = io.BytesIO()
    with (
        av.open(io.BytesIO(wav), "r") as source,
        av.open(out, "w", format="ogg", container_options=_SAME_EACH_TIME) as target,
    ):
        stream = target.add_stream("libopus", rate=_HERTZ, options=_OPUS)
        stream.layout, stream.bit_rate = "mono", _BITS_PER_SECOND
        resampler = av.AudioResampler(format="s16", layout="mono", rate=_HERTZ)
        for frame in (*source.decode(audio=0), None):
            for fitted in resampler.resample(frame):
                target.mux(stream.encode(fitted))
        target.mux(stream.encode(None))
    return out.getvalue()


def make(sentences: Mapping[str, Mapping[str, str]], folder: Path) -> list[Path]:
    """Speak what is missing or outdated, drop what nobody says, and list it.

    Returns:
        The files written.
    """
    stand_ins, written = made(), []
    for language, name, text in list(outdated(sentences, stand_ins, folder)):
        file = folder / voice.clip_path(name, language)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(packed(speak(text, language)))
        known = {"said": text, "sha256": digest(file)}
        stand_ins.setdefault(language, {})[name] = known
        written.append(file)
    for file in orphans(sentences, folder):
        file.unlink()
    kept = {
        language: {name: of[name] for name in sorted(of) if name in sentences}
        for language, of in sorted(stand_ins.items())
    }
    text = json.dumps(kept, ensure_ascii=False, indent=1)
    STAND_INS.write_text(text + "\n", encoding="utf-8")
    return written


if __name__ == "__main__":
    for clip in make(voice.load(), STATIC_FOLDER):
        sys.stdout.write(f"{clip.relative_to(STATIC_FOLDER)}\n")

"""Speaks the sentences that nobody has recorded yet, with espeak-ng, as stand-ins.

Run as `make voices`. What a person recorded is never touched. Needs espeak-ng.
"""

import io
import json
import subprocess
import sys
from pathlib import Path
from shutil import which

import av

from web import voice
from web.assets import STATIC_FOLDER
from web.voice import stand_ins

_HERTZ = 48_000
_BITS_PER_SECOND = 16_000
_WORDS_PER_MINUTE = 130
_OPUS = {"application": "voip", "frame_duration": "60"}
#: Without it every file gets a random serial number.
_SAME_EACH_TIME = {"fflags": "+bitexact"}


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


def make(sentences: voice.Sentences, folder: Path) -> list[Path]:
    """Speak what is missing or outdated, drop what nobody says, and list it.

    Returns:
        The files written.
    """
    known, written = stand_ins.made(), []
    for language, name, text in list(stand_ins.outdated(sentences, known, folder)):
        file = folder / voice.clip_path(name, language)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(packed(speak(text, language)))
        entry = {"said": text, "sha256": stand_ins.digest(file)}
        known.setdefault(language, {})[name] = entry
        written.append(file)
    for file in stand_ins.orphans(sentences, folder):
        file.unlink()
    kept = {
        language: {name: of[name] for name in sorted(of) if name in sentences}
        for language, of in sorted(known.items())
    }
    text = json.dumps(kept, ensure_ascii=False, indent=1)
    stand_ins.LIST.write_text(text + "\n", encoding="utf-8")
    return written


if __name__ == "__main__":
    for clip in make(voice.load(), STATIC_FOLDER):
        sys.stdout.write(f"{clip.relative_to(STATIC_FOLDER)}\n")

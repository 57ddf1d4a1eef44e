"""What pages say aloud: every sentence has its clip, and no clip says anything else."""

import json
import re
import shutil
from pathlib import Path

import av
import pytest
from typer.testing import CliRunner

from config.commands import app
from tests.web.conftest import Site
from web import assets, i18n, voice
from web.assets import STATIC_FOLDER
from web.voice import making, stand_ins
from web.voice.stand_ins import Source

LANGUAGES = sorted(one.name for one in (STATIC_FOLDER / voice.FOLDER).iterdir())
TEMPLATES = Path(i18n.__file__).parent / "templates"
#: A sentence that takes longer is not listened to, and one that is shorter is none.
SECONDS = (0.8, 20)
#: From the slowest reader to the fastest, in letters per second.
PACE = (6, 25)
MOST_BYTES = 60_000


def test_sentences_are_in_the_languages_that_have_a_folder() -> None:
    assert set(voice.WRITTEN) <= set(LANGUAGES) == set(i18n.load())


@pytest.mark.parametrize("language", voice.WRITTEN)
def test_every_sentence_has_a_clip_that_says_it(language: str) -> None:
    odd = []
    for name, texts in voice.load().items():
        file = STATIC_FOLDER / voice.clip_path(name, language)
        if not file.exists():
            odd.append(f"{name}: no clip; run make voices")
            continue
        with av.open(str(file)) as clip:
            stream = clip.streams.audio[0]
            samples = sum(frame.samples for frame in clip.decode(audio=0))
        seconds, letters = samples / stream.rate, len(texts[language])
        fits = SECONDS[0] < seconds < SECONDS[1]
        paced = PACE[0] < letters / seconds < PACE[1]
        small = file.stat().st_size < MOST_BYTES
        if stream.codec_context.name not in {"opus", "libopus"} or not (
            fits and paced and small
        ):
            odd.append(f"{name}: {seconds:.1f} s for {letters} letters")

    assert odd == []


def test_no_clip_is_without_a_sentence_and_none_says_what_was() -> None:
    known = voice.load()

    assert stand_ins.orphans(known, STATIC_FOLDER) == []
    assert list(stand_ins.outdated(known, stand_ins.made(), STATIC_FOLDER)) == []


def test_templates_say_only_what_is_a_sentence() -> None:
    named = re.compile(r"""voices?\(\[?((?:"[a-z_.]+"(?:, )?)+)""")
    said = {
        name
        for file in TEMPLATES.rglob("*.html")
        for found in named.findall(file.read_text(encoding="utf-8"))
        for name in re.findall(r'"([a-z_.]+)"', found)
        if not name.endswith(".")
    }

    assert {"home.welcome", "join.scan", "station.idle"} <= said
    assert said - set(voice.load()) == set()


async def test_the_first_page_has_its_clip_in_the_readers_language(site: Site) -> None:
    persian = await (await site.get("/")).text()
    site.cookies["lang"] = "en"
    english = await (await site.get("/")).text()

    known = assets.load()
    assert f'href="{known.url("voice/fa/home.welcome.opus")}"' in persian
    assert f'href="{known.url("voice/en/home.welcome.opus")}"' in english
    clip = await site.get(known.url("voice/fa/home.welcome.opus"))
    assert (clip.status, clip.content_type) == (200, "audio/ogg")
    assert "immutable" in clip.headers["Cache-Control"]


async def test_a_part_of_a_clip_may_be_asked_for(site: Site) -> None:
    path = assets.load().url("voice/fa/home.welcome.opus")
    whole = await (await site.get(path)).read()

    parts = {
        asked: await site.get(path, headers={"Range": asked})
        for asked in (
            "bytes=0-1",
            "bytes=2-",
            "bytes=-3",
            "bytes=9-1",
            "bytes=99999999-",
        )
    }

    got = {asked: (one.status, await one.read()) for asked, one in parts.items()}
    assert got == {
        "bytes=0-1": (206, whole[:2]),
        "bytes=2-": (206, whole[2:]),
        "bytes=-3": (206, whole[-3:]),
        "bytes=9-1": (200, whole),
        "bytes=99999999-": (200, whole),
    }
    size = len(whole)
    assert parts["bytes=2-"].headers["Content-Range"] == f"bytes 2-{size - 1}/{size}"


def test_a_sentence_that_nobody_wrote_is_an_error() -> None:
    with pytest.raises(KeyError, match=re.escape("no sentence 'home.nothing'")):
        voice.clip("home.nothing")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[a]\nb = { fa = "x" }', "a.b: must be written in fa and en"),
        ('[a]\nb = { fa = "x", en = " " }', "a.b: nothing to say in en"),
        ('[a]\nb = "x"', "a.b: expected"),
        ('a = "x"', "a: expected a table"),
    ],
)
def test_sentences_that_make_no_sense_stop_the_service(
    tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "sentences.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(voice.BadSentences, match=re.escape(says)):
        voice.load(file)


def test_what_a_person_recorded_is_never_spoken_over(tmp_path: Path) -> None:
    sentences = {"a.b": {"fa": "سلام دوست من", "en": "Hello my friend"}}
    recorded = tmp_path / voice.clip_path("a.b", "fa")
    recorded.parent.mkdir(parents=True)
    recorded.write_bytes(b"a person's voice")
    machine = tmp_path / voice.clip_path("a.b", "en")
    machine.parent.mkdir(parents=True)
    machine.write_bytes(b"a machine's")
    of = {"a.b": {"said": "Hello", "sha256": stand_ins.digest(machine)}}
    known = {"en": of, "fa": of}

    assert list(stand_ins.outdated(sentences, known, tmp_path)) == [
        ("en", "a.b", "Hello my friend")
    ]
    assert [
        stand_ins.source("a.b", one, known, tmp_path) for one in ("fa", "en", "ku")
    ] == [
        Source.PERSON,
        Source.MACHINE,
        Source.MISSING,
    ]


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs espeak-ng")
def test_a_clip_is_the_same_each_time_it_is_made() -> None:
    spoken = making.speak("Hello. This is a short sentence.", "en")

    assert making.packed(spoken) == making.packed(spoken)


def test_a_speaker_gets_a_list_of_what_to_record() -> None:
    listed = CliRunner().invoke(app, ["voice", "list", "--language", "fa"])
    foreign = CliRunner().invoke(app, ["voice", "list", "--language", "ku"])

    name, texts = next(iter(voice.load().items()))
    assert listed.exit_code == foreign.exit_code == 0
    assert f"voice/fa/{name}.opus,machine,{texts['fa']}" in listed.output
    assert f"voice/ku/{name}.opus,missing,{texts['fa']}" in foreign.output


def test_all_clips_together_are_small() -> None:
    clips = (STATIC_FOLDER / voice.FOLDER).rglob(f"*{voice.SUFFIX}")

    assert sum(file.stat().st_size for file in clips) < 4_000_000
    json.loads(stand_ins.LIST.read_text(encoding="utf-8"))

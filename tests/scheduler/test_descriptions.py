"""Descriptions are refused with the field that is wrong, accounts with the setting."""

from pathlib import Path
from typing import Any

import pytest

from scheduler.gateways import HttpSettings, description, rehearsal
from scheduler.gateways.description import WrongDescription
from scheduler.gateways.gateway import Fate
from scheduler.gateways.places import Pattern
from tests.scheduler.provider import settings
from visitation import wording
from visitation.wording import Template
from visitation.words import Channel

BOOKED = (Template.BOOKED, "fa")
LEAST = {
    "about": "https://sms.example/docs",
    "origin": "https://sms.example",
    "text": {"path": "/send", "body": {"to": "{phone}", "text": "{text}"}},
    "answer": {"id": "id", "ok": [200]},
}


def wrong(**changes: Any) -> tuple[str, ...]:
    values = {k: v for k, v in (LEAST | changes).items() if v is not None}
    with pytest.raises(WrongDescription) as refused:
        description.parsed(values)
    return refused.value.problems


def test_the_ready_descriptions_can_be_used_and_say_where_they_come_from() -> None:
    assert description.ready() == ("ippanel", "kavenegar", "smsir")
    for named in description.ready():
        assert description.read(named).about.startswith("https://")
        assert rehearsal.problems(settings("https://x", named)) == ()


def test_a_description_may_be_a_file_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'about = "https://sms.example"\norigin = "https://sms.example"\n'
        '[text]\npath = "/send"\n[answer]\nid = "id"\nok = [200, true, "sent"]\n'
    )
    assert description.read(str(own)).answer.ok == ("200", "true", "sent")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"about": None}, "about: Field required"),
        ({"answer": {"ok": [1]}}, "answer.id: Field required"),
        ({"answer": {"id": "x", "okay": []}}, "answer.okay: there is no such field"),
        ({"channels": ["fax"]}, "channels.0: Input should be 'sms' or 'voice'"),
        ({"channels": ["voice"]}, "voice: is missing, but channels has it"),
        ({"origin": "http://sms.example"}, "origin: should begin with https://"),
        ({"text": None}, "text: is missing, and so is pattern"),
        ({"pattern": {"path": "/p"}}, "pattern.variables: is missing"),
        ({"text": {"path": "/{kee}"}}, "text.path: nothing is called {kee}"),
        (
            {"text": {"path": "/", "body": {"to": ["{phon}"]}}},
            "text.body.to.0: nothing is called {phon}",
        ),
        ({"text": {"path": "/{key"}}, "text.path: a brace that belongs to no name"),
        ({"callback": {"id": "id", "status": "s"}}, "fates: is missing"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(changes: Any, said: str) -> None:
    assert any(line.startswith(said) for line in wrong(**changes))


def test_a_file_that_is_not_there_or_no_toml_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[")
    with pytest.raises(WrongDescription, match="this is not TOML"):
        description.read(str(broken))
    with pytest.raises(WrongDescription, match="ready ones are ippanel, kavenegar"):
        description.read("kavehnegar")


def test_a_word_that_opts_out_was_not_delivered_either() -> None:
    values = LEAST | {"fates": {"delivered": [1], "opted_out": [9]}}
    fates = description.parsed(values).fates
    assert [fates.of(word) for word in ("1", "9", "2")] == [
        Fate.DELIVERED,
        Fate.UNDELIVERED,
        None,
    ]


def account(named: str = "kavenegar", **changes: Any) -> HttpSettings:
    return settings("https://x", named, **changes)


def every_pattern(**changes: Any) -> dict[tuple[Template, str], Pattern]:
    return {
        (template, language): Pattern(id="1", **changes)
        for template in Template
        for language in wording.CATALOGUES
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (account(key=""), "key: is missing"),
        (account(sender=""), "patterns: "),
        (
            account("ippanel", sender="", patterns=every_pattern()),
            "sender: is missing: patterns are sent from a line too",
        ),
        (
            account(patterns={BOOKED: Pattern(id="1", variables=("dya",))}),
            "patterns.visit_booked.fa.variables: dya is none of code, day, ",
        ),
        (
            account(patterns={BOOKED: Pattern(id="1", variables=("",) * 6)}),
            "patterns.visit_booked.fa.variables: there is room for 5",
        ),
        (
            account(patterns={(Template.BOOKED, "de"): Pattern(id="1")}),
            "patterns.visit_booked.de: there are no messages in this language",
        ),
        (
            account("smsir", channels=frozenset({Channel.VOICE})),
            "channels: this provider is described without calls",
        ),
        (account("smsir", sender="+98x"), "sender, or the id of a pattern: should be"),
        (
            account("smsir", patterns={BOOKED: Pattern(id="booked")}),
            "sender, or the id of a pattern: should be a number",
        ),
        (
            account(description=description.parsed(LEAST), patterns=every_pattern()),
            "patterns: this provider is described without them",
        ),
    ],
)
def test_an_account_that_could_not_send_is_said(given: HttpSettings, said: str) -> None:
    problems = rehearsal.problems(given)
    assert [line for line in problems if line.startswith(said)] == list(problems[:1])


def test_patterns_alone_are_enough_if_none_is_missing() -> None:
    assert rehearsal.problems(account(sender="", patterns=every_pattern())) == ()
    some = every_pattern()
    del some[BOOKED]
    (line,) = rehearsal.problems(account(sender="", patterns=some))
    assert line.startswith("patterns: 1 are missing, visit_booked.fa among them")

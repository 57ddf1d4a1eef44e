"""Settings: read from a file and the environment, and refused in plain words."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from config import reading, sense
from config.settings import (
    HttpSection,
    MediaSection,
    RecordingKeySection,
    Settings,
)

EXAMPLE = Path("config/example.toml")
GOOD = 'secret = "0123456789abcdef0123456789abcdef"\n'
RECORDING = f"{GOOD}[recordings]\ndirectory = 'r'\n"
ID = "key_id = 'a'\n"
KEY = "[recordings.keys.a]\nsecret = 'another of more than thirty-two bytes'\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "visitation.toml"
    path.write_text(text)
    return path


def problems_of(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(reading.BadSettings) as refused:
        reading.read(written(folder, text))
    return refused.value.problems


def test_a_file_with_a_secret_is_enough(tmp_path: Path) -> None:
    assert reading.read(written(tmp_path, GOOD)).web.port == 8080


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISITATION__WEB__PORT", "81")
    monkeypatch.setenv("VISITATION__WEB__ALLOWED_HOSTS", "a.example, b.example")
    settings = reading.read(written(tmp_path, f"{GOOD}[web]\nport = 80\nhost = 'h'"))
    assert (settings.web.port, settings.web.host) == (81, "h")
    assert settings.web.allowed_hosts == ("a.example", "b.example")


def test_the_file_may_be_named_by_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, f"{GOOD}[web]\nport = 81")
    monkeypatch.setenv("VISITATION_CONFIG", str(path))
    assert reading.read().web.port == 81


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t0ken\n")
    settings = reading.read(
        written(tmp_path, f"{GOOD}[sms.twilio]\nauth_token_file='{tmp_path}/token'")
    )
    assert settings.sms.twilio.auth_token is not None
    assert settings.sms.twilio.auth_token.get_secret_value() == "t0ken"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"{GOOD}[web]\nport = 99999",
            "web.port: should be less than or equal to 65535",
        ),
        (f"{GOOD}[web]\nprot = 1", "web.prot: there is no such setting"),
        (f"{GOOD}[wep]\nport = 1", "wep: there is no such setting"),
        (
            f"{GOOD}[sms]\ngateways = ['pigeon']",
            "pigeon is neither console nor twilio, and there is no section",
        ),
        (
            "[media]\npublic_addresses = ['here']",
            "media.public_addresses.0: value is not a valid IPv4 or IPv6 address",
        ),
        (
            f"{GOOD}[media]\nworkers = -1",
            "media.workers: should be greater than or equal to 0",
        ),
        (
            f"{GOOD}[media]\nworkers = 8\nudp_port = 65530",
            "with 8 workers the last port would be 65537; it must be at most 65528",
        ),
        (
            f"{GOOD}[turn]\nurls = ['http://x']",
            "turn.urls.0: String should match pattern",
        ),
        ("secret_file = '/nowhere'", "secret_file: /nowhere: No such file"),
        ("secret = 'short'", "secret: has fewer than 32 bytes"),
        (f"secret = '{sense.EXAMPLE_SECRET}'", "secret: is the example's"),
        ("", "secret: is missing"),
        ("[", "this is not TOML"),
        (
            f"{GOOD}[database]\nurl = 'mysql://x'",
            "database.url: the database URL must begin",
        ),
        (f"{GOOD}[database]\nurl = 'sqlite://'", "database.url: SQLite needs a file"),
        (f"{GOOD}[web]\npublic_url = 'https://a/b'", "web.public_url: should be like"),
        (f"{GOOD}[web]\npublic_url = 'http://a.ir'", "web.public_url: must be https"),
        (f"{GOOD}[web]\npublic_url = 'https://a.ir'", "nobody speaks TLS"),
        (
            f"{GOOD}[web]\npublic_url = 'https://a.ir'",
            "media.public_addresses: is empty",
        ),
        (f"{GOOD}[web]\ntls_key = 'k.pem'", "tls_certificate and tls_key go together"),
        (f"{GOOD}[turn]\nurls = ['turn:a.ir']", "turn.secret: is missing"),
        (f"{GOOD}[turn]\nsecret = 's'", "turn.urls: is empty"),
        (
            f"{GOOD}[recordings]\ndirectory = 'r'",
            "key_id: names none of recordings.keys",
        ),
        (f"{RECORDING}key_id = 'b'\n{KEY}", "key_id: names none of recordings.keys"),
        (f"{RECORDING}{ID}[recordings.keys.a]", "recordings.keys.a: has fewer than 32"),
        (
            f"{RECORDING}{ID}{KEY}[recordings.keys.b]\nsecret = 'short'",
            "recordings.keys.b: has fewer than 32 bytes",
        ),
        (
            f"{RECORDING}{ID}[recordings.keys.a]\n{GOOD}",
            "recordings.keys.a: is the secret of the service",
        ),
        (f"{RECORDING}{ID}quota_gigabytes = 0", "should be greater than 0"),
        (
            "[sms]\ngateways = ['twilio']",
            "missing: account_sid, auth_token, messaging_service_sid or from_number",
        ),
    ],
)
def test_a_setting_that_makes_no_sense_has_a_line(
    tmp_path: Path, text: str, said: str
) -> None:
    assert any(said in line for line in problems_of(tmp_path, text))


def test_recordings_need_nothing_where_there_are_none(tmp_path: Path) -> None:
    settings = reading.read(written(tmp_path, f"{GOOD}[recordings.keys.spring]"))
    assert settings.recordings.directory is None


def test_a_recordings_key_may_stand_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "spring").write_text("k" * 32)
    variable = "VISITATION__RECORDINGS__KEYS__SPRING__SECRET_FILE"
    monkeypatch.setenv(variable, str(tmp_path / "spring"))
    settings = reading.read(written(tmp_path, f"{RECORDING}key_id = 'spring'"))
    secret = settings.recordings.keys["spring"].secret
    assert secret is not None
    assert secret.get_secret_value() == "k" * 32


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "[web]\nport = 0\n[log]\nlevel = 'loud'\nx = 1") == (
        "web.port: should be greater than or equal to 1",
        "log.level: should be 'debug', 'info', 'warning' or 'error'",
        "log.x: there is no such setting",
    )


def test_a_misspelt_variable_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISITATION__SECRETT", "x")
    said = "VISITATION__SECRETT: there is no such setting"
    assert problems_of(tmp_path, GOOD) == (said,)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(reading.BadSettings, match="No such file"):
        reading.read(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("workers", "processes", "ports"),
    [
        (3, 3, range(50000, 50003)),
        (1, 1, range(50000, 50001)),
        (0, 0, range(50000, 50001)),
    ],
)
def test_each_worker_has_a_port(workers: int, processes: int, ports: range) -> None:
    section = MediaSection(workers=workers)
    assert (section.processes, section.ports) == (processes, ports)


def test_there_are_as_many_workers_as_cores_that_may_be_used() -> None:
    assert MediaSection().processes == len(os.sched_getaffinity(0))


def names(model: type[BaseModel], under: str = "") -> set[str]:
    found = set()
    for name, field in model.model_fields.items():
        inner = field.annotation
        if name == "http":
            found |= names(HttpSection, f"{under}{name}.kavenegar.")
        elif name == "keys":
            found |= names(RecordingKeySection, f"{under}{name}.spring.")
        elif isinstance(inner, type) and issubclass(inner, BaseModel):
            found |= names(inner, f"{under}{name}.")
        else:
            found.add(f"{under}{name}")
    return found


def flat(table: dict[str, Any], under: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict) and name != "patterns":
            found |= flat(value, f"{under}{name}.")
        else:
            found[f"{under}{name}"] = value
    return found


def test_the_example_explains_every_setting_and_no_other() -> None:
    text = EXAMPLE.read_text()
    uncommented = re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE)
    assert set(flat(tomllib.loads(uncommented))) == names(Settings)


def test_the_example_shows_the_defaults() -> None:
    shown = flat(tomllib.loads(EXAMPLE.read_text()))
    del shown["secret"]
    defaults = flat(Settings().model_dump(mode="json"))
    assert shown == {name: defaults[name] for name in shown}


def test_the_example_secret_is_the_one_that_is_refused() -> None:
    shown = tomllib.loads(EXAMPLE.read_text())["secret"]
    assert shown == sense.EXAMPLE_SECRET


def test_the_readme_names_settings_that_exist() -> None:
    text = Path("README.md").read_text()
    table = text[text.index("| setting |") : text.index("## For real")]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([a-z_.]+)`", row[1])}
    sections = {name.split(".")[0] for name in names(Settings)}
    assert named <= names(Settings)
    assert {name.split(".")[0] for name in named} == sections

"""The container's settings make sense, and its parts agree with each other."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import opening, reading

COMPOSE = Path("docker/compose.yaml")
EXAMPLE = Path("docker/example.env")
GIVEN = {"VISITATION_HOST": "visits.example.org", "PUBLIC_ADDRESS": "203.0.113.5"}


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(COMPOSE.read_text()))


def filled(text: str) -> str:
    """The text as compose fills it in from the example's variables."""

    def value(match: re.Match[str]) -> str:
        return GIVEN.get(match["name"], match["default"] or "")

    return re.sub(r"\$\{(?P<name>\w+)(?::[?-](?P<default>[^}]*))?\}", value, text)


def test_the_container_starts_with_settings_that_make_sense(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("visitation_secret", "database_password", "turn_secret"):
        (tmp_path / name).write_text(f"{name}/{'x' * 40}\n")
    (tmp_path / "twilio_token").write_text("")
    service = yaml.safe_load((Path(__file__).parents[2] / COMPOSE).read_text())
    for name, text in service["services"]["visitation"]["environment"].items():
        here = filled(text).replace("/run/secrets", str(tmp_path))
        monkeypatch.setenv(name, here)
    settings = reading.read()
    assert settings.web.public_url == "https://visits.example.org"
    assert settings.media.public_addresses == (
        ip_address("203.0.113.5"),
        ip_address("172.30.0.10"),
    )
    assert settings.turn.urls == (
        "turn:visits.example.org:3478",
        "turn:visits.example.org:3478?transport=tcp",
        "turns:visits.example.org:5349?transport=tcp",
    )
    assert opening.database_url(settings).startswith(
        "postgresql://visitation:database_password%2Fxxx"
    )


def test_every_container_is_without_privileges() -> None:
    for service in compose()["services"].values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_every_secret_is_written_by_the_script() -> None:
    script = Path("docker/make-secrets").read_text()
    for secret in compose()["secrets"].values():
        assert Path(secret["file"]).name in script


def test_every_variable_is_in_the_example() -> None:
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", COMPOSE.read_text()))
    given = set(re.findall(r"^(\w+)=", EXAMPLE.read_text(), re.MULTILINE))
    assert asked == given


def test_every_worker_has_a_port_that_is_open() -> None:
    example = dict(re.findall(r"^(\w+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE))
    service = compose()["services"]["visitation"]
    first, last = map(int, example["MEDIA_PORTS"].split("-"))
    assert int(example["MEDIA_WORKERS"]) == last - first + 1
    ports = f"{example['MEDIA_PORTS']}:{example['MEDIA_PORTS']}/udp"
    assert [filled(each) for each in service["ports"]] == [ports]
    workers = filled(service["environment"]["VISITATION__MEDIA__WORKERS"])
    assert workers == example["MEDIA_WORKERS"]


def test_the_relay_speaks_to_the_media_server_alone() -> None:
    services = compose()["services"]
    media = services["visitation"]["networks"]["outside"]["ipv4_address"]
    relay = services["relay"]
    refused = Path("docker/turnserver.conf").read_text()
    assert filled(relay["environment"]["MEDIA_ADDRESSES"]).split() == [
        media,
        GIVEN["PUBLIC_ADDRESS"],
    ]
    assert "denied-peer-ip=0.0.0.0-255.255.255.255" in refused
    assert "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" in refused
    own = relay["networks"]["outside"]["ipv4_address"]
    told = services["visitation"]["environment"]["VISITATION__TURN__RELAY_ADDRESSES"]
    assert told == own


def test_the_relay_listens_on_the_ports_that_pages_are_told() -> None:
    services = compose()["services"]
    rules = Path("docker/turnserver.conf").read_text()
    plain = re.search(r"^listening-port=(\d+)", rules, re.MULTILINE)
    tls = re.search(r"^tls-listening-port=(\d+)", rules, re.MULTILINE)
    assert plain
    assert tls
    assert services["relay"]["ports"] == [
        f"{plain[1]}:{plain[1]}/udp",
        f"{plain[1]}:{plain[1]}/tcp",
        f"{tls[1]}:{tls[1]}/tcp",
    ]
    told = filled(services["visitation"]["environment"]["VISITATION__TURN__URLS"])
    assert told.split(",") == [
        f"turn:{GIVEN['VISITATION_HOST']}:{plain[1]}",
        f"turn:{GIVEN['VISITATION_HOST']}:{plain[1]}?transport=tcp",
        f"turns:{GIVEN['VISITATION_HOST']}:{tls[1]}?transport=tcp",
    ]

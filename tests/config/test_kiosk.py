"""What a kiosk's browser is told, and what starts it."""

import configparser
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config import kiosk
from config.commands import app

ADDRESS = "https://visits.example.ir"


def test_camera_microphone_and_sound_are_for_the_service_alone() -> None:
    told = json.loads(kiosk.files(ADDRESS)[kiosk.POLICIES_FILE])

    assert told["VideoCaptureAllowed"] is told["AudioCaptureAllowed"] is False
    for name in (
        "VideoCaptureAllowedUrls",
        "AudioCaptureAllowedUrls",
        "AutoplayAllowlist",
        "URLAllowlist",
    ):
        assert told[name] == [ADDRESS], name
    assert told["URLBlocklist"] == ["*"]
    assert told["RestoreOnStartupURLs"] == [f"{ADDRESS}/station"]


def test_nothing_of_a_family_is_kept_by_the_browser() -> None:
    told = kiosk.policies(ADDRESS)

    off = (
        "PasswordManagerEnabled",
        "AutofillAddressEnabled",
        "MetricsReportingEnabled",
    )
    assert [told[name] for name in off] == [False, False, False]
    assert told["SavingBrowserHistoryDisabled"] is True
    assert (told["DeveloperToolsAvailability"], told["DownloadRestrictions"]) == (2, 3)


def test_the_unit_starts_the_browser_at_the_first_page_and_again_when_it_ends() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(kiosk.files(ADDRESS)[kiosk.UNIT_FILE])

    command = unit["Service"]["ExecStart"].split()
    assert (command[0], command[-1]) == ("/usr/bin/chromium", f"{ADDRESS}/station")
    assert {"--kiosk", "--autoplay-policy=no-user-gesture-required"} <= set(command)
    assert "--user-data-dir=%h/.local/share/visitation-kiosk" in command
    assert unit["Service"]["Restart"] == "always"
    assert unit["Install"]["WantedBy"] == "graphical-session.target"


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://Visits.example.ir/", ADDRESS),
        ("https://visits.example.ir:8443", "https://visits.example.ir:8443"),
        (" http://localhost:8080 ", "http://localhost:8080"),
        ("http://kiosk.localhost:8080", "http://kiosk.localhost:8080"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_an_address_becomes_its_origin(given: str, origin: str) -> None:
    assert kiosk.origin(given) == origin


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "no address"),
        ("visits.example.ir", "no address"),
        ("ftp://visits.example.ir", "no address"),
        ("https://", "no address"),
        ("https://visits example.ir", "no address"),
        ('https://visits.example.ir"; rm', "no address"),
        ("https://visits.example.ir:99999", "no address"),
        ("https://[::1", "no address"),
        ("https://me:secret@visits.example.ir", "no password"),
        ("https://visits.example.ir/station", "without a page"),
        ("https://visits.example.ir/?a=1", "without a page"),
        ("https://visits.example.ir/#x", "without a page"),
        ("http://visits.example.ir", "begins with https"),
        ("http://192.168.1.4:8080", "begins with https"),
    ],
)
def test_an_address_that_a_kiosk_cannot_use_is_refused(address: str, says: str) -> None:
    with pytest.raises(kiosk.BadAddress, match=says):
        kiosk.files(address)


@pytest.mark.parametrize("browser", ["chromium", "/usr/bin/my browser", "/bin/sh -c"])
def test_a_browser_that_is_no_plain_path_is_refused(browser: str) -> None:
    with pytest.raises(kiosk.BadAddress, match="no path of a program"):
        kiosk.files(ADDRESS, browser=browser)


def test_the_command_writes_both_files_and_says_where_they_go(tmp_path: Path) -> None:
    folder = tmp_path / "kiosk"
    run = ["kiosk-config", str(folder), "--url"]

    good = CliRunner().invoke(app, [*run, ADDRESS])
    bad = CliRunner().invoke(app, [*run, "http://visits.example.ir"])

    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert "/etc/chromium/policies/managed" in good.output
    assert {file.name for file in folder.iterdir()} == set(kiosk.files(ADDRESS))
    assert (folder / kiosk.UNIT_FILE).read_text() == kiosk.unit(ADDRESS)

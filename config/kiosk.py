"""A kiosk's browser: what Chromium is told it may do, and the unit that starts it.

Pure: an address gives the files. Policy names are Chromium's own (chrome://policy);
they are in force for whoever opens that browser, not for one page.
"""

import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from visitation.errors import VisitationError

POLICIES_FILE = "visitation-kiosk.json"
UNIT_FILE = "visitation-kiosk.service"
#: Where Debian's Chromium looks for what it must obey.
POLICIES_FOLDER = "/etc/chromium/policies/managed"
START = "/station"
BROWSER = "/usr/bin/chromium"
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
#: The only hosts to which browsers give a camera without HTTPS.
_LOCAL = re.compile(r"localhost|[a-z0-9.-]+\.localhost|127\.0\.0\.1|\[::1\]")
_PROGRAM = re.compile(r"/[A-Za-z0-9._/+-]+")
_FLAGS = (
    "--kiosk",
    "--no-first-run",
    "--no-default-browser-check",
    "--noerrdialogs",
    "--hide-crash-restore-bubble",
    "--overscroll-history-navigation=0",
    "--autoplay-policy=no-user-gesture-required",
    "--password-store=basic",
    "--user-data-dir=%h/.local/share/visitation-kiosk",
)
#: The same for every kiosk. Numbers are Chromium's: 2 blocks, 1 switches off.
_ALWAYS: Mapping[str, object] = {
    "AllowDinosaurEasterEgg": False,
    "AllowFileSelectionDialogs": False,
    "AudioCaptureAllowed": False,
    "AutofillAddressEnabled": False,
    "AutofillCreditCardEnabled": False,
    "BackgroundModeEnabled": False,
    "BookmarkBarEnabled": False,
    "BrowserSignin": 0,
    "DefaultBrowserSettingEnabled": False,
    "DefaultGeolocationSetting": 2,
    "DefaultNotificationsSetting": 2,
    "DefaultPopupsSetting": 2,
    "DeveloperToolsAvailability": 2,
    "DownloadRestrictions": 3,
    "EnableMediaRouter": False,
    "ExtensionInstallBlocklist": ["*"],
    "IncognitoModeAvailability": 1,
    "MetricsReportingEnabled": False,
    "PasswordManagerEnabled": False,
    "PrintingEnabled": False,
    "RestoreOnStartup": 4,
    "SavingBrowserHistoryDisabled": True,
    "ScreenCaptureAllowed": False,
    "SearchSuggestEnabled": False,
    "SpellCheckServiceEnabled": False,
    "SyncDisabled": True,
    "TaskManagerEndProcessEnabled": False,
    "TranslateEnabled": False,
    "URLBlocklist": ["*"],
    "UserFeedbackAllowed": False,
    "VideoCaptureAllowed": False,
}


class BadAddress(VisitationError):
    """The address, or the browser, is none that a kiosk could be given."""


def origin(address: str) -> str:
    """The origin that an address names, such as `https://visits.example.ir`.

    Raises:
        BadAddress: if it is no address, leads into a page, or gives no camera.
    """
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError as error:
        raise BadAddress(f"{address!r} is no address: {error}") from None
    host = parts.netloc.rpartition("@")[2].lower()
    name = re.sub(r":[0-9]*$", "", host)
    if parts.scheme not in {"https", "http"} or not _HOST.fullmatch(name):
        raise BadAddress(f"{address!r} is no address such as https://visits.example.ir")
    if "@" in parts.netloc:
        raise BadAddress("The address must hold no name and no password.")
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise BadAddress("Give the address of the service alone, without a page.")
    if parts.scheme == "http" and not _LOCAL.fullmatch(name):
        raise BadAddress(
            "Browsers give no camera to http. Use the address that begins with https."
        )
    return f"{parts.scheme}://{name}" + (f":{port}" if port else "")


def policies(at: str) -> dict[str, object]:
    """What Chromium must obey at a kiosk of the service at this origin."""
    return dict(
        sorted(
            {
                **_ALWAYS,
                "AudioCaptureAllowedUrls": [at],
                "AutoplayAllowlist": [at],
                "HomepageLocation": at + START,
                "NewTabPageLocation": at + START,
                "RestoreOnStartupURLs": [at + START],
                "URLAllowlist": [at],
                "VideoCaptureAllowedUrls": [at],
            }.items()
        )
    )


def unit(at: str, *, browser: str = BROWSER) -> str:
    """A systemd user unit that keeps the kiosk's browser running.

    Raises:
        BadAddress: if the browser is no plain path.
    """
    if not _PROGRAM.fullmatch(browser):
        raise BadAddress(f"{browser!r} is no path of a program, such as {BROWSER}")
    command = " ".join((browser, *_FLAGS, (at + START).replace("%", "%%")))
    return f"""[Unit]
Description=Kiosk of the video visits
PartOf=graphical-session.target
After=graphical-session.target

[Service]
ExecStart={command}
Restart=always
RestartSec=3

[Install]
WantedBy=graphical-session.target
"""


def files(address: str, *, browser: str = BROWSER) -> dict[str, str]:
    """The files of a kiosk by their names.

    Raises:
        BadAddress: if the address or the browser cannot be used.
    """
    at = origin(address)
    return {
        POLICIES_FILE: json.dumps(policies(at), indent=2) + "\n",
        UNIT_FILE: unit(at, browser=browser),
    }

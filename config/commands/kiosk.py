"""`visitation kiosk-config`: the files that make a computer's browser a kiosk."""

from pathlib import Path
from typing import Annotated

import typer

from config import kiosk, reading
from config.commands.asking import out, refusing


@refusing
def kiosk_config(
    folder: Annotated[
        Path, typer.Argument(file_okay=False, help="Where the files are written.")
    ] = Path("kiosk"),
    *,
    url: Annotated[
        str, typer.Option(help="Where the service is; by default `web.public_url`.")
    ] = "",
    browser: Annotated[
        str, typer.Option(help="Chromium on the kiosk's computer.")
    ] = kiosk.BROWSER,
) -> None:
    """Write Chromium's policies and a systemd user unit for a kiosk."""
    made = kiosk.files(url or reading.read().web.public_url, browser=browser)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
        out.print(str(folder / name), markup=False)
    out.print(
        f"On the kiosk's computer: {kiosk.POLICIES_FILE} goes to "
        f"{kiosk.POLICIES_FOLDER}, {kiosk.UNIT_FILE} to ~/.config/systemd/user;\n"
        f"then: systemctl --user enable --now {kiosk.UNIT_FILE}",
        markup=False,
        soft_wrap=True,
    )

"""The `visitation` command line: parses, calls one thing, prints.

Exit codes: 0 done, 1 refused or something is wrong, 2 the command or the settings make
no sense.
"""

import typer

from config.commands import (
    accounts,
    corrections,
    demonstration,
    exports,
    holidays,
    importing,
    inspecting,
    kiosk,
    maintenance,
    recordings,
    serving,
    statistics,
    terminals,
    voice,
)

app = typer.Typer(
    name="visitation",
    help="Video visits between families and people in prison.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
app.command()(serving.serve)
app.command()(serving.migrate)
app.command()(demonstration.demo)
app.command()(inspecting.doctor)
app.command("import")(importing.import_file)
app.command("recount-statistics")(statistics.recount)
app.command("kiosk-config")(kiosk.kiosk_config)
app.add_typer(accounts.app, name="account")
app.add_typer(terminals.app, name="terminal")
app.add_typer(holidays.app, name="holidays")
app.add_typer(maintenance.app, name="maintenance")
app.add_typer(voice.app, name="voice")
recordings.app.command()(exports.verify)
recordings.app.command("key")(exports.show_key)
app.add_typer(recordings.app, name="recordings")
app.add_typer(corrections.app, name="corrections")
app.add_typer(inspecting.settings_app, name="config")


def main() -> None:
    """Run the command line."""
    app()


__all__ = ["app", "main"]

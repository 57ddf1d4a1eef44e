"""`visitation serve` and `visitation migrate`."""

from config import logs, opening, program, reading
from config.commands.asking import out, refusing


@refusing
def serve() -> None:
    """Run the service until it is told to stop (Ctrl-C, SIGTERM)."""
    settings = reading.read()
    logs.set_up(settings.log)
    program.serve(settings, opening.opened(settings, new=True))


@refusing
def migrate() -> None:
    """Bring the database to the tables that this version needs."""
    opening.bring_up_to_date(reading.read())
    out.print("The tables are up to date.")

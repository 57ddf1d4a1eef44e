"""`visitation account …`: the logins of staff."""

import sys
from typing import Annotated

import typer

from config.commands.asking import carry_out, out, refusing, shown
from visitation.words import STAFF, Role

app = typer.Typer(help="The logins of staff.", no_args_is_help=True)
COLUMNS = ("username", "name", "role", "second_factor", "disabled")
Username = Annotated[str, typer.Argument(help="As it is typed when signing in.")]
FromStdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from standard input."),
]


@app.command()
@refusing
def add(
    username: Username,
    role: Annotated[Role, typer.Argument(help="What the account may do.")],
    *,
    name: Annotated[str, typer.Option(help="Shown to colleagues.")] = "",
    province: Annotated[
        list[str] | None, typer.Option(help="The code of a province it reaches.")
    ] = None,
    site: Annotated[
        list[int] | None, typer.Option(help="The number of a site it reaches.")
    ] = None,
    everywhere: Annotated[bool, typer.Option(help="It reaches every site.")] = False,
    language: Annotated[str, typer.Option(help="fa or en.")] = "fa",
    password_stdin: FromStdin = False,
) -> None:
    """Add an account; the password is asked for, or read with --password-stdin."""
    if role not in STAFF:
        raise typer.BadParameter("families have no accounts; they use a code")
    carry_out(
        "account_add",
        username=username,
        name=name or username,
        role=role.value,
        password=_password(password_stdin),
        everywhere=everywhere,
        provinces=province or [],
        sites=site or [],
        language=language,
    )
    out.print(f"Added {username}.", markup=False)


@app.command("list")
@refusing
def list_accounts() -> None:
    """List every account."""
    shown(COLUMNS, carry_out("account_list"))


@app.command()
@refusing
def disable(username: Username) -> None:
    """Shut an account out at once, and end its sessions."""
    carry_out("account_disable", username=username)
    out.print(f"{username} can no longer sign in.", markup=False)


@app.command()
@refusing
def enable(username: Username) -> None:
    """Let an account in again."""
    carry_out("account_enable", username=username)
    out.print(f"{username} can sign in again.", markup=False)


@app.command()
@refusing
def passwd(username: Username, password_stdin: FromStdin = False) -> None:
    """Set a new password, and end the account's sessions."""
    carry_out("account_passwd", username=username, password=_password(password_stdin))
    out.print(f"{username} has a new password.", markup=False)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))

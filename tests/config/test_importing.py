"""`visitation import`: with a service running, and without."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from config import admin, opening, reading
from tests import make
from tests.config.conftest import Run
from visitation.database import Database

HEAD = "prison,number,name,national_id\n"


def prepared(run: Run, tmp_path: Path) -> int:
    """A migrated database with one prison; its number."""
    run("migrate")

    async def fill() -> int:
        database = Database(f"sqlite:///{tmp_path}/visits.db")
        async with database.write() as session:
            prison = await make.prison(session)
        await database.close()
        return prison.id

    return asyncio.run(fill())


def written(tmp_path: Path, content: str, name: str = "rows.csv") -> str:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    return str(file)


def test_a_file_goes_in_once_and_bad_rows_are_told(run: Run, tmp_path: Path) -> None:
    prison = prepared(run, tmp_path)
    file = written(
        tmp_path,
        f"{HEAD}{prison},12,علی,\n{prison},۱۲,علي,\n{prison},13,رضا,0013542418\n",
    )

    tried = run("import", "prisoners", file, "--dry-run")
    first = run("import", "prisoners", file)
    again = run("import", "prisoners", file)

    assert "Dry run: 1 created, 0 changed, 0 unchanged, 2 refused." in tried.output
    assert "row 3: refused import_repeated:" in first.output
    assert "(row 2)" in first.output
    assert "row 4: refused [national_id] wrong_national_id:" in first.output
    assert "1 created, 0 changed, 0 unchanged, 2 refused." in first.output
    assert "0 created, 0 changed, 1 unchanged, 2 refused." in again.output
    assert (tried.exit_code, first.exit_code) == (1, 1)
    assert "0013542418" not in first.output


def test_the_prison_may_be_named_once_for_all(run: Run, tmp_path: Path) -> None:
    prison = prepared(run, tmp_path)
    file = written(tmp_path, "number,name\n12,علی\n")

    done = run("import", "prisoners", file, "--prison", str(prison))

    assert "1 created" in done.output
    assert done.exit_code == 0


def test_wrong_columns_are_named_and_nothing_goes_in(run: Run, tmp_path: Path) -> None:
    prepared(run, tmp_path)
    wrong = run("import", "prisoners", written(tmp_path, "prison,shoe\n1,44\n"))
    broken = tmp_path / "broken.csv"
    broken.write_bytes(HEAD.encode() + b"1,2,\xff,\n")

    assert "shoe" in wrong.output
    assert wrong.exit_code == 1
    assert "UTF-8" in run("import", "prisoners", str(broken)).output


async def test_a_running_service_does_it(run: Run, tmp_path: Path) -> None:
    prison = await asyncio.to_thread(prepared, run, tmp_path)
    file = written(tmp_path, f"{HEAD}{prison},12,علی,\n")
    settings = reading.read()
    database = await asyncio.to_thread(opening.opened, settings)
    async with admin.listening(
        opening.admin_socket(settings),
        database=database,
        keyring=opening.keyring(settings),
        clock=lambda: datetime.now(UTC),
    ):
        done = await asyncio.to_thread(run, "import", "prisoners", file)
    await database.close()

    assert "1 created" in done.output

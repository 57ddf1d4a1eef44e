"""One stage for all tests of pages; they look at it and change nothing."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.pages import registry
from tests.pages.stage import Address, Stage, raised


@pytest_asyncio.fixture(scope="session", loop_scope="session", name="raised")
async def one_stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with raised(tmp_path_factory.mktemp("pages")) as stage:
        yield stage


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def addresses(raised: Stage) -> tuple[Address, ...]:
    """Every page in every state; the crawl takes a quarter of a minute."""
    return await registry.known(raised)

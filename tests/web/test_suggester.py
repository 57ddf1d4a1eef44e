"""A language model guesses only what it is sent, and nobody waits for it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from config import filling
from config.settings import Settings
from visitation.filing.classifier import LEARNT, Guess
from visitation.words import CaseKind
from web import suggester
from web.suggester import Suggester

TEXT = "رضا کریمی، کد ۰۰۱۲۳۴۵۶۷۹، مرخصی می‌خواهد"
NAMES = ("رضا کریمی", "زهرا کریمی")
KEY = "a key"


@dataclass
class Model:
    """A language model that says what it is told to."""

    says: Any = None
    status: int = 200
    after: float = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("Authorization", ""))
        await asyncio.sleep(self.after)
        content = self.says if isinstance(self.says, str) else json.dumps(self.says)
        body = {"choices": [{"message": {"role": "assistant", "content": content}}]}
        return web.json_response(body, status=self.status)


@pytest.fixture
async def model() -> Model:
    return Model()


@pytest.fixture
async def asking(model: Model) -> AsyncIterator[Suggester]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", model.answer)
    async with TestServer(app) as server:
        yield Suggester(url=str(server.make_url("/v1")), model="small", key=KEY)


async def test_what_it_says_is_taken_the_likeliest_first(
    model: Model, asking: Suggester
) -> None:
    model.says = {
        "kinds": [
            {"kind": "visit", "likely": 0.2},
            {"kind": "furlough", "likely": 0.7},
        ]
    }

    assert await asking.guesses(TEXT, NAMES) == (
        Guess(kind=CaseKind.FURLOUGH, likely=0.7),
        Guess(kind=CaseKind.VISIT, likely=0.2),
    )


async def test_no_name_and_no_number_leaves(model: Model, asking: Suggester) -> None:
    await asking.guesses(TEXT, NAMES)
    [asked] = model.asked

    assert asked["messages"][1] == {
        "role": "user",
        "content": "… …، کد …، مرخصی میخواهد",
    }
    assert asked["model"] == "small"
    assert asked["response_format"]["json_schema"]["strict"] is True
    assert model.keys == [f"Bearer {KEY}"]
    assert KEY not in repr(asking)


@pytest.mark.parametrize(
    "says",
    [
        "no JSON",
        "[]",
        "7",
        {"kinds": []},
        {"kinds": 3},
        {"kinds": [{"kind": "escape", "likely": 1}]},
        {"kinds": [{"kind": "visit", "likely": 7}]},
        {"kinds": [{"kind": "visit", "likely": float("nan")}]},
        {"kinds": [{"kind": "visit", "likely": "much"}]},
        {"kinds": [{"kind": "visit"}]},
        {"other": 1},
    ],
)
async def test_what_makes_no_sense_is_left_to_our_own(
    model: Model, asking: Suggester, says: Any
) -> None:
    model.says = says

    assert await asking.guesses(TEXT, NAMES) == LEARNT.guesses(TEXT)


@pytest.mark.parametrize("status", [302, 401, 429, 500])
async def test_a_refusal_is_left_to_our_own(
    model: Model, asking: Suggester, status: int
) -> None:
    model.status, model.says = status, "busy"

    assert await asking.guesses(TEXT, NAMES) == LEARNT.guesses(TEXT)


async def test_nobody_waits_for_it(
    model: Model, asking: Suggester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggester, "WITHIN", aiohttp.ClientTimeout(total=0.05))
    model.after = 5

    assert await asking.guesses(TEXT, NAMES) == LEARNT.guesses(TEXT)


async def test_where_nobody_listens_our_own_guess_is_used() -> None:
    nobody = Suggester(url="http://127.0.0.1:9", model="small", key="")

    assert await nobody.guesses(TEXT, NAMES) == LEARNT.guesses(TEXT)


def test_it_is_off_unless_somebody_gives_an_address() -> None:
    off = filling.pages(Settings(secret="s" * 40), demo=False)
    on = filling.pages(
        Settings(
            secret="s" * 40,
            suggest={"url": "https://m.example/v1/", "model": "small", "key": "k"},
        ),
        demo=False,
    )

    assert off.suggester is None
    assert on.suggester == Suggester(url="https://m.example/v1", model="small", key="k")

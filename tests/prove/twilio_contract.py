"""Does our client, and our provider like Twilio, keep to Twilio's own description?

    make prove-twilio-contract ARGS=twilio_api_v2010.json

The file is Twilio's (github.com/twilio/twilio-oai, spec/json); Prism stands between the
client and the provider of the tests, looks at every request and every answer, and
refuses what the description does not know. Needs npm: `npx @stoplight/prism-cli`, or
another command by `--prism`.
"""

import argparse
import asyncio
import contextlib
import json
import os
import shlex
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
from aiohttp.test_utils import unused_port

from scheduler.gateways import Twilio, TwilioSettings
from tests.scheduler.fake_twilio import SID, TOKEN, FakeTwilio
from tests.scheduler.letters import letter
from visitation.errors import VisitationError

PATIENCE_SECONDS = 180
PRISM = "npx --yes @stoplight/prism-cli@5"
PATHS = (
    "/2010-04-01/Accounts/{AccountSid}/Messages.json",
    "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json",
)
SERVICE = "MG" + 32 * "0"


@asynccontextmanager
async def between(document: Path, upstream: str, command: str) -> AsyncIterator[str]:
    """Prism in front of the provider, at an address of its own."""
    port = unused_port()
    process = await asyncio.create_subprocess_exec(
        *shlex.split(command),
        *("proxy", "--errors", "--port", str(port), str(document), upstream),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    listening = asyncio.Event()

    async def listen() -> None:
        assert process.stdout
        async for line in process.stdout:
            if b"listening" in line.lower():
                listening.set()

    reader = asyncio.create_task(listen())
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await listening.wait()
        yield f"http://127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await process.wait()
        await reader


async def talk(base_url: str, fake: FakeTwilio) -> list[str]:
    """Everything that the gateway ever asks; what did not go as it should."""
    wrong = []
    for more in ({"sender": "+15005550006"}, {"messaging_service_sid": SERVICE}):
        gateway = Twilio(
            TwilioSettings(
                account_sid=SID,
                auth_token=TOKEN,
                base_url=base_url,
                status_callback="https://visits.example/callbacks/twilio",
                **more,
            )
        )
        wrong += await exchanged(gateway, fake)
        await gateway.close()
    return wrong


async def exchanged(gateway: Twilio, fake: FakeTwilio) -> list[str]:
    """A message from its creation to every end it may have; what went wrong."""
    since, wrong = datetime.now(UTC), []
    try:
        sent = await gateway.send(letter())
        for status in ("queued", "sent", "delivered", "undelivered", "failed"):
            fake.advance(fake.messages[-1], status)
            delivery = await gateway.delivery(sent.gateway_id)
            if delivery is None or delivery.status != status:
                wrong.append(f"delivery: {delivery} instead of {status}")
        if await gateway.find(letter(), since=since) != sent:
            wrong.append("find: what was sent was not found")
    except VisitationError as error:
        wrong.append(f"{type(error).__name__}: {error}")
    return wrong


async def is_strict(base_url: str) -> bool:
    """Whether Prism refuses what the description does not allow."""
    account = aiohttp.BasicAuth(SID, TOKEN)
    path = f"{base_url}/2010-04-01/Accounts/{SID}/Messages.json"
    form = {"Body": "nobody to send it to", "ValidityPeriod": "soon"}
    async with (
        aiohttp.ClientSession(auth=account) as client,
        client.post(path, data=form) as answer,
    ):
        return answer.status == 422


async def prove(document: Path, command: str) -> dict[str, object]:
    async with (
        FakeTwilio().serving() as fake,
        between(document, fake.base_url, command) as base_url,
    ):
        strict = await is_strict(base_url)
        wrong = await talk(base_url, fake)
        asked = len(fake.requests)
    return {
        "prove": "twilio_contract",
        "strict": strict,
        "requests": asked,
        "wrong": wrong,
    }


def softened(document: Path, folder: Path) -> Path:
    """The part of the description that we use, without what its own examples break.

    Addresses of pages are said to be URIs, and are shown and sent without a host.
    """
    whole = json.loads(document.read_text(encoding="utf-8"))
    wanted = {name: path for name, path in whole["paths"].items() if name in PATHS}
    for path in wanted.values():
        for answer in path["get"]["responses"].values():
            schema = answer["content"]["application/json"]["schema"]
            for value in schema.get("properties", {}).values():
                value.pop("format", None)
    kept = folder / "messages.json"
    kept.write_text(json.dumps(whole | {"paths": wanted}), encoding="utf-8")
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("document", type=Path)
    parser.add_argument("--prism", default=PRISM)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        kept = softened(asked.document, Path(folder))
        result = asyncio.run(prove(kept, asked.prism))
    print(json.dumps(result, ensure_ascii=False))
    sys.exit(not result["strict"] or bool(result["wrong"]))


if __name__ == "__main__":
    main()

"""Passing on TCP connections: `python -m tests.impair.forward HOST TO PORT`.

Imports next to nothing: it is started again in the middle of a call.
"""

import asyncio
import sys


async def passed_on(
    to: str, reader: asyncio.StreamReader, out: asyncio.StreamWriter
) -> None:
    """One connection, passed on to the same port of another address."""
    port = out.get_extra_info("sockname")[1]
    try:
        inwards, outwards = await asyncio.open_connection(to, port)
    except OSError:
        out.close()
        return
    await asyncio.gather(_poured(reader, outwards), _poured(inwards, out))


async def _poured(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while octets := await reader.read(65_536):
            writer.write(octets)
            await writer.drain()
    except OSError:
        pass
    writer.close()


async def forward(host: str, to: str, port: int) -> asyncio.Server:
    """Passes on whatever connects to a port. Cameras work on localhost alone."""
    return await asyncio.start_server(lambda r, w: passed_on(to, r, w), host, port)


async def _stay(host: str, to: str, port: int) -> None:
    await (await forward(host, to, port)).serve_forever()


if __name__ == "__main__":
    asyncio.run(_stay(sys.argv[1], sys.argv[2], int(sys.argv[3])))

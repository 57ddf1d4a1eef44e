"""Reading what a peer received."""

import asyncio
import itertools


def numbers(packets: list[bytes]) -> list[int]:
    return [int.from_bytes(packet[2:4], "big") for packet in packets]


def steps(values: list[int], modulus: int = 65_536) -> list[int]:
    """How each value differs from the one before."""
    return [(b - a) % modulus for a, b in itertools.pairwise(values)]


def of_kind(packets: list[bytes], payload_type: int) -> list[bytes]:
    return [packet for packet in packets if packet[1] & 0x7F == payload_type]


def picture_id(packet: bytes) -> int:
    return int.from_bytes(packet[14:16], "big") & 0x7FFF


async def settle() -> None:
    """Long enough for everything under way on loopback to have arrived."""
    await asyncio.sleep(0.05)

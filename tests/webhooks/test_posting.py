"""Posting to addresses of others: over TLS, and never into our own network."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scheduler import posting
from scheduler.posting import Checked, Inside, Poster
from tests.fakes import Clock
from tests.webhooks.receiver import Receiver
from visitation.webhooks import signing
from visitation.webhooks.deliveries import Outcome

SECRET = signing.secret_of(b"k" * 32)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = tmp_path / "cert.pem", tmp_path / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@pytest.fixture
async def server(
    certificate: tuple[Path, Path], clock: Clock
) -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver(SECRET, clock)
    app = receiver.application

    async def away(request: web.Request) -> web.Response:
        raise web.HTTPFound("/events")

    app.router.add_post("/away", away)
    told = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    told.load_cert_chain(*certificate)
    running = TestServer(app, host="127.0.0.1", scheme="https")
    await running.start_server(ssl=told)
    yield receiver, f"https://localhost:{running.port}"
    await running.close()


async def _post(poster: Poster, address: str, clock: Clock) -> Outcome:
    body = b'{"key": "case:one", "number": 1}'
    headers = signing.headers([SECRET], reference="evt_1", at=clock(), body=body)
    try:
        return await poster(address, headers=headers, body=body)
    finally:
        await poster.close()


async def test_a_receiver_of_our_own_network_is_told_where_that_is_allowed(
    server: tuple[Receiver, str], certificate: tuple[Path, Path], clock: Clock
) -> None:
    receiver, origin = server
    trust = ssl.create_default_context(cafile=str(certificate[0]))

    allowed = Poster(allow_private=True, trust=trust)
    outcome = await _post(allowed, f"{origin}/events", clock)
    refused = await _post(Poster(trust=trust), f"{origin}/events", clock)

    assert (outcome, refused) == (Outcome(status=204), Outcome(trouble="inside"))
    assert receiver.numbers("case:one") == [1]


async def test_a_certificate_of_nobody_is_not_believed(
    server: tuple[Receiver, str], clock: Clock
) -> None:
    receiver, origin = server

    outcome = await _post(Poster(allow_private=True), f"{origin}/events", clock)

    assert (outcome, receiver.asked) == (Outcome(trouble="certificate"), 0)


async def test_nobody_is_sent_elsewhere(
    server: tuple[Receiver, str], certificate: tuple[Path, Path], clock: Clock
) -> None:
    receiver, origin = server
    trust = ssl.create_default_context(cafile=str(certificate[0]))

    poster = Poster(allow_private=True, trust=trust)
    outcome = await _post(poster, f"{origin}/away", clock)

    assert (outcome, receiver.asked) == (Outcome(status=302), 0)


@pytest.mark.parametrize(
    "address",
    [
        "http://receiver.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest",
        "https://2130706433/",
        "https://127.1/",
        "https://0x7f000001/",
        "https://[64:ff9b::a00:1]/",
        "https://[::ffff:10.0.0.1]/",
    ],
)
async def test_addresses_inside_are_never_asked(address: str, clock: Clock) -> None:
    assert await _post(Poster(), address, clock) == Outcome(trouble="inside")


async def test_who_listens_to_nobody_cannot_be_reached(clock: Clock) -> None:
    outcome = await _post(Poster(allow_private=True), "https://127.0.0.1:1/", clock)

    assert outcome == Outcome(trouble="unreachable")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("fec0::1", False),
        ("4000::1", False),
        ("::ffff:8.8.8.8", True),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::808:808", False),
        ("no address", False),
    ],
)
def test_public_addresses_are_told_from_others(address: str, public: bool) -> None:
    assert posting.is_public(address) is public


class _Names(AbstractResolver):
    """A name with a public address and one inside."""

    async def resolve(
        self, host: str, port: int = 0, family: int = 0
    ) -> list[ResolveResult]:
        common = {"hostname": host, "port": port, "family": 2, "proto": 0, "flags": 0}
        return [{**common, "host": one} for one in ("8.8.8.8", "127.0.0.1")]

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_name_that_leads_inside_as_well_is_refused_whole() -> None:
    with pytest.raises(Inside):
        await Checked(_Names()).resolve("rebinding.example", 443)

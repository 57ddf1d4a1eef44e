"""A real coturn under the rules that we ship, with a certificate of its own."""

import asyncio
import ipaddress
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SECRET = "the secret that service and relay share"
REALM = "visits.example"
RULES, STARTER = Path("docker/turnserver.conf"), Path("docker/relay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Where the relay listens, and who vouches for it."""

    host: str
    port: int
    tls_port: int
    authority: Path

    @property
    def urls(self) -> dict[str, str]:
        """One URL for each way in."""
        return {
            "udp": f"turn:{self.host}:{self.port}?transport=udp",
            "tcp": f"turn:{self.host}:{self.port}?transport=tcp",
            "tls": f"turns:{self.host}:{self.tls_port}?transport=tcp",
        }


def own_address() -> str:
    """This machine's own address; loopback where it has no other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


@asynccontextmanager
async def relaying(folder: Path, *media: str, **rules: object) -> AsyncIterator[Relay]:
    """A relay that reaches the media addresses, started as the container starts it.

    Args:
        folder: for its certificate and what else it writes.
        media: the addresses it may relay to.
        rules: what is to be different from the shipped rules.
    """
    host = own_address()
    relay = Relay(
        host=host, port=_free(), tls_port=_free(), authority=certify(folder, host)
    )
    (folder / "secret").write_text(f"{SECRET}\n")
    own = {
        "listening_ip": host,
        "relay_ip": host,
        "listening_port": relay.port,
        "tls_listening_port": relay.tls_port,
        "pidfile": folder / "turn.pid",
        "userdb": folder / "turn.db",
        **rules,
    }
    arguments = [f"--{name.replace('_', '-')}={own[name]}" for name in own]
    if host == "127.0.0.1":
        arguments += ["--allow-loopback-peers", "--cli-password=none"]
    with (folder / "turn.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "sh",
            STARTER,
            *arguments,
            env={
                "PATH": os.environ["PATH"],
                "REALM": REALM,
                "EXTERNAL_IP": host,
                "MEDIA_ADDRESSES": " ".join(media),
                "SECRET_FILE": str(folder / "secret"),
                "CONFIGURATION": str(RULES),
                "CERTIFICATES": str(folder),
                "LOOK_SECONDS": "0.2",
            },
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        await _listens(host, relay.port)
        yield relay
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _listens(host: str, port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            with suppress(OSError):
                _, line = await asyncio.open_connection(host, port)
                line.close()
                await line.wait_closed()
                return
            await asyncio.sleep(0.1)


def certify(folder: Path, host: str) -> Path:
    """A certificate for the relay in the folder; returns its authority's.

    Whoever makes a new one over an old one renews it, with a new authority.
    """
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("A test's own authority", authority_key, None, None, host)
    key = ec.generate_private_key(ec.SECP256R1())
    own = _certificate("relay", key, authority, authority_key, host)
    pem = serialization.Encoding.PEM
    (folder / "relay.key").write_bytes(
        key.private_bytes(
            pem,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    fresh = folder / "fresh.crt"
    fresh.write_bytes(own.public_bytes(pem))
    fresh.rename(folder / "relay.crt")
    return folder / "authority.pem"


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey | None,
    host: str,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(
            x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True
        )
    )
    if issuer is not None:
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(host))]
        builder = builder.add_extension(
            x509.SubjectAlternativeName(names), critical=False
        ).add_extension(
            x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]),
            critical=False,
        )
    return builder.sign(issuer_key or key, hashes.SHA256())


def trusting_home(folder: Path, authority: Path) -> Path:
    """A home directory in which Chromium trusts the authority."""
    home = folder / "home"
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    certutil = shutil.which("certutil")
    assert certutil, "install libnss3-tools"
    for words in (
        ["-N", "--empty-password"],
        ["-A", "-t", "C,,", "-n", "authority", "-i", str(authority)],
    ):
        subprocess.run([certutil, "-d", f"sql:{store}", *words], check=True)
    return home


def _free() -> int:
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("", 0))
        port = int(tcp.getsockname()[1])
        udp.bind(("", port))
        return port

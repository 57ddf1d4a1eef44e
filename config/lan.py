"""The addresses of this machine, and a certificate for the one that others use."""

import ipaddress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import ifaddr
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from visitation.errors import VisitationError

_LIFE = timedelta(days=365)
Address = IPv4Address | IPv6Address


class NoNetwork(VisitationError):
    """This machine has no address that other devices could reach."""


def addresses() -> tuple[Address, ...]:
    """Every address of this machine that can be spoken to, loopback last."""
    found = {
        ipaddress.ip_address(ip.ip if isinstance(ip.ip, str) else ip.ip[0])
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
    }
    usable = (one for one in found if not one.is_link_local)
    return tuple(sorted(usable, key=lambda one: (one.is_loopback, one.version, one)))


def address() -> str:
    """The address at which other devices reach this machine.

    Raises:
        NoNetwork: if there is none.
    """
    for one in addresses():
        if isinstance(one, IPv4Address) and not one.is_loopback:
            return str(one)
    raise NoNetwork("this machine is on no network that other devices could share")


def certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """A self-signed certificate for an address, and its key, kept in a folder."""
    certificate_file = folder / f"{host}.crt"
    key_file = folder / f"{host}.key"
    if certificate_file.exists() and key_file.exists():
        return certificate_file, key_file
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _LIFE)
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    x509.IPAddress(ipaddress.ip_address(host)),
                    x509.DNSName("localhost"),
                    x509.DNSName("*.localhost"),
                ]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return certificate_file, key_file

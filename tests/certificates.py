"""A certification authority of the tests, and an organ's certificate under it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

PASSPHRASE = "only for tests"


def authority(organ: str = "东湖区应急管理局") -> tuple[bytes, bytes]:
    """The authority's certificate as PEM, and the organ's key and certificate as PKCS #12."""
    root_key, organ_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "测试根证书")])
    root = _certificate(root_name, root_name, root_key.public_key(), root_key, authority=True)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, organ)])
    certificate = _certificate(name, root_name, organ_key.public_key(), root_key, authority=False)
    locked = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    p12 = pkcs12.serialize_key_and_certificates(b"seal", organ_key, certificate, [root], locked)
    return root.public_bytes(serialization.Encoding.PEM), p12


def _certificate(
    name: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, key: ec.EllipticCurvePrivateKey, *, authority: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=not authority, content_commitment=not authority, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=authority, crl_sign=authority, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(public)
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30)).add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(usage, critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip

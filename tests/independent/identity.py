"""An organization's identity, written from docs/protocol.md alone: Ed25519 identity, P-256 TLS key, the binding extension."""

import datetime
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

BINDING_OID = x509.ObjectIdentifier("1.3.6.1.4.1.32473.7443.1")
BINDING_DOMAIN = b"hongyan/tls/v1\n"
RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


class Identity:
    """A key pair, its fingerprint and a certificate that the other side can pin."""

    def __init__(self):
        self.key = ed25519.Ed25519PrivateKey.generate()
        self.public = self.key.public_key().public_bytes(*RAW)
        self.fingerprint = hashlib.sha256(self.public).hexdigest()
        tls = ec.generate_private_key(ec.SECP256R1())
        spki = tls.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        signature = self.key.sign(BINDING_DOMAIN + spki)
        binding = bytes([0x30, 100, 0x04, 32]) + self.public + bytes([0x04, 64]) + signature
        now = datetime.datetime.now(datetime.timezone.utc)
        name = server_name(self.fingerprint)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(tls.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.UnrecognizedExtension(BINDING_OID, binding), critical=False)
            .sign(tls, hashes.SHA256())
        )
        self.certificate_pem = certificate.public_bytes(serialization.Encoding.PEM)
        self.key_pem = tls.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def server_name(fingerprint):
    """The DNS name in the certificate of a key."""
    return fingerprint[:32] + ".hongyan.internal"


def pinned_fingerprint(certificate_pem):
    """The identity that a peer's certificate proves, or an error: what a client pins."""
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    binding = certificate.extensions.get_extension_for_oid(BINDING_OID).value.value
    public, signature = binding[4:36], binding[38:102]
    spki = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, BINDING_DOMAIN + spki)
    return hashlib.sha256(public).hexdigest()

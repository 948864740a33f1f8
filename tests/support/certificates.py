"""Self-made certificates for servers on loopback, and keys to sign mails with."""

import os
import shutil
import subprocess
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A self-made certificate; `file` is also the root to trust."""

    file: Path
    key: Path


def make_certificate(folder: Path, *, names: str = "DNS:localhost,IP:127.0.0.1") -> Certificate:
    """Make a certificate with the openssl command; skips the test where there is none, unless CI says there must be."""
    openssl = _openssl()
    made = Certificate(file=folder / "certificate.pem", key=folder / "key.pem")
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=localhost", "-addext", f"subjectAltName={names}"]
    command += ["-out", str(made.file), "-keyout", str(made.key)]
    subprocess.run(command, check=True, capture_output=True)
    return made


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A key to sign mails with, and what stands for it in the DNS (RFC 6376 3.6.1)."""

    file: Path
    record: str


def make_signing_key(folder: Path) -> SigningKey:
    """Make an RSA key; skips the test where there is no openssl command, unless CI says there must be."""
    openssl = _openssl()
    file = folder / f"dkim{len(list(folder.glob('dkim*')))}.pem"
    subprocess.run([openssl, "genrsa", "-out", str(file), "2048"], check=True, capture_output=True)
    command = [openssl, "rsa", "-in", str(file), "-pubout", "-outform", "DER"]
    public = subprocess.run(command, check=True, capture_output=True).stdout
    return SigningKey(file=file, record=f"v=DKIM1; k=rsa; p={b64encode(public).decode()}")


def _openssl() -> str:
    openssl = shutil.which("openssl")
    if openssl is None:
        if os.environ.get("CI") == "true":
            pytest.fail("the openssl command is missing")
        pytest.skip("needs the openssl command")
    return openssl

"""Self-made certificates for servers on loopback."""

import os
import shutil
import subprocess
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
    openssl = shutil.which("openssl")
    if openssl is None:
        if os.environ.get("CI") == "true":
            pytest.fail("the openssl command is missing")
        pytest.skip("needs the openssl command")
    made = Certificate(file=folder / "certificate.pem", key=folder / "key.pem")
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=localhost", "-addext", f"subjectAltName={names}"]
    command += ["-out", str(made.file), "-keyout", str(made.key)]
    subprocess.run(command, check=True, capture_output=True)
    return made

"""Certificates for a server on loopback, made by the program openssl, and who trusts them."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_OPENSSL = shutil.which("openssl")
_CONFIG = """[ca]
default_ca = own
[own]
database = {folder}/index.txt
serial = {folder}/serial
new_certs_dir = {folder}
certificate = {folder}/ca.pem
private_key = {folder}/ca.key
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority of our own: its certificate is `folder`/ca.pem."""

    folder: Path

    def certificate(self, name: str, *, address: str = "127.0.0.1", days: tuple[str, str] | None = None) -> ssl.SSLContext:
        """Return what a server shows for an address; `days` is from when to when it holds (`YYMMDDHHMMSSZ`)."""
        key, request, shown = (self.folder / f"{name}.{kind}" for kind in ("key", "csr", "pem"))
        _key(key)
        alternative = f"subjectAltName=IP:{address}" if address[0].isdigit() else f"subjectAltName=DNS:{address}"
        _openssl("req", "-new", "-key", key, "-out", request, "-subj", f"/CN={name}", "-addext", alternative)
        begin, end = days or ("200101000000Z", "491231235959Z")
        held = ("-startdate", begin, "-enddate", end)
        _openssl("ca", "-batch", "-notext", "-config", self.folder / "ca.cnf", "-in", request, "-out", shown, *held)
        return _context(shown, key)

    def self_signed(self) -> ssl.SSLContext:
        """Return what a server shows that vouches for itself."""
        key, shown = self.folder / "own.key", self.folder / "own.pem"
        _key(key)
        _own(key, shown, "127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
        return _context(shown, key)


def authority(folder: Path) -> Authority:
    """Return a new authority; skips the test where there is no openssl."""
    if _OPENSSL is None:
        pytest.skip("openssl is not installed")
    _key(folder / "ca.key")
    _own(folder / "ca.key", folder / "ca.pem", "An authority of the tests")
    (folder / "ca.cnf").write_text(_CONFIG.format(folder=folder))
    (folder / "index.txt").touch()
    (folder / "serial").write_text("01\n")
    return Authority(folder)


def _key(file: Path) -> None:
    _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file)


def _own(key: Path, shown: Path, name: str, *more: str) -> None:
    _openssl("req", "-x509", "-new", "-key", key, "-out", shown, "-subj", f"/CN={name}", "-days", "3000", *more)


def _context(shown: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, key)
    return context


def _openssl(*words: str | Path) -> None:
    done = subprocess.run([str(_OPENSSL), *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

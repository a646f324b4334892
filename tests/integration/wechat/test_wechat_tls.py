"""An encrypted connection to the gateway, with a certificate that is checked."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from adapters.errors import PlatformUnavailable
from adapters.wechat.adapter import WechatAdapter
from tests.contracts.adapter_harness import Inbox
from tests.fakes.wechat_gateway import FakeGateway

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost by nobody's authority but its own, with its key beside it."""
    path = tmp_path / "gateway.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(tmp_path / "gateway.key"), "-out", str(path)]
    subprocess.run([*command, *names], check=True, capture_output=True, timeout=60)
    return path


async def started_with(certificate: Path) -> str:
    """Start at a gateway with that certificate, and give what arrives first."""
    gateway = FakeGateway()
    gateway.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    gateway.tls.load_cert_chain(certificate, certificate.with_suffix(".key"))
    gateway.tls.set_alpn_protocols(["h2"])
    async with gateway:
        adapter = WechatAdapter(gateway.token, f"https://localhost:{gateway.port}")
        inbox = Inbox()
        try:
            await adapter.start(inbox)
            gateway.tell(gateway.world.write("U1", "hello"))
            return (await inbox.first())[0].text
        finally:
            await adapter.close()


async def test_authority_of_the_operators_own_is_trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the setting that other programs know as well."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert await started_with(certificate) == "hello"


async def test_unknown_authority_is_refused(certificate: Path) -> None:
    """Anybody could be in between."""
    with pytest.raises(PlatformUnavailable):
        await started_with(certificate)

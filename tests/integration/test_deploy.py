"""What deploy/ holds works as it stands: unit, proxies with TLS, sub-path, settings, containers, wheels."""

import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import tomllib
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from fakes import png
from nginx_proxy import NGINX, nginx_command
from serving import Served, free_port

from raiox.cli.configuration import read_settings
from raiox.service.roles import Role, require_role
from raiox.web.http.middleware import HSTS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
NAME = "raiox.example.org"
SBIN = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"
CADDY, SYSTEMD, OPENSSL = (
    shutil.which(program, path=SBIN) for program in ("caddy", "systemd-analyze", "openssl")
)
UNITS = ("raiox.service", "raiox-work.service")
START_S = 20.0
MAX_EXPOSURE = 4.0
"""Of 10, as systemd counts it, which calls it OK."""


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """raiox with the settings of deploy/raiox.toml."""
    web = tomllib.loads((DEPLOY / "raiox.toml").read_text())["web"]
    settings = {f"web__{name}": json.dumps(value) for name, value in web.items()}
    served = Served(tmp_path_factory.mktemp("served"), **settings)
    yield served
    served.kill()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for NAME that nobody else vouches for, and its key."""
    if OPENSSL is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    pair = folder / "certificate.pem", folder / "key.pem"
    command = [
        OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
        "-out", str(pair[0]), "-keyout", str(pair[1]),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return pair


def replaced(text: str, changes: dict[str, str]) -> str:
    """The text of a document with what differs here; each must stand in it."""
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


@contextmanager
def running(command: list[str], port: int, folder: Path, **options):
    """A proxy that listens."""
    log = (folder / "output").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log, **options)
    try:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        else:
            pytest.fail((folder / "output").read_text())
        yield
    finally:
        process.terminate()
        process.wait()
        log.close()


def caddy_command(folder: Path, text: str) -> list[str]:
    """Validated by Caddy itself first."""
    if CADDY is None:
        pytest.skip("caddy is not installed")
    (folder / "Caddyfile").write_text(text)
    options = ["--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    validated = subprocess.run(
        [CADDY, "validate", *options], capture_output=True, text=True, check=False,
        env={"HOME": str(folder)},
    )  # fmt: skip
    assert "Valid configuration" in validated.stdout + validated.stderr, validated.stderr
    return [CADDY, "run", *options]


@pytest.fixture(params=["nginx", "caddy"])
def proxied(request, service, certificate, tmp_path):
    """A browser that reaches raiox over TLS only, through the documented proxy."""
    port, plain = free_port(), free_port()
    upstream = {"127.0.0.1:8000": f"127.0.0.1:{service.port}"}
    if request.param == "nginx":
        if NGINX is None:
            pytest.skip("nginx is not installed")
        site = replaced(
            (DEPLOY / "nginx" / "raiox.conf").read_text(),
            upstream | {
                "listen 80;": f"listen 127.0.0.1:{plain};",
                "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
                "/etc/ssl/raiox/fullchain.pem": str(certificate[0]),
                "/etc/ssl/raiox/privkey.pem": str(certificate[1]),
            },
        )  # fmt: skip
        command = nginx_command(tmp_path, site)
    else:
        text = replaced(
            (DEPLOY / "caddy" / "Caddyfile").read_text(),
            upstream | {
                f"{NAME} {{": f"{NAME}:{port} {{\n\ttls {certificate[0]} {certificate[1]}",
            },
        )  # fmt: skip
        options = f"{{\n\thttp_port {plain}\n\thttps_port {port}\n\tadmin off\n}}\n"
        command = caddy_command(tmp_path, options + text)
    trusted = ssl.create_default_context(cafile=str(certificate[0]))
    trusted.check_hostname = False  # the address in the URL is this machine's
    with running(command, port, tmp_path, env={"HOME": str(tmp_path)}), httpx.Client(
        base_url=f"https://127.0.0.1:{port}", verify=trusted, headers={"Host": NAME}, timeout=20
    ) as browser:  # fmt: skip
        browser.plain_port = plain
        yield browser


SNI = {"sni_hostname": NAME}


def test_over_tls_an_upload_is_analysed_and_seen_again_by_its_sender_alone(proxied):
    headers = {"Origin": f"https://{NAME}", "Prefer": "wait=20"}
    upload = proxied.post("/api/v1/analyses", content=png(), headers=headers, extensions=SNI)
    cookie = upload.headers["set-cookie"]
    proxied.cookies.clear()
    mine = proxied.get(
        upload.headers["location"], headers={"Cookie": cookie.partition(";")[0]}, extensions=SNI
    )
    others = proxied.get(upload.headers["location"], extensions=SNI)

    assert (upload.status_code, mine.status_code, others.status_code) == (201, 200, 404)
    assert "; Secure" in cookie
    assert mine.headers["strict-transport-security"] == HSTS


def test_what_asks_for_http_is_led_to_https(proxied):
    answer = httpx.get(f"http://127.0.0.1:{proxied.plain_port}/x", headers={"Host": NAME})

    assert answer.status_code in (301, 308)
    assert re.match(rf"https://{NAME}(:\d+)?/x", answer.headers["location"])


def test_a_body_beyond_the_limit_is_refused_with_a_sentence_of_raiox(proxied):
    answer = proxied.post("/api/v1/analyses", content=bytes(66 * 2**20), extensions=SNI)

    assert answer.status_code == 413
    assert answer.json()["code"] == "upload_too_large"


def test_below_a_path_of_another_server_every_address_stays_below_it(service, tmp_path):
    port = free_port()
    inside = replaced(
        (DEPLOY / "nginx" / "raiox-below-a-path.conf").read_text(),
        {"127.0.0.1:8000": f"127.0.0.1:{service.port}"},
    )
    site = f"server {{ listen 127.0.0.1:{port}; {inside} }}"
    with running(nginx_command(tmp_path, site), port, tmp_path), httpx.Client(
        base_url=f"http://127.0.0.1:{port}", headers={"Host": NAME}
    ) as browser:  # fmt: skip
        redirect = browser.get("/hospital/raiox")
        upload = browser.post("/hospital/raiox/api/v1/analyses", content=png())
        above = browser.get("/api/v1/analyses")

    assert redirect.headers["location"].endswith("/hospital/raiox/")
    assert upload.headers["location"].startswith("/hospital/raiox/api/v1/analyses/")
    assert "; Path=/hospital/raiox;" in upload.headers["set-cookie"]
    assert above.status_code == 404


@pytest.mark.skipif(SYSTEMD is None, reason="systemd is not installed")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_every_line_of_the_unit(name, tmp_path):
    program = "/opt/raiox/.venv/bin/raiox"
    unit = replaced((DEPLOY / "systemd" / name).read_text(), {program: "/bin/true"})
    (tmp_path / name).write_text(unit)
    verified = subprocess.run(
        [SYSTEMD, "verify", "--man=no", str(tmp_path / name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    ours = [line for line in verified.stderr.splitlines() if name in line]

    assert (ours, verified.returncode) == ([], 0)


@pytest.mark.skipif(SYSTEMD is None, reason="systemd is not installed")
@pytest.mark.parametrize("name", UNITS)
def test_the_unit_exposes_little(name, tmp_path):
    unit = shutil.copy(DEPLOY / "systemd" / name, tmp_path)
    counted = subprocess.run(
        [SYSTEMD, "security", "--offline=true", "--no-pager", unit],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    overall = re.search(rf"exposure level for {name}: ([\d.]+)", counted.stdout)

    assert overall, counted.stderr
    assert float(overall[1]) <= MAX_EXPOSURE


def test_the_file_of_settings_is_read_without_an_unknown_name(monkeypatch):
    for name in ("DATA_DIR", "DATASETS"):
        monkeypatch.delenv(f"RAIOX_{name}", raising=False)
    monkeypatch.setenv("RAIOX_CONFIG", str(DEPLOY / "raiox.toml"))

    settings = read_settings()

    assert settings.data_dir == Path("/var/lib/raiox")
    assert settings.web.allowed_hosts == (NAME, "127.0.0.1")
    assert settings.web.secure_cookies


def test_the_settings_of_several_hosts_are_read_and_let_processes_share_everything(
    monkeypatch, tmp_path
):
    page = (ROOT / "docs" / "how-to" / "run-on-several-hosts.md").read_text()
    [written] = re.findall(r"```toml\n(.+?)```", page, re.DOTALL)
    (tmp_path / "raiox.toml").write_text(written)
    monkeypatch.setenv("RAIOX_CONFIG", str(tmp_path / "raiox.toml"))
    monkeypatch.setenv("RAIOX_DATA_DIR", "/var/lib/raiox-work")

    settings = read_settings()

    require_role(settings, Role.WORKER)
    require_role(settings, Role.ALL)
    assert settings.web.replicas == 2


def test_the_containers_are_given_settings_that_exist_and_run_without_rights(monkeypatch):
    compose = (DEPLOY / "docker" / "compose.yaml").read_text()
    for name, value in re.findall(r"^ +(RAIOX_\w+): (.+)$", compose, re.MULTILINE):
        monkeypatch.setenv(name, value.strip('"'))
    dockerfile = (DEPLOY / "docker" / "Dockerfile").read_text()
    final = dockerfile.rpartition("\nFROM ")[2]

    assert read_settings().web.trusted_proxies == ("172.28.0.2",)
    assert re.search(r"^USER \d+$", final, re.MULTILINE)
    assert "wheelhouse.sh" not in final
    for script in re.findall(r"scripts/\S+\.sh", dockerfile):
        assert (ROOT / script).is_file()


@pytest.mark.slow
def test_no_wheel_is_built_without_the_page(tmp_path):
    source = tmp_path / "source"
    page = shutil.ignore_patterns("page", "__pycache__", "models")
    shutil.copytree(ROOT / "src", source / "src", ignore=page)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    (source / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "page_required.py", source / "scripts")
    command = ["-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path, source]
    built = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, check=False
    )  # fmt: skip

    assert built.returncode != 0
    assert "run scripts/build-page.sh" in built.stdout + built.stderr
    assert not list(tmp_path.glob("*.whl"))


@pytest.mark.slow
def test_without_a_network_raiox_is_installed_from_the_wheelhouse_alone(tmp_path):
    wheels, environment = tmp_path / "wheels", tmp_path / "environment"
    subprocess.run([ROOT / "scripts" / "wheelhouse.sh", wheels], check=True, cwd=tmp_path)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    pip = [sys.executable, "-m", "pip", "--python", environment / "bin" / "python"]
    install = [*pip, "install", "--quiet", "--no-compile", "--no-index", "--find-links"]
    subprocess.run([*install, wheels, "raiox"], check=True, env={"PATH": "/usr/bin:/bin"})
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], check=True, cwd=wheels)
    drawn = tmp_path / "drawn"
    raiox = environment / "bin" / "raiox"
    subprocess.run([raiox, "examples", "draw", drawn], check=True, capture_output=True)
    done = subprocess.run(
        [raiox, "predict", drawn / "phantom_clear.png"], capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout)["outcome"] == "analysed"
    site = next((environment / "lib").glob("python*/site-packages"))
    assert (site / "raiox" / "web" / "page" / "index.html").is_file()
